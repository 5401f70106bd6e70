export interface View {
  readonly name: string
  /** The question the view answers. */
  readonly question: string
  readonly sql: string
}

/** The views are the promise to people who query the file: plain SQL, one question each. */
export const views: ReadonlyArray<View> = [
  {
    name: "batch_overview",
    question: "How does each batch stand: its status, what was sent, what was reported, what became of it?",
    sql: `SELECT b.batch_id,
        (SELECT a.status FROM batch_answers a WHERE a.batch_id = b.batch_id ORDER BY a.sequence DESC LIMIT 1) AS status,
        b.submitted_at,
        (SELECT max(a.received_at) FROM batch_answers a
          WHERE a.batch_id = b.batch_id AND a.status IN ('completed', 'failed', 'interrupted')) AS settled_at,
        (SELECT count(*) FROM batch_sent s WHERE s.batch_id = b.batch_id) AS sent,
        (SELECT a.success_count FROM batch_answers a WHERE a.batch_id = b.batch_id ORDER BY a.sequence DESC LIMIT 1) AS successes,
        (SELECT a.failure_count FROM batch_answers a WHERE a.batch_id = b.batch_id ORDER BY a.sequence DESC LIMIT 1) AS failures,
        (SELECT count(DISTINCT x.contact_id) FROM batch_successes x
          WHERE x.batch_id = b.batch_id
            AND NOT EXISTS (SELECT 1 FROM local_contacts l WHERE l.contact_id = x.contact_id)) AS unlinked_successes,
        (SELECT count(*) FROM outcomes o WHERE o.batch_id = b.batch_id AND o.outcome = 'imported') AS imported,
        (SELECT count(*) FROM outcomes o WHERE o.batch_id = b.batch_id AND o.outcome = 'rejected') AS rejected,
        (SELECT count(*) FROM outcomes o WHERE o.batch_id = b.batch_id AND o.outcome = 'contradictory') AS contradictory,
        (SELECT count(*) FROM outcomes o WHERE o.batch_id = b.batch_id AND o.outcome = 'unaccounted') AS unaccounted,
        (SELECT count(*) FROM outcomes o WHERE o.batch_id = b.batch_id AND o.outcome = 'pending') AS pending,
        (SELECT count(*) FROM findings f WHERE f.batch_id = b.batch_id) AS findings
      FROM batches b`
  },
  {
    name: "contact_status",
    question: "What became of each contact that was sent, in each batch it was sent in?",
    sql: `SELECT o.batch_id, s.email, o.outcome, o.evidence, o.contact_id, o.email_key, o.occurrence
      FROM outcomes o
      JOIN batch_sent s ON s.batch_id = o.batch_id AND s.email_key = o.email_key AND s.occurrence = o.occurrence`
  },
  {
    name: "rejected_contacts",
    question:
      "Which contacts stand in a failure list, those that stand in both lists (contradictory) included?",
    sql: `SELECT batch_id, email, outcome, evidence, contact_id, NULL AS likely_reason, email_key, occurrence
      FROM contact_status WHERE outcome IN ('rejected', 'contradictory')`
  },
  {
    name: "unaccounted_contacts",
    question:
      "Of which contacts of settled batches is it not known what became: not failed, and no ID known to be theirs succeeded?",
    sql: `SELECT batch_id, email FROM contact_status WHERE outcome = 'unaccounted'`
  },
  {
    name: "missing_contacts",
    question: "Which contacts were looked up and not found in the account, and when was it asked?",
    sql: `SELECT batch_id, email, evidence, NULL AS asked_at, email_key, occurrence FROM contact_status
      WHERE outcome = 'missing'`
  },
  {
    name: "retry_candidates",
    question: "Which contacts may be sent again, and why?",
    sql: `SELECT batch_id, email, email_key, occurrence, outcome,
        'The batch has settled, and the contact is in neither of its lists.' AS reason
      FROM contact_status WHERE outcome = 'unaccounted'`
  },
  {
    name: "contact_ids",
    question: "Which contact ID belongs to which address, and where was that learnt?",
    sql: `SELECT l.email_key, l.contact_id, CAST('local' AS TEXT) AS learnt_from,
        (SELECT s.loaded_at FROM local_sources s WHERE s.local_source_id = l.local_source_id) AS learnt_at
      FROM local_contacts l
      WHERE l.contact_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM local_contacts e
          WHERE e.contact_id = l.contact_id AND e.email_key = l.email_key AND e.local_contact_id < l.local_contact_id)`
  },
  {
    name: "unmatched_failures",
    question: "Which addresses were reported as failed, though no sent contact has them?",
    sql: `SELECT batch_id, subject AS email, detail FROM findings WHERE finding = 'unmatched-failure'`
  },
  {
    name: "batch_timeline",
    question: "What did ActiveCampaign answer about each batch, and when?",
    sql: `SELECT batch_id, received_at AS at, status, success_count AS successes, failure_count AS failures, NULL AS error
      FROM batch_answers
      UNION ALL
      SELECT batch_id, occurred_at, NULL, NULL, NULL, message FROM batch_errors`
  }
]
