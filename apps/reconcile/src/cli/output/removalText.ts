import * as Options from "@effect/cli/Options"
import type { Removal } from "../../ledger/erase/Removals.js"
import { columns, plural } from "./text.js"
import { thousands } from "../../text/numbers.js"

export const yes = Options.boolean("yes").pipe(
  Options.withDescription("Do it; without, only what would change is shown")
)

const contactsOf = (counts: ReadonlyArray<{ readonly outcome: string; readonly contacts: number }>): string =>
  counts.map(({ contacts, outcome }) => `${thousands(contacts)} ${outcome}`).join(", ")

/** What a removal deletes and changes: what was done, or what would be. */
export const describeRemoval = ({ changed, lost, removed, retry }: Removal, done: boolean) => {
  const taken = lost.reduce((sum, { contacts }) => sum + contacts, 0)
  const lines = [
    ...(taken > 0
      ? [
          `${plural(taken, "sent contact")} and ${taken === 1 ? "its outcome" : "their outcomes"} ${done ? (taken === 1 ? "was" : "were") : "would be"} removed: ${contactsOf(lost)}.`
        ]
      : []),
    ...changed.map(
      ({ after, before, contacts }) =>
        `${plural(contacts, "other contact")} ${done ? "changed" : "would change"} from ${before} to ${after}.`
    ),
    ...(retry.before === retry.after
      ? []
      : [
          `${plural(retry.after, "contact")} ${done ? "may" : "could"} be sent again (before: ${thousands(retry.before)}).`
        ])
  ]
  return [columns(removed.map(({ rows, table }) => [table, plural(rows, "row")])), lines.join("\n")] as const
}

export const notDone = "Nothing was changed. Run again with --yes to do it; this cannot be undone."
