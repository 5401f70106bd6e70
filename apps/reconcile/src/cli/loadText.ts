import type { LoadReport } from "../ledger/LocalContacts.js"
import { plural } from "./text.js"

/** What a load did to what is known as sent. */
export const describeSent = ({ rows, sent, sentAdded }: LoadReport) => {
  const known = sent - sentAdded
  const unsent = rows - sent
  return `${plural(sentAdded, "contact")} newly recorded as sent${known > 0 ? `, ${known} already recorded` : ""}${unsent > 0 ? `, ${unsent} without a batch` : ""}.`
}

export const describeChanged = (changed: number): ReadonlyArray<string> =>
  changed === 0
    ? []
    : [`${plural(changed, "contact")} of settled batches changed outcome with what is known now.`]

/** What changed in the contacts, beyond their counts; nothing where nothing did. */
export const describeDifferences = (report: LoadReport): ReadonlyArray<string> => {
  const { absent, addressesChanged, duplicates, idsChanged, idsGained, idsLost } = report
  const parts = [
    ...(addressesChanged > 0 ? [`${plural(addressesChanged, "address", "addresses")} under their key`] : []),
    ...(idsGained > 0 ? [`${plural(idsGained, "contact ID")} gained`] : []),
    ...(idsChanged > 0 ? [`${plural(idsChanged, "contact ID")} replaced`] : []),
    ...(idsLost > 0 ? [`${plural(idsLost, "contact ID")} no longer given`] : [])
  ]
  return [
    ...(parts.length > 0 ? [`Changed: ${parts.join(", ")}.`] : []),
    ...(absent > 0
      ? [
          absent === 1
            ? "1 contact of this source is not in the file any more; it was kept."
            : `${plural(absent, "contact")} of this source are not in the file any more; they were kept.`
        ]
      : []),
    ...(duplicates > 0
      ? [
          `${plural(duplicates, "row repeats", "rows repeat")} the address and batch of another; each was kept as a contact of its own.`
        ]
      : [])
  ]
}
