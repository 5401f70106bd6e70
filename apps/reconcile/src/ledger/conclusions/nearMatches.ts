import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import { isNobodyErased, type Unmatched } from "../schema/words.js"
import { type Sent, SentIndex } from "./SentIndex.js"

interface Reported {
  readonly batch: number
  readonly finding: Unmatched
  readonly subject: string
  readonly reported: string
  readonly email_key: string
}

const knownBy = (links: "local_rows" | "id_links") => `
  SELECT n.batch, n.finding, n.subject, a.email_key, a.email_key
  FROM reconcile_scope r
  CROSS JOIN batch_findings n ON n.batch = r.batch AND n.finding = 'unmatched-success'
  CROSS JOIN ${links} k ON k.contact_id = n.subject
  CROSS JOIN addresses a ON a.address_id = k.address_id
  WHERE ${isNobodyErased("a.email_key")}`

/** Addresses that the batches of the scope reported but that were not sent in them: failed, or of a successful ID. */
const selectUnmatched = `
  SELECT n.batch, n.finding, n.subject, n.subject AS reported, a.email_key
  FROM reconcile_scope r
  CROSS JOIN answer_failures f ON f.answer_id = r.answer_id
  CROSS JOIN addresses a ON a.address_id = f.address_id
  CROSS JOIN batch_findings n ON n.batch = r.batch AND n.finding = 'unmatched-failure'
    AND n.subject = coalesce(f.email, a.email_key)
  WHERE ${isNobodyErased("a.email_key")}
  UNION ${knownBy("local_rows")}
  UNION ${knownBy("id_links")}
  ORDER BY 1, 2, 3, 4`

const selectSent = `
  SELECT coalesce(s.email, a.email_key) AS email, a.email_key AS "emailKey"
  FROM sent_contacts s CROSS JOIN addresses a ON a.address_id = s.address_id
  WHERE s.batch = ? AND s.occurrence = 1 AND ${isNobodyErased("a.email_key")} ORDER BY a.email_key`

/** `near` is a list of `[finding, subject, reported address, sent address, difference]`. */
const insertNear = `
  INSERT INTO nearest_sent (batch, finding, subject, reported_email, sent_email, difference)
  SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?)
  WHERE true ON CONFLICT DO NOTHING`

/** `told` is a list of `[finding, subject, words]`. The words are added to the finding's own. */
const tellNear = `
  INSERT INTO batch_findings (batch, finding, subject, detail)
  SELECT ?, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)
  WHERE true ON CONFLICT (batch, finding, subject) DO UPDATE SET detail = detail || excluded.detail`

/** How many at once: few enough to keep statements short and other work waiting only briefly. */
const atOnce = 500

const shortened = (address: string) => (address.length > 254 ? `${address.slice(0, 254)}…` : address)

const drawBatch = (sql: SqlClient, batch: number, unmatched: ReadonlyArray<Reported>) =>
  Effect.gen(function* () {
    const index = new SentIndex(yield* sql.unsafe<Sent>(selectSent, [batch]))
    for (const some of Arr.chunksOf(unmatched, atOnce)) {
      const found = some.map((one) => ({ ...one, near: index.nearestTo(one.email_key) }))
      const near = found.flatMap(({ finding, near, reported, subject }) =>
        near.map(({ difference, email }) => [finding, subject, reported, email, difference])
      )
      const told = found
        .filter((one) => one.near.length > 0)
        .map(({ finding, near, subject }) => [
          finding,
          subject,
          `; nearest sent: ${near.map(({ email }) => shortened(email)).join(", ")}`
        ])
      if (near.length > 0) {
        yield* sql.unsafe(insertNear, [batch, JSON.stringify(near)])
        yield* sql.unsafe(tellNear, [batch, JSON.stringify(told)])
      }
      yield* Effect.yieldNow()
    }
  })

/** Finds the sent addresses of a batch that are similar to reported ones that were not sent. */
export const drawNearMatches = (sql: SqlClient): Effect.Effect<void, SqlError> =>
  Effect.gen(function* () {
    const unmatched = yield* sql.unsafe<Reported>(selectUnmatched)
    if (!Arr.isNonEmptyReadonlyArray(unmatched)) return
    for (const batch of Arr.groupWith(unmatched, (one, other) => one.batch === other.batch)) {
      yield* drawBatch(sql, batch[0].batch, batch)
    }
  })
