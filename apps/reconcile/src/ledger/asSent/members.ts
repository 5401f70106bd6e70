import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import type { SentMember } from "../../asSent/SentMember.js"

/** The number of a member. */
export type NumberOf = (member: SentMember) => number

const keyOf = ({ kind, name }: Pick<SentMember, "kind" | "name">) => `${kind} ${name}`

interface Row {
  readonly id: number
  readonly kind: SentMember["kind"]
  readonly name: string
}

/** Numbers members that have none yet. */
export const numberMembers = (sql: SqlClient.SqlClient, members: Iterable<SentMember>) =>
  Effect.gen(function* () {
    const distinct = new Map<string, readonly [string, string]>()
    for (const member of members) {
      const key = keyOf(member)
      if (!distinct.has(key)) distinct.set(key, [member.kind, member.name])
    }
    const list = JSON.stringify([...distinct.values()])
    yield* sql`INSERT INTO sent_members (kind, name) SELECT value ->> 0, value ->> 1 FROM json_each(${list})
      WHERE true ON CONFLICT DO NOTHING`
    const rows = yield* sql<Row>`
      SELECT m.member_id AS id, m.kind, m.name FROM json_each(${list}) j
      CROSS JOIN sent_members m ON m.kind = j.value ->> 0 AND m.name = j.value ->> 1`
    const numbers = new Map(rows.map((row) => [keyOf(row), row.id]))
    return (member: SentMember): number => numbers.get(keyOf(member)) ?? 0
  })
