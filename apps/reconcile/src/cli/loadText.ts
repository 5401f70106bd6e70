import type { CaseTwins, Resubmission } from "../ledger/Batches.js"
import type { LoadReport } from "../ledger/LocalContacts.js"
import { batchesOf, plural, printable } from "./text.js"

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

/** Times of submission that were replaced; of many different ones the first and the last. */
export const describeResubmitted = (
  replaced: ReadonlyArray<Resubmission>,
  submittedAt: string | undefined
): ReadonlyArray<string> => {
  const [first] = replaced
  const last = replaced.at(-1)
  if (submittedAt === undefined || first === undefined || last === undefined) return []
  const line = (batches: number, from: string) =>
    `submitted_at of ${batchesOf(batches)} changed from ${from} to ${submittedAt}.`
  return replaced.length <= 3
    ? replaced.map(({ batches, before }) => line(batches, before))
    : [
        line(
          replaced.reduce((sum, { batches }) => sum + batches, 0),
          `${replaced.length} times between ${first.before} and ${last.before}`
        )
      ]
}

const twinsShown = 5

/** Most likely one batch that somebody wrote in two ways; to the account they are two. */
export const describeCaseTwins = (twins: ReadonlyArray<CaseTwins>): ReadonlyArray<string> => [
  ...twins
    .slice(0, twinsShown)
    .map(([named, known]) =>
      printable(
        `Batches ${named} and ${known} differ in letter case only. If they are one, take the wrong one out: ac-reconcile batches remove ID.`
      )
    ),
  ...(twins.length > twinsShown ? [`So do ${plural(twins.length - twinsShown, "other pair")}.`] : [])
]
