import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { statusWord } from "../../asSent/compare.js"
import { ownKeyOf } from "../conclusions/scope.js"
import { hasSettled } from "../schema/words.js"
import { submittedOf } from "./order.js"
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

const settledAnswer = (batch: string) =>
  `(SELECT max(x.answer_id) FROM answers x WHERE x.batch = ${batch} AND ${hasSettled("x.status")})`

/**
 * A batch may have written between the two looks: it had not settled before the first, and it had settled, been submitted or
 * been added before the second. Whether one that has not settled yet does so later makes no difference.
 */
export const mayComeBetween = (batch: string) => `(coalesce(${settledAnswer(batch)} > lb.after_answer_id, 1)
    AND (coalesce(${settledAnswer(batch)} <= la.after_answer_id, 0)
      OR (SELECT coalesce(n.submitted_at, n.added_at) < la.looked_at FROM numbered_batches n WHERE n.batch = ${batch})))`

/** It was submitted after the first look, and had settled before the second. */
const cameBetween = (batch: string) => `coalesce(${settledAnswer(batch)} <= la.after_answer_id
    AND (SELECT ${submittedOf("n")} > lb.looked_at FROM numbered_batches n WHERE n.batch = ${batch}), 0)`

/** The status that was seen before `k`, and both looks. */
export const statusBefore = `CROSS JOIN list_statuses b ON b.address_id = k.address_id AND b.list_id = k.list_id
    AND b.look_id = (SELECT max(x.look_id) FROM list_statuses x
      WHERE x.address_id = k.address_id AND x.list_id = k.list_id AND x.look_id < k.look_id)
  CROSS JOIN looks la ON la.look_id = k.look_id
  CROSS JOIN looks lb ON lb.look_id = b.look_id`

export const madeActive = "k.status = 1 AND b.status IN (2, 3)"

/**
 * Unsubscribed or bounced at one look and active at the next, with a settled batch of the scope that may have come between.
 * `others`: all batches of the address of which that is true, each with whether it is certain.
 */
const changed = `
  SELECT s.batch, s.address_id AS "addressId", coalesce(s.email, a.email_key) AS email, k.list_id AS "listId",
    (SELECT n.name FROM account_lists n WHERE n.list_id = k.list_id) AS "listName", b.status AS before,
    b.look_id AS "lookBefore", k.look_id AS "lookAfter", lb.looked_at AS "seenBefore", la.looked_at AS "seenAfter",
    (SELECT json_group_array(json_array(o.batch, ${cameBetween("o.batch")})) FROM sent_contacts o
      WHERE o.address_id = s.address_id AND o.occurrence = 1 AND ${mayComeBetween("o.batch")}) AS others
  FROM reconcile_scope r
  CROSS JOIN sent_contacts s ${ownKeyOf("sent_contacts")} ON s.batch = r.batch AND s.occurrence = 1
  CROSS JOIN list_statuses k ON k.address_id = s.address_id
  ${statusBefore}
  CROSS JOIN addresses a ON a.address_id = s.address_id
  WHERE ${madeActive} AND r.answer_id IS NOT NULL AND ${mayComeBetween("s.batch")}
  ORDER BY s.batch, s.address_id, k.list_id, k.look_id`

const Batches = Schema.decodeSync(
  Schema.parseJson(Schema.Array(Schema.Tuple(Schema.Int, Schema.Literal(0, 1))))
)

const detailOf = (row: Row, isKnown: boolean, isPerhapsAsked: boolean) => {
  const list = row.listName === null ? `list ${row.listId}` : `list ${row.listId} (${row.listName})`
  const asked = isKnown
    ? "this batch did not subscribe it"
    : "what this batch sent is not known, so it may have subscribed it"
  const another = isPerhapsAsked ? ". Another batch that subscribed it may have come between" : ""
  return `${statusWord(row.before)} on ${list} when looked at on ${row.seenBefore}, active on ${row.seenAfter}; ${asked}${another}`
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
    const subscribed = (batch: number, { addressId, listId }: Row) =>
      sent.get(`${batch} ${addressId}`)?.has(listId) === true
    const asking = (row: Row) => Batches(row.others).filter(([batch]) => subscribed(batch, row))
    // If a batch subscribed it, that one did not change it unasked. If it certainly came between, neither did another.
    const breaks = rows.filter(
      (row) => !subscribed(row.batch, row) && !asking(row).some(([, isCertain]) => isCertain === 1)
    )
    yield* sql`INSERT INTO consent_breaks (batch, address_id, list_id, status_before, look_before, look_after)
      SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
      FROM json_each(${JSON.stringify(
        breaks.map((row) => [row.batch, row.addressId, row.listId, row.before, row.lookBefore, row.lookAfter])
      )}) WHERE true ON CONFLICT DO NOTHING`
    const details = new Map<string, { readonly row: Row; readonly texts: Array<string> }>()
    for (const row of breaks) {
      const key = `${row.batch} ${row.addressId}`
      const text = detailOf(row, sent.has(key), asking(row).length > 0)
      const known = details.get(key)
      if (known === undefined) details.set(key, { row, texts: [text] })
      else known.texts.push(text)
    }
    const findings = [...details.values()].map(({ row, texts }) => [row.batch, row.email, texts.join(". ")])
    yield* sql`INSERT INTO batch_findings (batch, finding, subject, detail)
      SELECT value ->> 0, 'consent-change', value ->> 1, value ->> 2 FROM json_each(${JSON.stringify(findings)})
      WHERE true ON CONFLICT DO NOTHING`
  })
