import { isNobodyErased } from "./erase/token.js"
import { likelyReason } from "./likelyReason.js"
import { isWorthAnIndex, type OutcomeWord, outcomeWords } from "./outcomeWords.js"

export interface View {
  readonly name: string
  /** The question the view answers. */
  readonly question: string
  readonly sql: string
}

const settledAs = (alias: string) => `(SELECT a.status FROM batch_answers a
  WHERE a.batch_id = ${alias}.batch_id AND a.status IN ('completed', 'failed', 'interrupted')
  ORDER BY a.sequence DESC LIMIT 1)`

/** A success whose contact was deleted or renamed since may have been just this one. */
const otherwiseSpokenFor = (row: string) => `CASE
            WHEN EXISTS (SELECT 1 FROM findings f
                WHERE f.batch_id = ${row}.batch_id AND f.finding = 'unmatched-success')
              OR EXISTS (SELECT 1 FROM batch_successes x JOIN gone_contacts g ON g.contact_id = x.contact_id
                WHERE x.batch_id = ${row}.batch_id)
            THEN '; may have been deleted or renamed since: an ID that succeeded is gone, or not of an address sent'
            ELSE ''
          END`

const sentIn = "(SELECT count(*) FROM batch_sent s WHERE s.batch_id = b.batch_id)"

const verdictsIn = (which: string) =>
  `(SELECT count(*) FROM outcomes o WHERE o.batch_id = b.batch_id${which})`

const count = (outcome: OutcomeWord) =>
  `${outcome === "pending" ? `${sentIn} - ${verdictsIn("")}` : verdictsIn(` AND o.outcome = '${outcome}'`)} AS ${outcome}`

const isVerdictOn = (row: string) =>
  `o.batch_id = ${row}.batch_id AND o.email_key = ${row}.email_key AND o.occurrence = ${row}.occurrence`

