import { likelyReason } from "./likelyReason.js"
import { stalledBatches } from "./stalled.js"
import { endedBadly, hasSettled, isNobodyErased, isWorthAnIndex, Outcome } from "./words.js"
import { asSentViews } from "./asSentViews.js"
import { hasNoAddress, written } from "./recordViews.js"
import type { View } from "./View.js"

export type { View } from "./View.js"

const lastStatus = (batch: string) => `(SELECT r.status FROM answers r
  WHERE r.batch = ${batch} AND ${hasSettled("r.status")} ORDER BY r.sequence DESC LIMIT 1)`

/** A success whose contact was deleted or renamed may have been this one. */
const otherwiseSpokenFor = (batch: string) => `CASE
            WHEN EXISTS (SELECT 1 FROM batch_findings f WHERE f.batch = ${batch} AND f.finding = 'unmatched-success')
              OR EXISTS (SELECT 1 FROM answers r JOIN answer_successes x ON x.answer_id = r.answer_id
                JOIN gone_contacts g ON g.contact_id = x.contact_id WHERE r.batch = ${batch})
            THEN '; may have been deleted or renamed since: an ID that succeeded is gone, or not of an address sent'
            ELSE ''
          END`

const sentIn = "(SELECT count(*) FROM sent_contacts s WHERE s.batch = b.batch)"

const verdictsIn = (which: string) => `(SELECT count(*) FROM verdicts o WHERE o.batch = b.batch${which})`

const count = (outcome: Outcome) =>
  `${outcome === "pending" ? `${sentIn} - ${verdictsIn("")}` : verdictsIn(` AND o.outcome = '${outcome}'`)} AS ${outcome}`

const isVerdictOn = (row: string) =>
  `o.batch = ${row}.batch AND o.address_id = ${row}.address_id AND o.occurrence = ${row}.occurrence`

const named = (row: string) =>
  `JOIN numbered_batches b ON b.batch = ${row}.batch JOIN addresses a ON a.address_id = ${row}.address_id`

/** What became of the contacts of settled batches. */
const verdicts = `SELECT b.batch_id, ${written("s")} AS email, o.outcome, o.evidence, o.contact_id, a.email_key, o.occurrence,
          o.batch, o.address_id
        FROM verdicts o JOIN sent_contacts s ON ${isVerdictOn("s")} ${named("o")}`

const lastAnswer = (column: string) =>
  `(SELECT r.${column} FROM answers r WHERE r.batch = b.batch ORDER BY r.sequence DESC LIMIT 1)`

/** Distinct successful IDs of a batch. */
const successesIn = (which: string) => `(SELECT count(DISTINCT x.contact_id)
          FROM answers r JOIN answer_successes x ON x.answer_id = r.answer_id
          WHERE r.batch = b.batch AND ${which})`

const lastRun = "(SELECT max(started_at) FROM reconcile_runs)"

/** The batches that settled for the first time since a time, or since the last run began. */
export const newlySettled = (since = lastRun) => `SELECT r.batch FROM answers r
  WHERE ${hasSettled("r.status")} AND r.received_at > ${since}
    AND NOT EXISTS (SELECT 1 FROM answers earlier WHERE earlier.batch = r.batch
      AND earlier.sequence < r.sequence AND ${hasSettled("earlier.status")})`

/** The contacts whose outcome may have changed since then, with the one before: pending if their batch settled since. */
export const outcomesBefore = (since = lastRun) => `WITH newly AS MATERIALIZED (${newlySettled(since)})
        SELECT o.batch, o.address_id, o.occurrence, 'pending' AS outcome_before
        FROM newly n CROSS JOIN verdicts o ON o.batch = n.batch
        UNION ALL
        SELECT batch, address_id, occurrence, outcome_before FROM (
          SELECT c.batch, c.address_id, c.occurrence, c.outcome_before, min(c.outcome_change_id)
          FROM verdict_changes c
          WHERE c.changed_at >= ${since} AND c.batch NOT IN (SELECT batch FROM newly)
          GROUP BY c.batch, c.address_id, c.occurrence)`

