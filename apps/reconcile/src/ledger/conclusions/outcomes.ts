import { ownKeyOf } from "./scope.js"

/** What looking an address up after the batch had settled says about it. */
const lookedUp = `(SELECT CASE
      WHEN k.contact_id IS NULL THEN 'lookup-absent'
      WHEN k.deleted THEN 'lookup-deleted'
      WHEN r.sent_from IS NULL OR coalesce(k.created_at, k.updated_at) IS NULL THEN 'lookup-undated'
      WHEN k.created_at >= r.sent_from THEN 'lookup-created'
      WHEN k.updated_at >= r.sent_from THEN 'lookup-updated'
      ELSE 'lookup-older'
    END
    FROM address_lookups k WHERE k.address_id = s.address_id AND k.after_answer_id >= r.answer_id
    ORDER BY k.lookup_id DESC LIMIT 1)`

/** The outcome follows from it, in the table. */
const evidence = (contactId: string) => `CASE
      WHEN u.failed THEN CASE WHEN ${contactId} IS NULL THEN 'failure' ELSE 'failure-and-id' END
      WHEN ${contactId} IS NOT NULL THEN 'id'
      WHEN r.numbers_close THEN 'count'
      ELSE coalesce(${lookedUp}, 'silence')
    END`

/**
 * One outcome for each sent contact of the settled batches of the scope. Written over the one before, so that a verdict
 * that stands costs no write, and one that falls is noticed.
 */
const draw = (options: {
  readonly byOwnIds: boolean
  readonly contactId: string
  readonly successes: string
}) => `
  INSERT INTO verdicts (batch, address_id, occurrence, evidence, contact_id)
  SELECT s.batch, s.address_id, s.occurrence, ${evidence(options.contactId)}, ${options.contactId}
  FROM reconcile_scope r
  CROSS JOIN sent_contacts s ${ownKeyOf("sent_contacts")} ON s.batch = r.batch
  ${options.successes}
  LEFT JOIN scope_reports u ON u.batch = r.batch AND u.address_id = s.address_id
  WHERE r.answer_id IS NOT NULL AND ${options.byOwnIds ? "r.by_own_ids" : "NOT r.by_own_ids"}
  ON CONFLICT (batch, address_id, occurrence) DO UPDATE SET
    evidence = excluded.evidence, contact_id = excluded.contact_id
  WHERE evidence <> excluded.evidence OR contact_id IS NOT excluded.contact_id`

/** By the ID beside each sent contact. */
export const drawOutcomesByOwnIds = draw({
  byOwnIds: true,
  contactId: "x.contact_id",
  successes: `LEFT JOIN answer_successes x ${ownKeyOf("answer_successes")}
    ON x.answer_id = r.answer_id AND x.contact_id = s.contact_id`
})

/** By all that is known of the IDs that succeeded. */
export const drawOutcomes = draw({ byOwnIds: false, contactId: "u.contact_id", successes: "" })

/**
 * The IDs of a batch disagree if an ID of its successes belongs to several addresses, several belong to one, or one to none that was
 * sent: only there are findings about IDs to be looked for.
 */
export const markDisagreeing = `
  UPDATE reconcile_scope AS r SET ids_disagree = 1
  WHERE NOT by_own_ids AND (
    (SELECT count(*) FROM scope_reports u WHERE u.batch = r.batch AND u.contact_id IS NOT NULL)
      <> (SELECT count(*) FROM verdicts o ${ownKeyOf("verdicts")}
        WHERE o.batch = r.batch AND o.occurrence = 1 AND o.contact_id IS NOT NULL)
    OR EXISTS (SELECT 1 FROM scope_reports u WHERE u.batch = r.batch AND u.several)
    OR EXISTS (SELECT 1 FROM doubted_ids d CROSS JOIN answer_successes x ${ownKeyOf("answer_successes")}
      ON x.answer_id = r.answer_id AND x.contact_id = d.contact_id))`

/** Notes verdicts on settled batches that became another; told to the user, and kept with the time. */
export const watchChanges: ReadonlyArray<string> = [
  `CREATE TEMP TABLE IF NOT EXISTS changed_outcomes (
    batch INTEGER NOT NULL, address_id INTEGER NOT NULL, occurrence INTEGER NOT NULL,
    outcome_before TEXT NOT NULL, outcome_after TEXT NOT NULL
  ) STRICT`,
  `CREATE TEMP TRIGGER IF NOT EXISTS note_changed_outcome AFTER UPDATE OF evidence ON main.verdicts
   WHEN OLD.outcome <> NEW.outcome
   BEGIN
     INSERT INTO changed_outcomes
     VALUES (OLD.batch, OLD.address_id, OLD.occurrence, OLD.outcome, NEW.outcome);
   END`,
  "DELETE FROM changed_outcomes"
]
