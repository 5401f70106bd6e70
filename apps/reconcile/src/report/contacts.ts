import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Ledger, rowOf } from "../ledger/Ledger.js"
import { attentionWords } from "../ledger/reports/Attention.js"
import { likelyReason } from "../ledger/schema/likelyReason.js"
import { written } from "../ledger/schema/recordViews.js"
import { Evidence, evidences, isWorthAnIndex, Outcome } from "../ledger/schema/words.js"
import type { ReportedContact } from "./ReportData.js"

const ContactRow = rowOf("outcomes", {
  outcome: Outcome,
  email: Schema.String,
  evidence: Evidence,
  likely_reason: Schema.NullOr(Schema.String),
  batch_id: Schema.String,
  contact_id: Schema.NullOr(Schema.String),
  source: Schema.NullOr(Schema.String),
  source_key: Schema.NullOr(Schema.String)
})

/** The user's row of a contact: the one that names its batch, or else the oldest. */
const ownRow = `(SELECT f.local_contact_id FROM local_rows f INDEXED BY local_rows_by_address
  WHERE f.address_id = o.address_id ORDER BY f.batch IS o.batch DESC, f.local_source_id, f.occurrence LIMIT 1)`

// In the order of the index, so that the first rows of a million come at once.
const withOutcome = `SELECT o.outcome, o.email, o.evidence, b.batch_id, l.source_key,
    CASE WHEN o.outcome IN ('rejected', 'contradictory') THEN ${likelyReason("o")} END AS likely_reason,
    coalesce(o.contact_id, l.contact_id,
      (SELECT min(k.contact_id) FROM id_links k WHERE k.address_id = o.address_id)) AS contact_id,
    (SELECT s.name FROM local_sources s WHERE s.local_source_id = l.local_source_id) AS source
  FROM (SELECT v.outcome, ${written("s")} AS email, v.evidence, v.batch, v.address_id, v.occurrence,
      coalesce(v.contact_id, s.contact_id) AS contact_id, a.email_key
    FROM verdicts v
    CROSS JOIN sent_contacts s ON s.batch = v.batch AND s.address_id = v.address_id AND s.occurrence = v.occurrence
    CROSS JOIN addresses a ON a.address_id = v.address_id
    WHERE v.outcome = ? AND ${isWorthAnIndex("v.outcome")}
    ORDER BY v.batch, v.address_id, v.occurrence LIMIT ?) o
  CROSS JOIN numbered_batches b ON b.batch = o.batch
  LEFT JOIN local_rows l ON l.local_contact_id = ${ownRow}`

/** Contacts that need attention, at most this many, the most urgent outcome first. */
export const contactsWithin = (limit: number) =>
  Effect.gen(function* () {
    const found: Array<ReportedContact> = []
    for (const outcome of attentionWords) {
      if (found.length === limit) break
      const rows = yield* Ledger.query(ContactRow, (sql) =>
        sql.unsafe(withOutcome, [outcome, limit - found.length])
      )
      for (const { likely_reason, ...row } of rows) {
        found.push({ ...row, why: likely_reason ?? evidences[row.evidence].sentence })
      }
    }
    return found
  })