export const views: ReadonlyArray<View> = [
  {
    name: "batch_overview",
    question:
      "What is the state of each batch: its status, what was sent and reported, and how many contacts have each outcome?",
    sql: `SELECT b.batch_id,
        ${lastAnswer("status")} AS status,
        b.submitted_at,
        (SELECT max(r.received_at) FROM answers r WHERE r.batch = b.batch AND ${hasSettled("r.status")}) AS settled_at,
        ${sentIn} AS sent,
        ${lastAnswer("success_count")} AS successes,
        ${lastAnswer("failure_count")} AS failures,
        ${successesIn(hasNoAddress("x.contact_id"))} AS unlinked_successes,
        ${successesIn("EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = x.contact_id)")} AS gone_successes,
        ${Outcome.literals.map(count).join(`,
        `)},
        (SELECT count(*) FROM batch_findings f WHERE f.batch = b.batch) AS findings
      FROM numbered_batches b`
  },
  {
    name: "stalled_batches",
    question: "Which batches have been in one status for far longer than others of this file?",
    sql: stalledBatches
  },
  {
    name: "contact_status",
    question: "What became of each contact that was sent, in each batch it was sent in?",
    // Two halves, so that an index finds a given outcome. SQLite queries each half by itself only if their columns have the
    // same types.
    sql: `SELECT b.batch_id, ${written("s")} AS email, o.outcome, o.evidence, o.contact_id, a.email_key, o.occurrence
      FROM verdicts o JOIN sent_contacts s ON ${isVerdictOn("s")} ${named("o")}
      UNION ALL
      SELECT b.batch_id, ${written("s")}, CAST('pending' AS TEXT), CAST('unsettled' AS TEXT), CAST(NULL AS TEXT), a.email_key, s.occurrence
      FROM sent_contacts s ${named("s")} WHERE NOT EXISTS (SELECT 1 FROM verdicts o WHERE ${isVerdictOn("s")})`
  },
  {
    name: "rejected_contacts",
    question: "Which contacts are in a failure list (the contradictory are in both lists), and why probably?",
    sql: `SELECT o.batch_id, o.email, o.outcome, o.evidence, o.contact_id, ${likelyReason("o")} AS likely_reason,
        o.email_key, o.occurrence
      FROM (${verdicts}) o WHERE o.outcome IN ('rejected', 'contradictory') AND ${isWorthAnIndex("o.outcome")}`
  },
  {
    name: "unaccounted_contacts",
    question:
      "Which contacts of settled batches are in neither list, as far as is known, and have not been looked up?",
    sql: `SELECT batch_id, email, email_key, occurrence FROM (${verdicts}) o WHERE outcome = 'unaccounted'`
  },
  {
    name: "missing_contacts",
    question: "Which contacts were in neither list and not in the account when they were looked up?",
    sql: `SELECT o.batch_id, o.email, o.evidence,
        (SELECT max(k.asked_at) FROM address_lookups k WHERE k.address_id = o.address_id) AS asked_at,
        o.email_key, o.occurrence
      FROM (${verdicts}) o WHERE o.outcome = 'missing'`
  },
  {
    name: "retry_candidates",
    question: "Which addresses may be sent again, and why?",
    sql: `SELECT b.batch_id, ${written("s")} AS email, a.email_key, o.occurrence, o.outcome,
        CASE o.evidence
          WHEN 'lookup-absent' THEN 'in neither list, and not in the account when looked up' || ${otherwiseSpokenFor("o.batch")}
          WHEN 'lookup-deleted' THEN 'in neither list, and deleted in the account when looked up'
          ELSE 'in the account, but nothing shows that this ' || ${lastStatus("o.batch")} || ' batch changed it'
        END AS reason
      FROM verdicts o JOIN sent_contacts s ON ${isVerdictOn("s")} ${named("o")}
      WHERE o.outcome IN ('missing', 'present') AND ${isWorthAnIndex("o.outcome")} AND o.occurrence = 1 AND ${isNobodyErased("a.email_key")}
        AND (o.outcome = 'missing'
          OR (o.evidence IN ('lookup-older', 'lookup-undated') AND ${endedBadly(lastStatus("o.batch"))}))
        AND NOT EXISTS (SELECT 1 FROM sent_contacts again
          JOIN numbered_batches later ON later.batch = again.batch
          LEFT JOIN verdicts other ON other.batch = again.batch AND other.address_id = again.address_id
            AND other.occurrence = again.occurrence
          WHERE again.address_id = o.address_id AND again.batch <> o.batch
            AND (other.outcome IS NULL
              OR (coalesce(later.submitted_at, later.added_at), later.batch_id)
                > (coalesce(b.submitted_at, b.added_at), b.batch_id)))`
  },
  {
    name: "contact_ids",
    question: "Which contact ID belongs to which address, and who said so?",
    sql: `SELECT a.email_key, l.contact_id, CAST('local' AS TEXT) AS learnt_from,
        (SELECT s.loaded_at FROM local_sources s WHERE s.local_source_id = l.local_source_id) AS learnt_at
      FROM local_rows l JOIN addresses a ON a.address_id = l.address_id
      WHERE l.contact_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM local_rows e
          WHERE e.contact_id = l.contact_id AND e.address_id = l.address_id AND e.local_contact_id < l.local_contact_id)
      UNION ALL
      SELECT a.email_key, k.contact_id, k.learnt_from, k.learnt_at
      FROM id_links k JOIN addresses a ON a.address_id = k.address_id`
  },
  {
    name: "local_contact_ids",
    question: "Which contact ID does each of your own contacts have, and who said so?",
    sql: `SELECT s.name AS source, l.source_key, ${written("l")} AS email, l.contact_id AS own_contact_id,
        coalesce(l.contact_id, (SELECT min(k.contact_id) FROM id_links k WHERE k.address_id = l.address_id)) AS contact_id,
        CASE WHEN l.contact_id IS NOT NULL THEN 'local'
          ELSE (SELECT k.learnt_from FROM id_links k WHERE k.address_id = l.address_id ORDER BY k.contact_id LIMIT 1) END AS learnt_from,
        a.email_key, l.local_contact_id
      FROM local_rows l JOIN local_sources s ON s.local_source_id = l.local_source_id
      JOIN addresses a ON a.address_id = l.address_id`
  },
  {
    name: "contact_id_batches",
    question: "Which answers list a contact ID among the successes, whether or not it was sent?",
    sql: [
      "unmatched_ids k JOIN answers r ON r.batch = k.batch",
      "local_rows k JOIN sent_contacts s ON s.address_id = k.address_id JOIN answers r ON r.batch = s.batch",
      "id_links k JOIN sent_contacts s ON s.address_id = k.address_id JOIN answers r ON r.batch = s.batch"
    ]
      .map(
        (known) => `SELECT k.contact_id, b.batch_id, r.sequence, r.received_at FROM ${known}
        JOIN answer_successes x ON x.answer_id = r.answer_id AND x.contact_id = k.contact_id
        JOIN numbered_batches b ON b.batch = r.batch`
      )
      .concat(`SELECT x.contact_id, b.batch_id, r.sequence, r.received_at
        FROM stale_marks m CROSS JOIN answers r ON r.batch = m.batch
        CROSS JOIN answer_successes x ON x.answer_id = r.answer_id
        CROSS JOIN numbered_batches b ON b.batch = r.batch`)
      .join(`
      UNION
      `)
  },
  {
    name: "unmatched_failures",
    question: "Which addresses were reported as failed but not sent, and which sent ones are similar?",
    sql: `SELECT b.batch_id, f.subject AS email, f.detail,
        (SELECT group_concat(n.sent_email, ', ') FROM nearest_sent n
          WHERE n.batch = f.batch AND n.finding = f.finding AND n.subject = f.subject) AS nearest_sent
      FROM batch_findings f JOIN numbered_batches b ON b.batch = f.batch WHERE f.finding = 'unmatched-failure'`
  },
  {
    name: "id_conflicts",
    question: "Which contact IDs have several addresses, and which addresses have several contact IDs?",
    sql: `SELECT contact_id, NULL AS email_key, 'one-id-several-addresses' AS problem, group_concat(email_key, ', ') AS detail
      FROM (SELECT DISTINCT contact_id, email_key FROM contact_ids ORDER BY contact_id, email_key) GROUP BY contact_id HAVING count(*) > 1
      UNION ALL
      SELECT NULL, email_key, 'one-address-several-ids', group_concat(contact_id, ', ')
      FROM (SELECT DISTINCT contact_id, email_key FROM contact_ids ORDER BY email_key, contact_id) GROUP BY email_key HAVING count(*) > 1`
  },
  {
    name: "batch_timeline",
    question: "What did ActiveCampaign answer about each batch, and when?",
    sql: `SELECT b.batch_id, r.received_at AS at, r.status, r.success_count AS successes, r.failure_count AS failures, NULL AS error, r.origin
      FROM answers r JOIN numbered_batches b ON b.batch = r.batch
      UNION ALL
      SELECT b.batch_id, e.first_at, NULL, NULL, NULL, e.message, CAST('account' AS TEXT)
      FROM batch_troubles e JOIN numbered_batches b ON b.batch = e.batch
      UNION ALL
      SELECT b.batch_id, e.first_at, NULL, NULL, NULL, e.message, CAST('account' AS TEXT)
      FROM account_errors e JOIN numbered_batches b ON e.step = 'follow' AND b.added_at <= e.last_at
      WHERE NOT EXISTS (SELECT 1 FROM answers r WHERE r.batch = b.batch
        AND ${hasSettled("r.status")} AND r.received_at < e.first_at)`
  },
  {
    name: "daily_totals",
    question: "How many contacts were sent on each day, and what became of them?",
    sql: `SELECT substr(coalesce(b.submitted_at, b.added_at), 1, 10) AS day, count(DISTINCT b.batch) AS batches, count(s.batch) AS sent,
        ${Outcome.literals
          .map((outcome) =>
            outcome === "pending"
              ? "count(s.batch) - count(o.outcome) AS pending"
              : `count(*) FILTER (WHERE o.outcome = '${outcome}') AS ${outcome}`
          )
          .join(`,
        `)}
      FROM numbered_batches b
      LEFT JOIN sent_contacts s ON s.batch = b.batch
      LEFT JOIN verdicts o ON ${isVerdictOn("s")}
      GROUP BY day`
  },
  {
    name: "changes_since_last_run",
    question: "Which contacts have another outcome since the last run began?",
    sql: `WITH before AS (${outcomesBefore()})
      SELECT b.batch_id, ${written("s")} AS email, c.outcome_before, o.outcome AS outcome_after,
        CASE
          WHEN c.outcome_before = 'pending' THEN 'settled'
          WHEN o.outcome IN ('imported', 'present') AND c.outcome_before NOT IN ('imported', 'present') THEN 'found'
          WHEN c.outcome_before IN ('imported', 'present') AND o.outcome NOT IN ('imported', 'present') THEN 'lost'
          ELSE 'changed'
        END AS change
      FROM before c
      CROSS JOIN verdicts o ON ${isVerdictOn("c")}
      CROSS JOIN sent_contacts s ON ${isVerdictOn("s")}
      ${named("c")}
      WHERE o.outcome <> c.outcome_before`
  },
  ...asSentViews
]
