/** What looking an address up after the batch had settled says about it. */
const lookedUp = `(SELECT CASE
      WHEN k.contact_id IS NULL THEN 'lookup-absent'
      WHEN k.deleted THEN 'lookup-deleted'
      WHEN v.sent_from IS NULL OR coalesce(k.created_at, k.updated_at) IS NULL THEN 'lookup-undated'
      WHEN k.created_at >= v.sent_from THEN 'lookup-created'
      WHEN k.updated_at >= v.sent_from THEN 'lookup-updated'
      ELSE 'lookup-older'
    END
    FROM lookups k WHERE k.email_key = v.email_key AND k.asked_at >= v.settled_at
    ORDER BY k.lookup_id DESC LIMIT 1)`

/** The evidence is decided first; which outcome it stands for is a matter of words, and the table checks them. */
const outcomeOf = `CASE evidence
    WHEN 'unsettled' THEN 'pending'
    WHEN 'failure-and-id' THEN 'contradictory'
    WHEN 'failure' THEN 'rejected'
    WHEN 'id' THEN 'imported'
    WHEN 'count' THEN 'imported'
    WHEN 'silence' THEN 'unaccounted'
    WHEN 'lookup-absent' THEN 'missing'
    WHEN 'lookup-deleted' THEN 'missing'
    ELSE 'present'
  END`

/**
 * One outcome for each sent contact of the scope. Written over the one before, so that a verdict that stands costs no
 * write, and one that falls is noticed.
 */
export const drawOutcomes = `
  INSERT INTO outcomes (batch_id, email_key, occurrence, outcome, evidence, contact_id)
  WITH seen AS MATERIALIZED (
    SELECT s.batch_id, s.email_key, s.occurrence, r.sequence, r.settled_at, r.sent_from, r.numbers_close,
      EXISTS (SELECT 1 FROM batch_failures f
        WHERE f.batch_id = s.batch_id AND f.sequence = r.sequence AND f.email_key = s.email_key) AS failed,
      (SELECT min(u.contact_id) FROM scope_successes u
        WHERE u.batch_id = s.batch_id AND u.email_key = s.email_key AND u.conflicting = 0 AND u.email_key IS NOT NULL)
        AS contact_id
    FROM reconcile_scope r CROSS JOIN batch_sent s ON s.batch_id = r.batch_id
  ), decided AS MATERIALIZED (
    SELECT v.batch_id, v.email_key, v.occurrence, v.contact_id,
      CASE
        WHEN v.sequence IS NULL THEN 'unsettled'
        WHEN v.failed AND v.contact_id IS NOT NULL THEN 'failure-and-id'
        WHEN v.failed THEN 'failure'
        WHEN v.contact_id IS NOT NULL THEN 'id'
        WHEN v.numbers_close THEN 'count'
        ELSE coalesce(${lookedUp}, 'silence')
      END AS evidence
    FROM seen v
  )
  SELECT batch_id, email_key, occurrence, ${outcomeOf}, evidence, contact_id FROM decided WHERE true
  ON CONFLICT (batch_id, email_key, occurrence) DO UPDATE SET
    outcome = excluded.outcome, evidence = excluded.evidence, contact_id = excluded.contact_id
  WHERE evidence <> excluded.evidence OR contact_id IS NOT excluded.contact_id`

/** Notes verdicts on settled batches that became another; told to the user, and kept with the time. */
export const watchChanges: ReadonlyArray<string> = [
  `CREATE TEMP TABLE IF NOT EXISTS changed_outcomes (
    batch_id TEXT NOT NULL, email_key TEXT NOT NULL, occurrence INTEGER NOT NULL,
    outcome_before TEXT NOT NULL, outcome_after TEXT NOT NULL
  ) STRICT`,
  `CREATE TEMP TRIGGER IF NOT EXISTS note_changed_outcome AFTER UPDATE OF outcome ON main.outcomes
   WHEN OLD.outcome <> NEW.outcome AND OLD.outcome <> 'pending'
   BEGIN
     INSERT INTO changed_outcomes
     VALUES (OLD.batch_id, OLD.email_key, OLD.occurrence, OLD.outcome, NEW.outcome);
   END`,
  "DELETE FROM changed_outcomes"
]
