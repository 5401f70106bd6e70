import { ownKeyOf } from "./scope.js"

const isSent = (links: "local_contacts" | "links") => `EXISTS (SELECT 1 FROM ${links} l
    CROSS JOIN batch_sent s ${ownKeyOf("batch_sent")} ON s.batch_id = x.batch_id AND s.email_key = l.email_key
    WHERE l.contact_id = x.contact_id)`

/**
 * Successes that no contact sent in their batch is known to have: most of them nobody knows yet. Only by these must a batch
 * be found where a contact ID is learnt; any other is found by the addresses of the ID.
 */
export const drawUnmatchedSuccesses: ReadonlyArray<string> = [
  "DELETE FROM unmatched_successes WHERE batch_id IN (SELECT batch_id FROM reconcile_scope)",
  `INSERT INTO unmatched_successes (batch_id, contact_id)
   SELECT DISTINCT x.batch_id, x.contact_id
   FROM reconcile_scope r
   CROSS JOIN batch_successes x ${ownKeyOf("batch_successes")} ON NOT r.plain AND x.batch_id = r.batch_id
   WHERE NOT ${isSent("local_contacts")} AND NOT ${isSent("links")}`
]
