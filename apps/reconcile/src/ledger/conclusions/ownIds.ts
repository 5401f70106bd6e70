/**
 * The short way to decide a batch: most often each contact that was sent has an ID of its own, which stands beside it
 * there, and the success list holds such IDs and no other. Then no other link needs to be looked for. A batch of which that
 * turns out not to be so is decided by all links, which would otherwise come to the same.
 */
import { hasSettled } from "../schema/words.js"
import { ownKeyOf } from "./scope.js"

/** A guess by the first few contacts; what it costs where it is wrong is to draw the outcomes of a batch twice. */
const seemsToHaveIds = `NOT EXISTS (SELECT 1
    FROM (SELECT s.contact_id FROM sent_contacts s ${ownKeyOf("sent_contacts")} WHERE s.batch = r.batch LIMIT 8)
    WHERE contact_id IS NULL)`

/** An ID that several addresses share proves nothing; an answer that settled before may hold IDs that the last one lacks. */
export const chooseOwnIds = `
  UPDATE reconcile_scope AS r SET by_own_ids = 1
  WHERE answer_id IS NOT NULL AND ${seemsToHaveIds}
    AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.batch = r.batch AND a.answer_id <> r.answer_id
      AND ${hasSettled("a.status")})
    AND NOT EXISTS (SELECT 1 FROM doubted_ids d CROSS JOIN answer_successes x ${ownKeyOf("answer_successes")}
      ON x.answer_id = r.answer_id AND x.contact_id = d.contact_id)`

/** After its outcomes were drawn: a success that is nobody's own ID may be anybody's by another link. */
export const disproveOwnIds: ReadonlyArray<string> = [
  `UPDATE reconcile_scope AS r SET (sent_keys, repeats, success_ids) = (
     SELECT count(*), coalesce(max(o.occurrence) > 1, 0), count(o.contact_id)
     FROM verdicts o ${ownKeyOf("verdicts")} WHERE o.batch = r.batch)
   WHERE by_own_ids`,
  "UPDATE reconcile_scope SET by_own_ids = 0 WHERE by_own_ids AND (repeats OR success_ids IS NOT successes)"
]

/** Where the numbers agree, and yet the ID of a failed address succeeded, that is to be told. */
export const disproveContradictory = `
  UPDATE reconcile_scope AS r SET by_own_ids = 0
  WHERE by_own_ids AND counts_agree AND EXISTS (SELECT 1 FROM verdicts o ${ownKeyOf("verdicts")}
    WHERE o.batch = r.batch AND o.evidence = 'failure-and-id')`
