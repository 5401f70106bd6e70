/** What a contact was sent with, value by value, and what the account had of it. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Comparison, type Kind, type SentMember } from "../../asSent/SentMember.js"
import { settledAnswerOf } from "../asSent/refusals.js"
import * as SentValues from "../asSent/SentValues.js"
import { addressOf } from "../facts/addresses.js"
import { Ledger, rowOf } from "../Ledger.js"
import { oneName, title } from "../schema/asSentViews.js"
import { memberName } from "../schema/memberName.js"

/** One sent value. */
export interface StoryValue {
  readonly kind: Kind
  /** As people call it: `field 12 (Company)`. */
  readonly member: string
  /** Empty for a tag or list: that it was sent is all there is. */
  readonly sent: string
  readonly comparison: Comparison
  /** What the account had in its place; null if it had nothing, or the same. */
  readonly found: string | null
  /** Why it is not checked. */
  readonly why: string | null
}

/** The values of one sent contact. */
export interface ChapterValues {
  readonly batch_id: string
  readonly occurrence: number
  readonly values: ReadonlyArray<StoryValue>
}

const Numbered = rowOf("addresses", { id: Schema.Int })

const BatchName = rowOf("batches", { batch: Schema.Int, batch_id: Schema.String })

const Named = rowOf("sent_members", { member: Schema.String })

const Verdict = rowOf("value_verdicts", {
  batch: Schema.Int,
  occurrence: Schema.Int,
  kind: Schema.String,
  name: Schema.String,
  comparison: Comparison,
  found: Schema.NullOr(Schema.String),
  why: Schema.NullOr(Schema.String)
})

const Look = rowOf("contact_looks", {
  batch: Schema.Int,
  occurrence: Schema.Int,
  is_settled: Schema.Literal(0, 1),
  is_compared: Schema.Literal(0, 1),
  is_looked_at: Schema.Literal(0, 1),
  /** Whether the account did not have the address when that was looked up after the batch had settled. */
  is_gone: Schema.Literal(0, 1),
  unseen: Schema.NullOr(Schema.String)
})

// As values are judged: a look counts if it came after the answer with which the batch settled.
const settledAnswer = settledAnswerOf("s.batch")

const looksOf = `SELECT s.batch, s.occurrence, v.outcome IS NOT NULL AS is_settled, coalesce(v.outcome IN ('imported', 'present'), 0) AS is_compared,
    o.look_id IS NOT NULL AS is_looked_at, k.unseen, coalesce((SELECT u.contact_id IS NULL FROM address_lookups u
      WHERE u.address_id = s.address_id AND u.after_answer_id >= ${settledAnswer}
      ORDER BY u.lookup_id DESC LIMIT 1), 0) AS is_gone
  FROM sent_contacts s INDEXED BY sent_contacts_by_address
  LEFT JOIN verdicts v ON v.batch = s.batch AND v.address_id = s.address_id AND v.occurrence = s.occurrence
  LEFT JOIN contact_looks k ON k.batch = s.batch AND k.address_id = s.address_id AND k.occurrence = s.occurrence
  LEFT JOIN looks o ON o.look_id = k.look_id AND o.after_answer_id >= ${settledAnswer}
  WHERE s.address_id = ?`

/** Why nothing is said of a value of which nothing else was found; null if it is as it was sent. */
const unsaidOf = (look: typeof Look.Type | undefined, kind: string): string | null => {
  if (look === undefined || look.is_settled === 0) return "the batch has not settled"
  if (look.is_compared === 0) return "only imported and present contacts are compared"
  if (look.is_looked_at === 0) {
    return look.is_gone === 1
      ? "not in the account when it was looked up"
      : "not looked at since the batch settled"
  }
  const unseen = look.unseen?.split(" ") ?? []
  return unseen.includes("contact") || unseen.includes(kind) ? "not in the account's answer" : null
}

const verdictsOf = `SELECT v.batch, v.occurrence, m.kind, m.name, v.comparison, v.found, v.why
  FROM value_verdicts v CROSS JOIN sent_members m ON m.member_id = v.member_id WHERE v.address_id = ?`

/** Without those that were sent twice, which are counted once. */
const distinct = (members: ReadonlyArray<SentMember>) => {
  const named = new Map<string, SentMember>()
  for (const member of members) {
    const { kind, name } = member
    const key = `${kind} ${name}`
    if (!named.has(key)) named.set(key, member)
  }
  return [...named.values()]
}

const namesOf = (members: ReadonlyArray<{ readonly kind: string; readonly name: string }>) =>
  Ledger.query(Named, (sql) =>
    sql.unsafe(
      `SELECT ${memberName("n")} AS member
       FROM (SELECT m.key, m.kind, ${oneName} AS name, ${title}
         FROM (SELECT j.key, j.value ->> 0 AS kind, j.value ->> 1 AS name, s.field_id FROM json_each(?) j
           LEFT JOIN sent_members s ON s.kind = j.value ->> 0 AND s.name = j.value ->> 1) m) n ORDER BY n.key`,
      [JSON.stringify(members.map(({ kind, name }) => [kind, name]))]
    )
  )

/** Everything that an address was sent with, in all batches; empty if no source says what it was. */
export const valuesOf = (key: string) =>
  Effect.gen(function* () {
    const none: ReadonlyArray<ChapterValues> = []
    const [address] = yield* Ledger.query(Numbered, (sql) =>
      sql.unsafe(`SELECT ${addressOf("?")} AS id WHERE ${addressOf("?")} IS NOT NULL`, [key, key])
    )
    if (address === undefined) return none
    const records = yield* SentValues.ofAddresses([address.id])
    if (records.length === 0) return none
    const of = (row: { readonly batch: number; readonly occurrence: number }) =>
      `${row.batch} ${row.occurrence}`
    const looks = new Map(
      (yield* Ledger.query(Look, (sql) => sql.unsafe(looksOf, [address.id]))).map((look) => [of(look), look])
    )
    const verdicts = new Map(
      (yield* Ledger.query(Verdict, (sql) => sql.unsafe(verdictsOf, [address.id]))).map((verdict) => [
        `${of(verdict)} ${verdict.kind} ${verdict.name}`,
        verdict
      ])
    )
    const batches = new Map(
      (yield* Ledger.query(BatchName, (sql) =>
        sql.unsafe(
          "SELECT batch, batch_id FROM numbered_batches WHERE batch IN (SELECT value FROM json_each(?))",
          [JSON.stringify(records.map(({ batch }) => batch))]
        )
      )).map(({ batch, batch_id }) => [batch, batch_id])
    )
    return yield* Effect.forEach(records, (record) =>
      Effect.gen(function* () {
        const { batch, occurrence } = record
        const members = distinct(record.members)
        const names = yield* namesOf(members)
        const look = looks.get(of(record))
        const chapter: ChapterValues = {
          batch_id: batches.get(batch) ?? "",
          occurrence,
          values: members.map(({ kind, name, value }, at): StoryValue => {
            const told = { kind, member: names[at]?.member ?? name, sent: value }
            const verdict = verdicts.get(`${of(record)} ${kind} ${name}`)
            if (verdict !== undefined) {
              const { comparison, found, why } = verdict
              return { ...told, comparison, found, why }
            }
            const why = unsaidOf(look, kind)
            return { ...told, comparison: why === null ? "same" : "not-checked", found: null, why }
          })
        }
        return chapter
      })
    )
  })
