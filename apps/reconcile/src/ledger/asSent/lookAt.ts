import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { Detailed } from "effect-activecampaign/ContactDetails"
import { type AccountNames, compare, incomplete, mayRepeat, opposed } from "../../asSent/compare.js"
import type { SentMember } from "../../asSent/SentMember.js"
import { unknownNames } from "../../asSent/unknownNames.js"

/** What a look found that has to be stored. */
export interface Seen {
  readonly createdAt: string | null
  readonly updatedAt: string | null
  /**
   * The kinds of values that the answer did not have, such as `field tag`. `field:2`: it may lack fields, and did not show 2
   * of the values. Null: it had all.
   */
  readonly unseen: string | null
  /** Whether mail to it bounced, as the account says; null if it does not. */
  readonly bounced: 0 | 1 | null
  readonly rows: ReadonlyArray<{
    readonly member: SentMember
    readonly found: string | null
    readonly cannotTell: string | null
  }>
}

const sentTwice = "it was sent more than once in the batch, with unlike values"

/** Compares a contact with what was sent for it. */
export const lookAt = (
  { contact, details }: Detailed,
  {
    inBatch,
    members
  }: { readonly members: ReadonlyArray<SentMember>; readonly inBatch: ReadonlyArray<SentMember> },
  names: AccountNames
): Seen => {
  const rows: Array<Seen["rows"][number]> = []
  const unseen = new Map<string, number>()
  const isRepeated = mayRepeat(inBatch, names)
  for (const member of members) {
    const one = compare(member, details, names)
    const other = isRepeated ? opposed(member, inBatch, names) : "no"
    if (one._tag === "Unseen") unseen.set(member.kind, Number.POSITIVE_INFINITY)
    else if (other === "opposed" && member.isOdd !== true)
      rows.push({ member, found: null, cannotTell: sentTwice })
    else if (one._tag === "NotSame" && other === "perhaps") {
      rows.push({ member, found: one.found, cannotTell: unknownNames.fields.twice })
    } else if (one._tag === "NotSame") rows.push({ member, found: one.found, cannotTell: null })
    else if (one._tag === "CannotTell") {
      rows.push({ member, found: one.found, cannotTell: one.why })
      if (one.why === incomplete) unseen.set(member.kind, (unseen.get(member.kind) ?? 0) + 1)
    }
  }
  const dateOf = (date: Option.Option<DateTime.Utc>) =>
    rows.length === 0 ? null : Option.getOrNull(Option.map(date, DateTime.formatIso))
  return {
    createdAt: dateOf(contact.cdate),
    updatedAt: dateOf(contact.udate),
    unseen:
      unseen.size === 0
        ? null
        : [...unseen].map(([kind, count]) => (Number.isFinite(count) ? `${kind}:${count}` : kind)).join(" "),
    bounced: Option.match(contact.bouncedHard, { onNone: () => null, onSome: (is) => (is ? 1 : 0) }),
    rows
  }
}

/** A contact that is gone shows nothing. */
export const gone: Seen = { createdAt: null, updatedAt: null, unseen: "contact", bounced: null, rows: [] }

/** A contact with another address shows nothing of what was sent to this one: its ID may be wrong. */
export const ofAnother: Seen = { ...gone, unseen: "address" }
