/**
 * The short way to decide a batch: from each sent contact to its ID, in its own row or linked to its address, and on to the
 * success list. Most often the list holds only IDs like that. Then no other link matters. If that turns out to be wrong for a
 * batch, it is decided by all links instead; where it is right, both ways give the same outcomes.
 */
import { hasSettled } from "../schema/words.js"
import { ownKeyOf } from "./scope.js"

/** A guess from the first few contacts. If it is wrong, the outcomes of the batch are computed twice. */
const seemsToHaveIds = `NOT EXISTS (SELECT 1
    FROM (SELECT s.contact_id FROM sent_contacts s ${ownKeyOf("sent_contacts")} WHERE s.batch = r.batch LIMIT 8)
    WHERE contact_id IS NULL)`

/** A guess from the first few successes. */
const seemsLinked = `NOT EXISTS (SELECT 1
    FROM (SELECT x.contact_id FROM answer_successes x ${ownKeyOf("answer_successes")} WHERE x.answer_id = r.answer_id LIMIT 8) x
    WHERE NOT EXISTS (SELECT 1 FROM id_links l WHERE l.contact_id = x.contact_id)
      AND NOT EXISTS (SELECT 1 FROM local_rows l WHERE l.contact_id = x.contact_id))`

/** An ID that several addresses share proves nothing. An earlier settled answer may have IDs that the last one lacks. */
export const chooseOwnIds = `
  UPDATE reconcile_scope AS r SET by_own_ids = 1, by_links = NOT ${seemsToHaveIds}
  WHERE answer_id IS NOT NULL AND (${seemsToHaveIds} OR ${seemsLinked})
    AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.batch = r.batch AND a.answer_id <> r.answer_id
      AND ${hasSettled("a.status")})
    AND NOT EXISTS (SELECT 1 FROM doubted_ids d CROSS JOIN answer_successes x ${ownKeyOf("answer_successes")}
      ON x.answer_id = r.answer_id AND x.contact_id = d.contact_id)`

/** After the outcomes are computed: a success that is no sent contact's own ID may be linked to one. */
export const disproveOwnIds: ReadonlyArray<string> = [
  `UPDATE reconcile_scope AS r SET (sent_keys, repeats, success_ids) = (
     SELECT count(*), coalesce(max(o.occurrence) > 1, 0), count(o.contact_id)
     FROM verdicts o ${ownKeyOf("verdicts")} WHERE o.batch = r.batch)
   WHERE by_own_ids`,
  "UPDATE reconcile_scope SET by_own_ids = 0 WHERE by_own_ids AND (repeats OR success_ids IS NOT successes)"
]

/** If the numbers agree although the ID of a failed address succeeded, that is a finding. */
export const disproveContradictory = `
  UPDATE reconcile_scope AS r SET by_own_ids = 0
  WHERE by_own_ids AND counts_agree AND EXISTS (SELECT 1 FROM verdicts o ${ownKeyOf("verdicts")}
    WHERE o.batch = r.batch AND o.evidence = 'failure-and-id')`
