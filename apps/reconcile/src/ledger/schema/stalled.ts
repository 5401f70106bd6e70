import { hasSettled } from "./words.js"

/** How many of the batches that settled last show how long batches usually stay in a status. */
const settledKept = 100

/** With fewer of them in a status, it is not known what is usual. */
const leastKnown = 10

/** A batch is stalled if it stays in its status this many times as long as nine of ten batches did. */
const timesUsual = 4

/** However fast other batches were, none is stalled before. In seconds. */
const leastSeconds = 3600

/** What counts as long as it is not known what is usual. In seconds. */
const secondsIfUnknown = 86_400

const days = (time: string) => `julianday(${time})`

/** Of the account, and not pasted: only these times show how long a batch took. */
const heard = "r.origin = 'account'"

/**
 * The last moment at which the account was asked about the open batches. No other clock counts: without a run, nobody knows
 * whether a batch has settled.
 */
const lastAsked = `(SELECT coalesce(u.finished_at, (SELECT w.renewed_at FROM writer_lease w), u.started_at)
        FROM reconcile_runs u WHERE u.open_batches > 0 OR u.answers > 0 OR u.finished_at IS NULL
        ORDER BY u.reconcile_run_id DESC LIMIT 1)`

/** The body of the view `stalled_batches`. */
export const stalledBatches = `WITH settled AS MATERIALIZED (
        SELECT r.batch, r.received_at FROM answers r
        WHERE ${heard} AND ${hasSettled("r.status")} ORDER BY r.answer_id DESC LIMIT ${settledKept}),
      stays AS (
        SELECT r.status, ${days("done.received_at")} - ${days("min(r.received_at)")} AS days
        FROM settled done CROSS JOIN answers r ON r.batch = done.batch
        WHERE ${heard} AND NOT ${hasSettled("r.status")} GROUP BY done.batch, r.status),
      usual AS MATERIALIZED (
        SELECT status, CAST(round(max(0, days) * 86400) AS INTEGER) AS seconds FROM (
          SELECT status, days, count(*) OVER (PARTITION BY status) AS batches,
            row_number() OVER (PARTITION BY status ORDER BY days) AS place FROM stays)
        WHERE batches >= ${leastKnown} AND place = (batches * 9 + 9) / 10),
      opened AS (
        SELECT b.batch_id, CAST(coalesce(b.submitted_at, b.added_at) AS TEXT) AS since, b.batch, r.status,
          CAST((SELECT min(e.received_at) FROM answers e WHERE e.batch = b.batch AND e.status = r.status) AS TEXT) AS status_since
        FROM numbered_batches b CROSS JOIN answers r ON r.batch = b.batch
        WHERE r.sequence = (SELECT max(l.sequence) FROM answers l WHERE l.batch = b.batch)
          AND NOT EXISTS (SELECT 1 FROM answers d WHERE d.batch = b.batch AND ${hasSettled("d.status")})),
      bounded AS (
        SELECT o.batch_id, o.status, o.since, o.status_since, u.seconds AS usual_seconds,
          CAST(strftime('%Y-%m-%dT%H:%M:%fZ', ${days("o.status_since")}
            + coalesce(max(${leastSeconds}, ${timesUsual} * u.seconds), ${secondsIfUnknown}) / 86400.0) AS TEXT) AS stalled_at
        FROM opened o LEFT JOIN usual u ON u.status = o.status)
      SELECT batch_id, status, since, status_since, usual_seconds, stalled_at,
        CAST(round((${days(lastAsked)} - ${days("status_since")}) * 86400) AS INTEGER) AS seconds
      FROM bounded WHERE ${days("stalled_at")} < ${days(lastAsked)}`
