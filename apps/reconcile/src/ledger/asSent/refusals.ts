/** In SQL: what shows that a settled batch did not write to a contact that it was sent to. */
import { hasSettled } from "../schema/words.js"

/** The answer with which a batch settled; NULL if it has not. */
export const settledAnswerOf = (batch: string) =>
  `(SELECT max(x.answer_id) FROM answers x WHERE x.batch = ${batch} AND ${hasSettled("x.status")})`

/** Any ID that the address may have, also a doubted one. */
const mayBeSuccess = (batch: string, address: string) => `EXISTS (SELECT 1 FROM answer_successes y
  WHERE y.answer_id = ${settledAnswerOf(batch)} AND y.contact_id IN (
    SELECT i.contact_id FROM id_links i WHERE i.address_id = ${address}
    UNION ALL SELECT l.contact_id FROM local_rows l WHERE l.address_id = ${address} AND l.contact_id IS NOT NULL
    UNION ALL SELECT z.contact_id FROM sent_contacts z
      WHERE z.batch = ${batch} AND z.address_id = ${address} AND z.contact_id IS NOT NULL))`

/** The address is in its failures, and none of its rows may be among its successes. */
export const isRefused = (batch: string, address: string) => `(EXISTS (SELECT 1 FROM answer_failures f
    WHERE f.answer_id = ${settledAnswerOf(batch)} AND f.address_id = ${address})
  AND NOT ${mayBeSuccess(batch, address)})`

/**
 * When it was asked for the address after the batch had settled, if that was not in the account: what it holds later was not
 * written by the batch. NULL: it may have been. A contact that the account calls deleted may have come back.
 */
export const missingSince = (batch: string, address: string) => `(SELECT
    CASE WHEN k.contact_id IS NULL AND NOT ${mayBeSuccess(batch, address)} THEN k.asked_at END
  FROM address_lookups k WHERE k.address_id = ${address} AND k.after_answer_id >= ${settledAnswerOf(batch)}
  ORDER BY k.lookup_id DESC LIMIT 1)`
