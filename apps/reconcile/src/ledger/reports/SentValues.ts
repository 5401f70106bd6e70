/** What contacts were sent with, by what the account had in its place when it was looked at. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { hasAny } from "../asSent/hasAny.js"
import { Ledger, rowOf } from "../Ledger.js"
import { oneName, oneOf, title } from "../schema/asSentViews.js"
import { memberName } from "../schema/memberName.js"

const MemberTotal = rowOf("fields_at_a_glance", {
  /** As people call it: `field 12 (Company)`. */
  member: Schema.String,
  sent: Schema.Int,
  same: Schema.Int,
  different: Schema.Int,
  absent: Schema.Int,
  cannot_tell: Schema.Int,
  not_checked: Schema.Int,
  /** Why none of it is compared; null if nothing is wrong with its name. */
  problem: Schema.NullOr(Schema.String)
})

/** One part of an imported contact, such as a field, in all settled batches. The comparisons add up to `sent`. */
export type MemberTotal = typeof MemberTotal.Type

/** How many values there are of each comparison. They add up to `sent`. */
export type ValueCounts = Omit<MemberTotal, "member" | "problem">

/** How many values are not in the account as they were sent. */
export const droppedOf = ({ absent, different }: Pick<ValueCounts, "absent" | "different">): number =>
  different + absent

export interface SentValues {
  /** Those with most dropped values first. */
  readonly members: ReadonlyArray<MemberTotal>
  readonly counts: ValueCounts
}

/** In SQL, for those who check the numbers. */
export const membersSql = `SELECT ${memberName("g")} AS member, sent, same, different, absent, cannot_tell, not_checked, problem
FROM fields_at_a_glance g
ORDER BY different + absent DESC, kind, length(name), name`

const membersOfBatch = `SELECT ${memberName("g")} AS member, sent, same, different, absent, cannot_tell, not_checked, problem
FROM (SELECT m.kind, min(${oneName}) AS name, ${title}, sum(c.sent) AS sent, sum(c.same) AS same, sum(c.different) AS different,
    sum(c.absent) AS absent, sum(c.edited_since + c.sent_again) AS cannot_tell, sum(c.not_checked) AS not_checked,
    max(m.problem) AS problem
  FROM numbered_batches b CROSS JOIN value_counts c ON c.batch = b.batch
  CROSS JOIN sent_members m ON m.member_id = c.member_id WHERE b.batch_id = ?
  GROUP BY ${oneOf}) g
ORDER BY different + absent DESC, kind, length(name), name`

/** The same for one batch. Empty if nothing says what its contacts were sent with. */
export const ofBatch = (batchId: string) =>
  Ledger.query(MemberTotal, (sql) => sql.unsafe(membersOfBatch, [batchId]))

const sumOf = (members: ReadonlyArray<MemberTotal>, of: (member: MemberTotal) => number): number =>
  members.reduce((sum, member) => sum + of(member), 0)

/** Undefined if no source says what its contacts were sent with: then nothing of it is checked. */
export const sentValues = Effect.gen(function* () {
  if (!(yield* hasAny)) return undefined
  const members = yield* Ledger.query(MemberTotal, (sql) => sql.unsafe(membersSql))
  const all: SentValues = {
    members,
    counts: {
      sent: sumOf(members, ({ sent }) => sent),
      same: sumOf(members, ({ same }) => same),
      different: sumOf(members, ({ different }) => different),
      absent: sumOf(members, ({ absent }) => absent),
      cannot_tell: sumOf(members, ({ cannot_tell }) => cannot_tell),
      not_checked: sumOf(members, ({ not_checked }) => not_checked)
    }
  }
  return all
})
