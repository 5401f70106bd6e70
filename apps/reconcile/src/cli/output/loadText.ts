import { likelyBatchColumn } from "../../contacts/ColumnNames.js"
import {
  isMemberFault,
  type MemberFault,
  type Place,
  type Remark,
  type RemarkKind
} from "../../contacts/ContactRow.js"
import type { Counted } from "../../contacts/Remarks.js"
import type { CaseTwins, Resubmission } from "../../ledger/facts/Batches.js"
import type { LoadReport } from "../../ledger/load/LocalContacts.js"
import { shellCall } from "../../text/shellCall.js"
import { batchesOf, plural, printable } from "./text.js"

/** What a load added to the record of sent contacts. */
export const describeSent = ({ rows, sent, sentAdded }: LoadReport) => {
  const known = sent - sentAdded
  const unsent = rows - sent
  return `${plural(sentAdded, "contact")} newly recorded as sent${known > 0 ? `, ${known} already recorded` : ""}${unsent > 0 ? `, ${unsent} without a batch` : ""}.`
}

export const describeChanged = (changed: number): ReadonlyArray<string> =>
  changed === 0 ? [] : [`${plural(changed, "contact")} of settled batches changed outcome.`]

/** What changed in the contacts, beyond their counts; empty if nothing did. */
export const describeDifferences = (
  report: LoadReport,
  from: { readonly db: string; readonly source: string }
): ReadonlyArray<string> => {
  const { absent, addressesChanged, duplicates, idsChanged, idsGained, idsLost, purged, sentOtherwise } =
    report
  const parts = [
    ...(addressesChanged > 0 ? [`${plural(addressesChanged, "address", "addresses")} under their key`] : []),
    ...(idsGained > 0 ? [`${plural(idsGained, "contact ID")} gained`] : []),
    ...(idsChanged > 0 ? [`${plural(idsChanged, "contact ID")} replaced`] : []),
    ...(idsLost > 0 ? [`${plural(idsLost, "contact ID")} no longer given`] : [])
  ]
  return [
    ...(parts.length > 0 ? [`Changed: ${parts.join(", ")}.`] : []),
    ...(sentOtherwise > 0
      ? [
          `${plural(sentOtherwise, "contact has", "contacts have")} other values than before; what ${sentOtherwise === 1 ? "it was" : "they were"} sent with stays as it was first told. To replace it, remove it first: ${shellCall("contacts remove --source", from.db, from.source)}`
        ]
      : []),
    ...(absent > 0
      ? [
          absent === 1
            ? "1 contact of this source is no longer in the file; it was kept."
            : `${plural(absent, "contact")} of this source are no longer in the file; they were kept.`
        ]
      : []),
    ...(duplicates > 0
      ? [
          `${plural(duplicates, "row repeats", "rows repeat")} the address and batch of another; each was kept as a separate contact.`
        ]
      : []),
    ...(purged > 0
      ? [
          `${plural(purged, "row names a purged batch and was", "rows name purged batches and were")} left out. 'ac-reconcile batches add --id BATCH_ID' brings a batch back.`
        ]
      : [])
  ]
}

/** What is odd about an address, in words that follow "1 address" and "2 addresses". */
const oddities: Readonly<
  Record<Exclude<RemarkKind, "contact-id" | MemberFault>, readonly [one: string, many: string]>
> = {
  invisible: [
    "contains invisible characters or unusual spaces",
    "contain invisible characters or unusual spaces"
  ],
  name: ["is in angle brackets, as in Name <a@b>", "are in angle brackets, as in Name <a@b>"],
  mailto: ["begins with 'mailto:'", "begin with 'mailto:'"],
  several: [
    "has more than one @, like two addresses in one",
    "have more than one @, like two addresses in one"
  ],
  quotes: ["contains quotation marks", "contain quotation marks"],
  "without-at": ["has no @, like N/A", "have no @, like N/A"],
  blank: ["contains a space", "contain a space"],
  punctuation: ["has punctuation that addresses do not have", "have punctuation that addresses do not have"],
  host: ["has an incomplete host name", "have incomplete host names"],
  garbled: ["looks wrongly decoded", "look wrongly decoded"],
  lookalike: ["mixes letters that look alike", "mix letters that look alike"],
  long: ["is longer than 254 characters", "are longer than 254 characters"]
}

const examplesOf = (examples: ReadonlyArray<Remark>, place: Place) =>
  examples.map(({ line, value }) => `${place} ${line} "${printable(value)}"`).join(", ")

const describeMembers = (
  kind: MemberFault,
  { count, examples }: Counted,
  place: Place,
  file: string | null
): string => {
  const what =
    kind === "unknown-member"
      ? `${plural(count, "member is not one", "members are not ones")} that a bulk import takes; ActiveCampaign drops ${count === 1 ? "it" : "them"} without a word`
      : `${plural(count, "member has another shape", "members have another shape")} than a bulk import takes; what became of ${count === 1 ? "it" : "them"} cannot be told`
  const shown = examples.map(({ line, value }) => `${place} ${line}, ${printable(value)}`).join("; ")
  const more = count - examples.length
  return `${what}: ${shown}${more > 0 ? `; and ${more} more${file === null ? "" : `, see ${file}`}` : ""}.`
}

