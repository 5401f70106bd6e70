import { ownKeyOf } from "./scope.js"

const isSent = (links: "local_rows" | "id_links") => `EXISTS (SELECT 1 FROM ${links} l
    CROSS JOIN sent_contacts s ${ownKeyOf("sent_contacts")} ON s.batch = r.batch AND s.address_id = l.address_id
    WHERE l.contact_id = x.contact_id)`

/**
 * Successes that no contact sent in their batch is known to have; most have no known address yet. When a contact ID gets
 * an address, these rows find the batches. All other batches are found by the addresses of the ID.
 */
export const drawUnmatchedSuccesses: ReadonlyArray<string> = [
  "DELETE FROM unmatched_ids WHERE batch IN (SELECT batch FROM reconcile_scope)",
  `INSERT INTO unmatched_ids (batch, contact_id)
   SELECT r.batch, x.contact_id
   FROM reconcile_scope r
   CROSS JOIN answers a ON NOT r.by_own_ids AND a.batch = r.batch
   CROSS JOIN answer_successes x ${ownKeyOf("answer_successes")} ON x.answer_id = a.answer_id
   WHERE NOT ${isSent("local_rows")} AND NOT ${isSent("id_links")} ON CONFLICT DO NOTHING`
]
