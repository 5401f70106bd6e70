import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { type AccountNames as Names, fieldOf } from "../../asSent/compare.js"
import { unknownNames } from "../../asSent/unknownNames.js"

interface Named {
  readonly id: number
  readonly kind: "field" | "subscribe" | "unsubscribe"
  readonly name: string
}

const named = `SELECT m.member_id AS id, m.kind, m.name FROM json_each(?) j
  CROSS JOIN sent_members m ON m.member_id = j.value AND m.kind IN ('field', 'subscribe', 'unsubscribe')`

/** The ID of the field that a name stands for, and what is wrong with the name. */
const fieldNamed = (
  name: string,
  names: Names
): readonly [fieldId: string | null, problem: string | null] => {
  const found = fieldOf(name, names)
  if ("why" in found) return [null, found.why === unknownNames.fields.title ? null : found.why]
  const { id } = found.field
  const isMissing = names.knowsFields && names.fields.every((field) => field.id !== id)
  return [id, isMissing ? "the account has no field of this ID" : null]
}

const setNames = `
  WITH named AS (SELECT m.member_id, j.value ->> 1 AS field_id,
      CASE WHEN m.kind = 'field' THEN j.value ->> 2
        WHEN EXISTS (SELECT 1 FROM account_names_read WHERE part = 'lists' AND is_whole)
          AND NOT EXISTS (SELECT 1 FROM account_lists l WHERE l.list_id = m.name)
        THEN 'the account has no list of this ID' END AS problem
    FROM json_each(?) j CROSS JOIN sent_members m ON m.member_id = j.value ->> 0)
  UPDATE sent_members SET field_id = n.field_id, problem = n.problem FROM named n
  WHERE sent_members.member_id = n.member_id
    AND (sent_members.field_id IS NOT n.field_id OR sent_members.problem IS NOT n.problem)`

/** Notes which fields of the account these members stand for, and which fields and lists it does not have. */
export const nameMembers = (sql: SqlClient.SqlClient, members: Iterable<number>, names: Names) =>
  Effect.gen(function* () {
    const rows = yield* sql.unsafe<Named>(named, [JSON.stringify([...members])])
    yield* sql.unsafe(setNames, [
      JSON.stringify(
        rows.map(({ id, kind, name }) => [id, ...(kind === "field" ? fieldNamed(name, names) : [null, null])])
      )
    ])
  })
