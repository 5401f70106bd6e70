/** When the numbers of a batch close. docs/outcomes.md has the rule and its reasons. */
import { hasNoAddress } from "../schema/recordViews.js"
import { ownKeyOf } from "./scope.js"

const sent = (address: string) => `EXISTS (SELECT 1 FROM sent_contacts s ${ownKeyOf("sent_contacts")}
  WHERE s.batch = r.batch AND s.address_id = ${address})`

const successes = `answer_successes x ${ownKeyOf("answer_successes")}`

/**
 * The conditions on a completed batch that need no links: everything sent is known, both lists were reported and are
 * readable, each failure was sent, and there are as many distinct successes as distinct addresses that did not fail.
 */
export const agreeCounts = `
  UPDATE reconcile_scope AS r SET counts_agree = 1
  WHERE EXISTS (SELECT 1 FROM answers a
      WHERE a.answer_id = r.answer_id AND a.status = 'completed'
        AND a.success_count IS NOT NULL AND a.failure_count IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM sent_gaps g WHERE g.batch = r.batch)
    AND NOT EXISTS (SELECT 1 FROM unreadable_items i WHERE i.answer_id = r.answer_id)
    AND success_ids = sent_keys - (SELECT count(*) FROM scope_reports u WHERE u.batch = r.batch AND u.failed)
    AND NOT EXISTS (SELECT 1 FROM scope_reports u
      WHERE u.batch = r.batch AND u.failed AND NOT ${sent("u.address_id")})`

/** The first by its text: address numbers are specific to the file. */
const first = "ORDER BY k.email_key LIMIT 1"

const named = (row: string) => `CROSS JOIN addresses k ON k.address_id = ${row}.address_id`

/** The first known fact about the contacts behind the IDs that contradicts the numbers, in words. */
const refutations: ReadonlyArray<string> = [
  `(SELECT 'contact ID ' || x.contact_id || ' is gone from the account, so that nobody can tell whose it was'
    FROM ${successes} CROSS JOIN gone_contacts g ON g.contact_id = x.contact_id
    WHERE x.answer_id = r.answer_id
      AND ${hasNoAddress("x.contact_id")} ORDER BY x.contact_id LIMIT 1)`,
  `(SELECT 'contact ID ' || x.contact_id || ' belongs to several addresses'
    FROM ${successes} CROSS JOIN doubted_ids d ON d.contact_id = x.contact_id
    WHERE x.answer_id = r.answer_id ORDER BY x.contact_id LIMIT 1)`,
  `(SELECT 'contact ID ' || u.contact_id || ' belongs to ' || k.email_key
      || CASE WHEN u.failed THEN ', which failed' ELSE ', which was not sent in this batch' END
    FROM scope_reports u ${named("u")}
    WHERE u.batch = r.batch AND u.contact_id IS NOT NULL AND (u.failed OR NOT ${sent("u.address_id")}) ${first})`,
  `(SELECT 'several contact IDs among the successes belong to ' || k.email_key
    FROM scope_reports u ${named("u")} WHERE u.batch = r.batch AND u.several ${first})`
]

/** The last of them. It checks each sent address, and is left out if no contact ID is known. */
const lacksItsId = `(SELECT k.email_key || ' has a known contact ID, which is not among the successes'
    FROM sent_contacts s ${ownKeyOf("sent_contacts")} ${named("s")}
    WHERE s.batch = r.batch
      AND NOT EXISTS (SELECT 1 FROM scope_reports u WHERE u.batch = r.batch AND u.address_id = s.address_id)
      AND (EXISTS (SELECT 1 FROM id_links i WHERE i.address_id = s.address_id)
        OR EXISTS (SELECT 1 FROM local_rows l WHERE l.address_id = s.address_id AND l.contact_id IS NOT NULL)) ${first})`

/** Whether any contact ID is known. */
export const anyKnownId = `SELECT EXISTS (SELECT 1 FROM id_links)
  OR EXISTS (SELECT 1 FROM local_rows WHERE contact_id IS NOT NULL) AS "any"`

/** If the numbers close, each address that did not fail is among the successes. That adds nothing if every ID is linked. */
export const closeNumbers = ({ linked }: { readonly linked: boolean }): ReadonlyArray<string> => [
  `UPDATE reconcile_scope AS r SET refuted_by = coalesce(${[...refutations, ...(linked ? [lacksItsId] : [])].join(", ")})
   WHERE counts_agree AND NOT by_own_ids`,
  "UPDATE reconcile_scope SET numbers_close = 1 WHERE counts_agree AND NOT by_own_ids AND refuted_by IS NULL"
]
