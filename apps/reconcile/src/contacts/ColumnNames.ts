import { printable } from "../text/printable.js"
import type { Role } from "./ColumnMap.js"

export { printable } from "../text/printable.js"

// Not plain "id": that is usually the key of the user's own system, and would link the wrong contacts.
const roleOfNormalForm = new Map<string, Role>([
  ["email", "email"],
  ["emailaddress", "email"],
  ["emailadresse", "email"],
  ["mail", "email"],
  ["mailadresse", "email"],
  ["contactid", "contactId"],
  ["activecampaignid", "contactId"],
  ["acid", "contactId"]
])

export const normalForm = (name: string): string =>
  name
    .normalize("NFC")
    .toLowerCase()
    .replace(/[\s_\p{Pd}\p{Cf}]+/gu, "")

/** The role of a column by its name. A batch ID is read only from a column the caller names. */
export const roleOf = (name: string): Role | null => roleOfNormalForm.get(normalForm(name)) ?? null

/** A column whose name suggests batch IDs; only ever suggested, never chosen automatically. */
export const likelyBatchColumn = (names: ReadonlyArray<string>): string | undefined =>
  names.find((name) =>
    /^(?:(?:ac|activecampaign|bulk|import|sent(?:in)?)*batch(?:id|no|nr|number|name|key|uuid)?|(?:bulk)?importid)$/.test(
      normalForm(name)
    )
  )

const mostShown = 20

const longestName = 60

/** Column names for one line of a message: bounded, and without anything that could drive a terminal. */
export const listed = (names: ReadonlyArray<string>): string => {
  const shown = names.slice(0, mostShown).map((name) => printable(name, longestName))
  return names.length > mostShown
    ? `${shown.join(", ")} and ${names.length - mostShown} more`
    : shown.join(", ")
}
