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
    FROM lookups k WHERE k.email_key = s.email_key AND k.asked_at >= r.settled_at
    ORDER BY k.lookup_id DESC LIMIT 1)`

const outcomeOf: ReadonlyArray<readonly [evidence: string, outcome: string]> = [
  ["id", "imported"],
  ["count", "imported"],
  ["failure", "rejected"],
  ["unsettled", "pending"],
  ["failure-and-id", "contradictory"],
  ["silence", "unaccounted"],
  ["lookup-absent", "missing"],
  ["lookup-deleted", "missing"]
]

/** Where nothing but a look-up can tell, what it told decides both words; elsewhere both are plain. */
const decide = (word: "outcome" | "evidence") => {
  const said = (evidence: string) =>
    `'${word === "evidence" ? evidence : (outcomeOf.find(([one]) => one === evidence)?.[1] ?? "present")}'`
  const silence = `coalesce(${lookedUp}, 'silence')`
  const fromLookup =
    word === "evidence"
      ? silence
      : `CASE ${silence} ${["silence", "lookup-absent", "lookup-deleted"].map((one) => `WHEN '${one}' THEN ${said(one)}`).join(" ")} ELSE 'present' END`
  return `CASE
      WHEN u.failed = 0 THEN ${said("id")}
      WHEN u.contact_id IS NOT NULL THEN ${said("failure-and-id")}
      WHEN u.failed THEN ${said("failure")}
      WHEN r.sequence IS NULL THEN ${said("unsettled")}
      WHEN r.numbers_close THEN ${said("count")}
      ELSE ${fromLookup}
    END`
}

/**
 * One outcome for each sent contact of the scope. Written over the one before, so that a verdict that stands costs no
 * write, and one that falls is noticed.
 */
export const drawOutcomes = `
  INSERT INTO outcomes (batch_id, email_key, occurrence, outcome, evidence, contact_id)
  SELECT s.batch_id, s.email_key, s.occurrence,
    ${decide("outcome")},
    ${decide("evidence")},
    u.contact_id
  FROM reconcile_scope r
  CROSS JOIN batch_sent s ${ownKeyOf("batch_sent")} ON s.batch_id = r.batch_id
  LEFT JOIN scope_reports u ON u.batch = r.batch AND u.email_key = s.email_key
  WHERE true
  ON CONFLICT (batch_id, email_key, occurrence) DO UPDATE SET
    outcome = excluded.outcome, evidence = excluded.evidence, contact_id = excluded.contact_id
  WHERE evidence <> excluded.evidence OR contact_id IS NOT excluded.contact_id`

/**
 * A batch is odd if an ID of its successes belongs to several addresses, several belong to one, or one to none that was
 * sent: only there are findings about IDs to be looked for.
 */
export const markOdd = `
  UPDATE reconcile_scope AS r SET odd = 1
  WHERE (SELECT count(*) FROM scope_reports u WHERE u.batch = r.batch AND u.contact_id IS NOT NULL)
      <> (SELECT count(*) FROM outcomes o ${ownKeyOf("outcomes")}
        WHERE o.batch_id = r.batch_id AND o.occurrence = 1 AND o.contact_id IS NOT NULL)
    OR EXISTS (SELECT 1 FROM scope_reports u WHERE u.batch = r.batch AND u.several)
    OR EXISTS (SELECT 1 FROM doubted_ids d CROSS JOIN batch_successes x ON x.contact_id = d.contact_id
      WHERE x.batch_id = r.batch_id AND x.sequence = r.sequence)`

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