/** What deserves a look in the loaded rows, with examples; empty if nothing does. */
export const describeRemarks = (
  counted: ReadonlyArray<Counted>,
  place: Place,
  /** Where all members are that a bulk import does not take. */
  file: string | null
): ReadonlyArray<string> => {
  const addresses = counted.flatMap(({ count, examples, kind }) => {
    if (kind === "contact-id" || isMemberFault(kind)) return []
    const [one, many] = oddities[kind]
    return [`  ${plural(count, `address ${one}`, `addresses ${many}`)}: ${examplesOf(examples, place)}`]
  })
  const ids = counted.flatMap(({ count, examples, kind }) =>
    kind === "contact-id"
      ? [
          `${plural(count, "contact ID is not valid", "contact IDs are not valid")} (IDs are whole numbers from 1); ${count === 1 ? "its contact was" : "their contacts were"} loaded without the ID: ${examplesOf(examples, place)}`
        ]
      : []
  )
  const members = counted.flatMap((one) =>
    isMemberFault(one.kind) ? [describeMembers(one.kind, one, place, file)] : []
  )
  if (addresses.length === 0) return [...ids, ...members]
  return [
    ...ids,
    ...members,
    "Addresses that look odd, loaded unchanged:",
    ...addresses,
    "If they were sent differently, correct them in the source and load it again: reports about the right address do not match these."
  ]
}

/** The same in the envelope of `--json`. */
export const remarksResult = (counted: ReadonlyArray<Counted>, place: Place) => {
  const shown = ({ count, examples }: Counted) => ({
    count,
    examples: examples.map(({ line, value }) => ({ place, number: line, value }))
  })
  const of = (wanted: RemarkKind) => {
    const found = counted.find(({ kind }) => kind === wanted)
    return found === undefined ? { count: 0, examples: [] } : shown(found)
  }
  return {
    unknownContactIds: of("contact-id"),
    unknownMembers: of("unknown-member"),
    memberShapes: of("member-shape"),
    oddAddresses: counted.flatMap((one) =>
      one.kind === "contact-id" || isMemberFault(one.kind) ? [] : [{ kind: one.kind, ...shown(one) }]
    )
  }
}

/** Warns that no outcome is possible without a batch, if none is known or a column seems to name one. */
export const describeWithoutBatch = (
  columns: ReadonlyArray<string>,
  knowsSent: boolean
): ReadonlyArray<string> => {
  const likely = likelyBatchColumn(columns)
  if (knowsSent && likely === undefined) return []
  const first = knowsSent
    ? "No batch was read from this source, so nothing new will be reconciled."
    : "It is not known which batch these contacts were sent in, so nothing will be reconciled."
  return [
    likely === undefined
      ? `${first} Load again with --batch-column COLUMN, naming the column that holds the batchId; or, for one batch, run 'ac-reconcile batches add --id BATCH_ID --sent FILE'.`
      : `${first} The column "${printable(likely)}" looks like a column of batch IDs. If it is, load again with --batch-column "${printable(likely)}".`
  ]
}

/** Submission times that were replaced; if there are many, the first and the last. */
export const describeResubmitted = (replaced: ReadonlyArray<Resubmission>): ReadonlyArray<string> => {
  const [first] = replaced
  const last = replaced.at(-1)
  if (first === undefined || last === undefined) return []
  if (replaced.length <= 3) {
    return replaced.map(
      ({ after, batches, before }) =>
        `submitted_at of ${batchesOf(batches)} changed from ${before} to ${after}.`
    )
  }
  const count = replaced.reduce((sum, { batches }) => sum + batches, 0)
  const times = replaced.map(({ after }) => after).sort()
  const [earliest] = times
  const latest = times.at(-1)
  const after = earliest === latest ? `to ${earliest}` : `to times between ${earliest} and ${latest}`
  return [
    `submitted_at of ${batchesOf(count)} changed from ${replaced.length} times between ${first.before} and ${last.before} ${after}.`
  ]
}

const twinsShown = 5

/** Most likely one batch, written in two ways; for the account they are two. */
export const describeCaseTwins = (twins: ReadonlyArray<CaseTwins>): ReadonlyArray<string> => [
  ...twins
    .slice(0, twinsShown)
    .map(([named, known]) =>
      printable(
        `Batches ${named} and ${known} differ only in letter case. If they are the same batch, remove the wrong one: ac-reconcile batches remove ID.`
      )
    ),
  ...(twins.length > twinsShown ? [`So do ${plural(twins.length - twinsShown, "other pair")}.`] : [])
]
