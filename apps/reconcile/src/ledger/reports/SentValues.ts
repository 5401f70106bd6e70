/** What contacts were sent with, by what the account had in its place when it was looked at. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Ledger, rowOf } from "../Ledger.js"
import { memberName } from "../schema/memberName.js"

const MemberTotal = rowOf("value_counts", {
  /** As people call it: `field 12 (Company)`. */
  member: Schema.String,
  sent: Schema.Int,
  same: Schema.Int,
  different: Schema.Int,
  absent: Schema.Int,
  edited_since: Schema.Int,
  sent_again: Schema.Int,
  not_checked: Schema.Int
})

/** One part of an imported contact, such as a field, in all settled batches. The comparisons add up to `sent`. */
export type MemberTotal = typeof MemberTotal.Type

/** How many of its values are not in the account as they were sent. */
export const droppedOf = ({ absent, different }: Pick<MemberTotal, "absent" | "different">): number =>
  different + absent

/** How many of its values cannot be told. */
export const untoldOf = (member: Pick<MemberTotal, "edited_since" | "not_checked" | "sent_again">): number =>
  member.edited_since + member.sent_again + member.not_checked

export interface SentValues {
  /** Those with most dropped values first. */
  readonly members: ReadonlyArray<MemberTotal>
  readonly sent: number
  readonly same: number
  /** Values that are different or absent. */
  readonly dropped: number
  /** Values that cannot be told, or were not looked at yet. */
  readonly untold: number
}

/** In SQL, for those who check the numbers. */
export const membersSql = `SELECT ${memberName("m")} AS member, sum(c.sent) AS sent, sum(c.same) AS same,
  sum(c.different) AS different, sum(c.absent) AS absent, sum(c.edited_since) AS edited_since,
  sum(c.sent_again) AS sent_again, sum(c.not_checked) AS not_checked
FROM value_counts c JOIN sent_members m ON m.member_id = c.member_id
GROUP BY c.member_id
ORDER BY sum(c.different) + sum(c.absent) DESC, m.kind, length(m.name), m.name`

const isDeclared = Ledger.number(
  "local_sources",
  (sql) => sql`SELECT EXISTS (SELECT 1 FROM local_sources WHERE sends IS NOT NULL) AS number`
)

const sumOf = (members: ReadonlyArray<MemberTotal>, of: (member: MemberTotal) => number): number =>
  members.reduce((sum, member) => sum + of(member), 0)

/** Undefined if no source says what its contacts were sent with: then nothing of it is checked. */
export const sentValues = Effect.gen(function* () {
  if ((yield* isDeclared) === 0) return undefined
  const members = yield* Ledger.query(MemberTotal, (sql) => sql.unsafe(membersSql))
  const all: SentValues = {
    members,
    sent: sumOf(members, ({ sent }) => sent),
    same: sumOf(members, ({ same }) => same),
    dropped: sumOf(members, droppedOf),
    untold: sumOf(members, untoldOf)
  }
  return all
})
