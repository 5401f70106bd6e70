import { ownKeyOf } from "./scope.js"

/** The evidence from a look-up after the batch had settled. */
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

/** The table computes the outcome from it. */
const evidence = (contactId: string) => `CASE
      WHEN u.failed THEN CASE WHEN ${contactId} IS NULL THEN 'failure' ELSE 'failure-and-id' END
      WHEN ${contactId} IS NOT NULL THEN 'id'
      WHEN r.numbers_close THEN 'count'
      ELSE coalesce(${lookedUp}, 'silence')
    END`

/**
 * One outcome for each sent contact of the settled batches of the scope, written over the old one. So an unchanged outcome
 * costs no write, and a changed one is noticed.
 */
const draw = (options: { readonly which: string; readonly contactId: string; readonly from: string }) => `
  INSERT INTO verdicts (batch, address_id, occurrence, evidence, contact_id)
  SELECT s.batch, s.address_id, s.occurrence, ${evidence(options.contactId)}, ${options.contactId}
  FROM ${options.from}
  LEFT JOIN scope_reports u ON u.batch = r.batch AND u.address_id = s.address_id
  WHERE r.answer_id IS NOT NULL AND ${options.which}
  ON CONFLICT (batch, address_id, occurrence) DO UPDATE SET
    evidence = excluded.evidence, contact_id = excluded.contact_id
  WHERE evidence <> excluded.evidence OR contact_id IS NOT excluded.contact_id`

const sent = `reconcile_scope r
  CROSS JOIN sent_contacts s ${ownKeyOf("sent_contacts")} ON s.batch = r.batch`

const success = (id: string) => `answer_successes x ${ownKeyOf("answer_successes")}
    ON x.answer_id = r.answer_id AND x.contact_id = ${id}`

export const drawOutcomesByOwnIds: ReadonlyArray<string> = [
  // By the ID in the row of each sent contact.
  draw({
    which: "r.by_own_ids AND NOT r.by_links",
    contactId: "x.contact_id",
    from: `${sent} LEFT JOIN ${success("s.contact_id")}`
  }),
  // By that or by one that is linked to its address. LIMIT keeps SQLite from looking for it each time it is mentioned.
  draw({
    which: "r.by_own_ids AND r.by_links",
    contactId: "s.contact_id",
    from: `(SELECT s.batch, s.address_id, s.occurrence, coalesce(x.contact_id,
        (SELECT x.contact_id FROM id_links l CROSS JOIN ${success("l.contact_id")}
          WHERE l.address_id = s.address_id ORDER BY l.contact_id LIMIT 1)) AS contact_id
      FROM ${sent} LEFT JOIN ${success("s.contact_id")}
      WHERE r.by_own_ids AND r.by_links LIMIT -1) s
    CROSS JOIN reconcile_scope r ON r.batch = s.batch`
  })
]

/** By all links of the successful IDs. */
export const drawOutcomes = draw({ which: "NOT r.by_own_ids", contactId: "u.contact_id", from: sent })

/**
 * The IDs of a batch disagree if one of its successful IDs belongs to several addresses, several belong to one address, or
 * one belongs to no sent address. Only these batches can have findings about IDs.
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

/** Records changed outcomes of settled batches with the time. The user is told of them. */
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