/** What became of the contacts of settled batches. */
const verdicts = `SELECT o.batch_id, s.email, o.outcome, o.evidence, o.contact_id, o.email_key, o.occurrence
        FROM outcomes o JOIN batch_sent s ON ${isVerdictOn("s")}`

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
        ${sentIn} AS sent,
        (SELECT a.success_count FROM batch_answers a WHERE a.batch_id = b.batch_id ORDER BY a.sequence DESC LIMIT 1) AS successes,
        (SELECT a.failure_count FROM batch_answers a WHERE a.batch_id = b.batch_id ORDER BY a.sequence DESC LIMIT 1) AS failures,
        (SELECT count(DISTINCT x.contact_id) FROM batch_successes x
          WHERE x.batch_id = b.batch_id
            AND NOT EXISTS (SELECT 1 FROM local_contacts l WHERE l.contact_id = x.contact_id)
            AND NOT EXISTS (SELECT 1 FROM links k WHERE k.contact_id = x.contact_id)) AS unlinked_successes,
        (SELECT count(DISTINCT x.contact_id) FROM batch_successes x
          JOIN gone_contacts g ON g.contact_id = x.contact_id WHERE x.batch_id = b.batch_id) AS gone_successes,
        ${outcomeWords.map(count).join(`,
        `)},
        (SELECT count(*) FROM findings f WHERE f.batch_id = b.batch_id) AS findings
      FROM batches b`
  },
  {
    name: "contact_status",
    question: "What became of each contact that was sent, in each batch it was sent in?",
    // In two halves, so that an outcome asked for is found by its index. SQLite asks each by itself only if their columns
    // have the same types.
    sql: `${verdicts}
      UNION ALL
      SELECT s.batch_id, s.email, CAST('pending' AS TEXT), CAST('unsettled' AS TEXT), CAST(NULL AS TEXT), s.email_key, s.occurrence
      FROM batch_sent s WHERE NOT EXISTS (SELECT 1 FROM outcomes o WHERE ${isVerdictOn("s")})`
  },
  {
    name: "rejected_contacts",
    question:
      "Which contacts stand in a failure list, those that stand in both lists (contradictory) included, and what is the likely reason?",
    sql: `SELECT o.batch_id, o.email, o.outcome, o.evidence, o.contact_id, ${likelyReason("o")} AS likely_reason,
        o.email_key, o.occurrence
      FROM (${verdicts}) o WHERE o.outcome IN ('rejected', 'contradictory') AND ${isWorthAnIndex("o.outcome")}`
  },
  {
    name: "unaccounted_contacts",
    question:
      "Of which contacts of settled batches is it not known what became: not failed, no ID known to be theirs succeeded, and not looked up since?",
    sql: `SELECT batch_id, email, email_key, occurrence FROM (${verdicts}) o WHERE outcome = 'unaccounted'`
  },
  {
    name: "missing_contacts",
    question: "Which contacts were in neither list, and not in the account when they were looked up?",
    sql: `SELECT o.batch_id, o.email, o.evidence,
        (SELECT max(k.asked_at) FROM lookups k WHERE k.email_key = o.email_key) AS asked_at,
        o.email_key, o.occurrence
      FROM (${verdicts}) o WHERE o.outcome = 'missing'`
  },
  {
    name: "retry_candidates",
    question:
      "Which contacts may be sent again, each address once and in the last batch it was sent in, and why?",
    sql: `SELECT o.batch_id, s.email, o.email_key, o.occurrence, o.outcome,
        CASE o.evidence
          WHEN 'lookup-absent' THEN 'in neither list, and not in the account when looked up' || ${otherwiseSpokenFor("o")}
          WHEN 'lookup-deleted' THEN 'in neither list, and deleted in the account when looked up'
          ELSE 'in the account, but nothing shows that this ' || ${settledAs("o")} || ' batch changed it'
        END AS reason
      FROM outcomes o
      JOIN batch_sent s ON s.batch_id = o.batch_id AND s.email_key = o.email_key AND s.occurrence = o.occurrence
      WHERE o.outcome IN ('missing', 'present') AND ${isWorthAnIndex("o.outcome")} AND o.occurrence = 1 AND ${isNobodyErased("o.email_key")}
        AND (o.outcome = 'missing'
          OR (o.evidence IN ('lookup-older', 'lookup-undated') AND ${settledAs("o")} IN ('failed', 'interrupted')))
        AND NOT EXISTS (SELECT 1 FROM batch_sent again
          JOIN batches later ON later.batch_id = again.batch_id
          LEFT JOIN outcomes other ON other.batch_id = again.batch_id AND other.email_key = again.email_key
            AND other.occurrence = again.occurrence
          JOIN batches own ON own.batch_id = o.batch_id
          WHERE again.email_key = o.email_key AND again.batch_id <> o.batch_id
            AND (other.outcome IS NULL
              OR (coalesce(later.submitted_at, later.added_at), later.batch_id)
                > (coalesce(own.submitted_at, own.added_at), own.batch_id)))`
  },
  {
    name: "contact_ids",
    question: "Which contact ID belongs to which address, and where was that learnt?",
    sql: `SELECT l.email_key, l.contact_id, CAST('local' AS TEXT) AS learnt_from,
        (SELECT s.loaded_at FROM local_sources s WHERE s.local_source_id = l.local_source_id) AS learnt_at
      FROM local_contacts l
      WHERE l.contact_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM local_contacts e
          WHERE e.contact_id = l.contact_id AND e.email_key = l.email_key AND e.local_contact_id < l.local_contact_id)
      UNION ALL
      SELECT k.email_key, k.contact_id, k.learnt_from, k.learnt_at FROM links k`
  },
  {
    name: "local_contact_ids",
    question: "Which contact ID has each of your own contacts, wherever that was learnt?",
    sql: `SELECT s.name AS source, l.source_key, l.email, l.contact_id AS own_contact_id,
        coalesce(l.contact_id, (SELECT min(k.contact_id) FROM links k WHERE k.email_key = l.email_key)) AS contact_id,
        CASE WHEN l.contact_id IS NOT NULL THEN 'local'
          ELSE (SELECT k.learnt_from FROM links k WHERE k.email_key = l.email_key ORDER BY k.contact_id LIMIT 1) END AS learnt_from,
        l.email_key, l.local_contact_id
      FROM local_contacts l JOIN local_sources s ON s.local_source_id = l.local_source_id`
  },
  {
    name: "contact_id_batches",
    question:
      "Which answers about which batches list a contact ID among the successes, whoever it belongs to?",
    sql: [
      "unmatched_successes k JOIN batch_answers a ON a.batch_id = k.batch_id",
      "local_contacts k JOIN batch_sent s ON s.email_key = k.email_key JOIN batch_answers a ON a.batch_id = s.batch_id",
      "links k JOIN batch_sent s ON s.email_key = k.email_key JOIN batch_answers a ON a.batch_id = s.batch_id"
    ]
      .map(
        (known) => `SELECT k.contact_id, a.batch_id, a.sequence, a.received_at FROM ${known}
        JOIN batch_successes x ON x.batch_id = a.batch_id AND x.sequence = a.sequence AND x.contact_id = k.contact_id`
      )
      .concat(`SELECT x.contact_id, a.batch_id, a.sequence, a.received_at
        FROM stale_batches b CROSS JOIN batch_answers a ON a.batch_id = b.batch_id
        CROSS JOIN batch_successes x ON x.batch_id = a.batch_id AND x.sequence = a.sequence`)
      .join(`
      UNION
      `)
  },
  {
    name: "unmatched_failures",
    question:
      "Which addresses were reported as failed, though no sent contact has them, and which sent ones are nearly the same?",
    sql: `SELECT f.batch_id, f.subject AS email, f.detail,
        (SELECT group_concat(n.sent_email, ', ') FROM near_matches n
          WHERE n.batch_id = f.batch_id AND n.finding = f.finding AND n.subject = f.subject) AS nearest_sent
      FROM findings f WHERE f.finding = 'unmatched-failure'`
  },
  {
    name: "id_conflicts",
    question:
      "Which contact IDs are linked to several addresses, and which addresses to several contact IDs?",
    sql: `SELECT contact_id, NULL AS email_key, 'one-id-several-addresses' AS problem, group_concat(email_key, ', ') AS detail
      FROM (SELECT DISTINCT contact_id, email_key FROM contact_ids) GROUP BY contact_id HAVING count(*) > 1
      UNION ALL
      SELECT NULL, email_key, 'one-address-several-ids', group_concat(contact_id, ', ')
      FROM (SELECT DISTINCT contact_id, email_key FROM contact_ids) GROUP BY email_key HAVING count(*) > 1`
  },
  {
    name: "batch_timeline",
    question: "What did ActiveCampaign answer about each batch, and when?",
    sql: `SELECT batch_id, received_at AS at, status, success_count AS successes, failure_count AS failures, NULL AS error, origin
      FROM batch_answers
      UNION ALL
      SELECT batch_id, first_at, NULL, NULL, NULL, message, CAST('account' AS TEXT) FROM batch_errors
      UNION ALL
      SELECT b.batch_id, e.first_at, NULL, NULL, NULL, e.message, CAST('account' AS TEXT)
      FROM account_errors e JOIN batches b ON e.step = 'follow' AND b.added_at <= e.last_at
      WHERE NOT EXISTS (SELECT 1 FROM batch_answers a WHERE a.batch_id = b.batch_id
        AND a.status IN ('completed', 'failed', 'interrupted') AND a.received_at < e.first_at)`
  },
  {
    name: "daily_totals",
    question:
      "What became of what was sent on each day (of submission where it is known, else of being added here)?",
    sql: `SELECT substr(coalesce(b.submitted_at, b.added_at), 1, 10) AS day, count(DISTINCT b.batch_id) AS batches, count(s.batch_id) AS sent,
        ${outcomeWords
          .map((outcome) =>
            outcome === "pending"
              ? "count(s.batch_id) - count(o.outcome) AS pending"
              : `count(*) FILTER (WHERE o.outcome = '${outcome}') AS ${outcome}`
          )
          .join(`,
        `)}
      FROM batches b
      LEFT JOIN batch_sent s ON s.batch_id = b.batch_id
      LEFT JOIN outcomes o ON ${isVerdictOn("s")}
      GROUP BY day`
  },
  {
    name: "changes_since_last_run",
    question:
      "Which contacts came to another outcome since the last run began: found, lost, settled for the first time, or otherwise changed?",
    sql: `WITH last_run AS (SELECT max(started_at) AS started_at FROM reconcile_runs),
      changed AS (
        SELECT c.batch_id, c.email_key, c.occurrence, c.outcome_before, min(c.outcome_change_id) AS first_change
        FROM outcome_changes c WHERE c.changed_at >= (SELECT started_at FROM last_run)
        GROUP BY c.batch_id, c.email_key, c.occurrence
        UNION ALL
        SELECT o.batch_id, o.email_key, o.occurrence, 'pending', 0
        FROM batch_answers a JOIN outcomes o ON o.batch_id = a.batch_id
        WHERE a.status IN ('completed', 'failed', 'interrupted') AND a.received_at > (SELECT started_at FROM last_run)
          AND NOT EXISTS (SELECT 1 FROM batch_answers earlier WHERE earlier.batch_id = a.batch_id
            AND earlier.sequence < a.sequence AND earlier.status IN ('completed', 'failed', 'interrupted'))
      ),
      before AS (
        SELECT batch_id, email_key, occurrence, outcome_before, min(first_change) FROM changed
        GROUP BY batch_id, email_key, occurrence
      )
      SELECT c.batch_id, s.email, c.outcome_before, o.outcome AS outcome_after,
        CASE
          WHEN c.outcome_before = 'pending' THEN 'settled'
          WHEN o.outcome IN ('imported', 'present') AND c.outcome_before NOT IN ('imported', 'present') THEN 'found'
          WHEN c.outcome_before IN ('imported', 'present') AND o.outcome NOT IN ('imported', 'present') THEN 'lost'
          ELSE 'changed'
        END AS change
      FROM before c
      JOIN outcomes o ON o.batch_id = c.batch_id AND o.email_key = c.email_key AND o.occurrence = c.occurrence
      JOIN batch_sent s ON s.batch_id = c.batch_id AND s.email_key = c.email_key AND s.occurrence = c.occurrence
      WHERE o.outcome <> c.outcome_before`
  }
]
