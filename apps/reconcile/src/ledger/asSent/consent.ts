import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { statusWord } from "../../asSent/compare.js"
import { ownKeyOf } from "../conclusions/scope.js"
import { hasSettled } from "../schema/words.js"
import * as SentValues from "./SentValues.js"

interface Row {
  readonly batch: number
  readonly addressId: number
  readonly email: string
  readonly listId: string
  readonly listName: string | null
  readonly before: number
  readonly lookBefore: number
  readonly lookAfter: number
  readonly seenBefore: string
  readonly seenAfter: string
  readonly others: string
}

/** The answer with which a batch settled came between the two looks. */
export const settledBetween = (batch: string) => `(SELECT max(x.answer_id) FROM answers x
      WHERE x.batch = ${batch} AND ${hasSettled("x.status")}) BETWEEN lb.after_answer_id + 1 AND la.after_answer_id`

/** The status that was seen before `k`, and both looks. */
export const statusBefore = `CROSS JOIN list_statuses b ON b.address_id = k.address_id AND b.list_id = k.list_id
    AND b.look_id = (SELECT max(x.look_id) FROM list_statuses x
      WHERE x.address_id = k.address_id AND x.list_id = k.list_id AND x.look_id < k.look_id)
  CROSS JOIN looks la ON la.look_id = k.look_id
  CROSS JOIN looks lb ON lb.look_id = b.look_id`

export const madeActive = "k.status = 1 AND b.status IN (2, 3)"

/**
 * Unsubscribed or bounced at one look and active at the next, with a batch of the scope that settled between the two.
 * `others`: the batches of the address that did so, too.
 */
const changed = `
  SELECT s.batch, s.address_id AS "addressId", coalesce(s.email, a.email_key) AS email, k.list_id AS "listId",
    (SELECT n.name FROM account_lists n WHERE n.list_id = k.list_id) AS "listName", b.status AS before,
    b.look_id AS "lookBefore", k.look_id AS "lookAfter", lb.looked_at AS "seenBefore", la.looked_at AS "seenAfter",
    (SELECT json_group_array(o.batch) FROM sent_contacts o
      WHERE o.address_id = s.address_id AND o.occurrence = 1 AND ${settledBetween("o.batch")}) AS others
  FROM reconcile_scope r
  CROSS JOIN sent_contacts s ${ownKeyOf("sent_contacts")} ON s.batch = r.batch AND s.occurrence = 1
  CROSS JOIN list_statuses k ON k.address_id = s.address_id
  ${statusBefore}
  CROSS JOIN addresses a ON a.address_id = s.address_id
  WHERE ${madeActive} AND ${settledBetween("s.batch")}
  ORDER BY s.batch, s.address_id, k.list_id, k.look_id`

const Batches = Schema.decodeSync(Schema.parseJson(Schema.Array(Schema.Int)))

const detailOf = (row: Row, isKnown: boolean) => {
  const list = row.listName === null ? `list ${row.listId}` : `list ${row.listId} (${row.listName})`
  const asked = isKnown
    ? "this batch did not subscribe it"
    : "what this batch sent is not known, so it may have subscribed it"
  return `${statusWord(row.before)} on ${list} when looked at on ${row.seenBefore}, active on ${row.seenAfter}; ${asked}`
}

/** Records contacts that an import may have made active against their will. */
export const breakConsent = (sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    const rows = yield* sql.unsafe<Row>(changed)
    if (rows.length === 0) return
    const records = yield* SentValues.ofAddresses([...new Set(rows.map(({ addressId }) => addressId))])
    const sent = new Map<string, Set<string>>()
    for (const { addressId, batch, members } of records) {
      const key = `${batch} ${addressId}`
      const lists = members.flatMap(({ kind, name }) => (kind === "subscribe" ? [name] : []))
      sent.set(key, new Set([...(sent.get(key) ?? []), ...lists]))
    }
    // If one of the batches subscribed it, it was asked for.
    const breaks = rows.filter(
      ({ addressId, listId, others }) =>
        !Batches(others).some((batch) => sent.get(`${batch} ${addressId}`)?.has(listId) === true)
    )
    yield* sql`INSERT INTO consent_breaks (batch, address_id, list_id, status_before, look_before, look_after)
      SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
      FROM json_each(${JSON.stringify(
        breaks.map((row) => [row.batch, row.addressId, row.listId, row.before, row.lookBefore, row.lookAfter])
      )}) WHERE true ON CONFLICT DO NOTHING`
    const details = new Map<string, { readonly row: Row; readonly texts: Array<string> }>()
    for (const row of breaks) {
      const key = `${row.batch} ${row.addressId}`
      const text = detailOf(row, sent.has(key))
      const known = details.get(key)
      if (known === undefined) details.set(key, { row, texts: [text] })
      else known.texts.push(text)
    }
    const findings = [...details.values()].map(({ row, texts }) => [row.batch, row.email, texts.join(". ")])
    yield* sql`INSERT INTO batch_findings (batch, finding, subject, detail)
      SELECT value ->> 0, 'consent-change', value ->> 1, value ->> 2 FROM json_each(${JSON.stringify(findings)})
      WHERE true ON CONFLICT DO NOTHING`
  })
