import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import type { SentMember } from "../../asSent/SentMember.js"
import { folded } from "../../asSent/values.js"

/** The number of a member. */
export type NumberOf = (member: SentMember) => number

interface Row {
  readonly id: number
  readonly kind: SentMember["kind"]
  readonly name: string
}

/** By kind and name, with the name as it is compared: there are many more members than kinds and names. */
const distinctOf = (records: Iterable<ReadonlyArray<SentMember>>) => {
  const distinct = new Map<string, Set<string>>()
  for (const members of records) {
    for (const { kind, name } of members) {
      const names = distinct.get(kind)
      if (names === undefined) distinct.set(kind, new Set([name]))
      else names.add(name)
    }
  }
  return [...distinct].flatMap(([kind, names]) => [...names].map((name) => [kind, name, folded(name)]))
}

/** Numbers the members of these records that have none yet. */
export const numberMembers = (sql: SqlClient.SqlClient, records: Iterable<ReadonlyArray<SentMember>>) =>
  Effect.gen(function* () {
    const list = JSON.stringify(distinctOf(records))
    yield* sql`INSERT INTO sent_members (kind, name, folded)
      SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(${list})
      WHERE true ON CONFLICT DO NOTHING`
    const rows = yield* sql<Row>`
      SELECT m.member_id AS id, m.kind, m.name FROM json_each(${list}) j
      CROSS JOIN sent_members m ON m.kind = j.value ->> 0 AND m.name = j.value ->> 1`
    const numbers = new Map<string, Map<string, number>>()
    for (const { id, kind, name } of rows) {
      const names = numbers.get(kind)
      if (names === undefined) numbers.set(kind, new Map([[name, id]]))
      else names.set(name, id)
    }
    return ({ kind, name }: SentMember): number => numbers.get(kind)?.get(name) ?? 0
  })
