import type { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { hasAny } from "../asSent/hasAny.js"
import { Ledger, rowOf } from "../Ledger.js"
import { exclusionMatches } from "../schema/likelyReason.js"
import { Evidence, Finding, Outcome } from "../schema/words.js"
import type { StoryValue } from "./storyValues.js"

/** A fact behind an outcome: its table, when it was recorded, and what it says. */
const Fact = rowOf("the facts of an address", {
  table: Schema.String,
  at: Schema.NullOr(Schema.String),
  says: Schema.String
})

export type Fact = typeof Fact.Type

/** A fact with the number of the address's row that it is listed with. */
const ChapterFact = rowOf("the facts of a batch", { ...Fact.fields, occurrence: Schema.Int })

const Chapter = rowOf("contact_status", {
  batch_id: Schema.String,
  email: Schema.String,
  occurrence: Schema.Int,
  outcome: Outcome,
  evidence: Evidence,
  contact_id: Schema.NullOr(Schema.String),
  /** The guess why it was rejected, and why it may be sent again; null if there is none. */
  likely_reason: Schema.NullOr(Schema.String),
  retry_reason: Schema.NullOr(Schema.String)
})

/** What was found of an address in a batch. */
const ChapterFinding = rowOf("findings", { finding: Finding, detail: Schema.String })

export type ChapterFinding = typeof ChapterFinding.Type

/**
 * What became of one sent contact in one batch, and the facts behind it. If the address was sent several times, facts about
 * the batch or the address are listed with the first.
 */
export type Chapter = typeof Chapter.Type & {
  /** A change of consent first. */
  readonly findings: ReadonlyArray<ChapterFinding>
  readonly facts: ReadonlyArray<Fact>
  /** What it was sent with. Empty if no source says it. */
  readonly values: ReadonlyArray<StoryValue>
}

const Key = rowOf("addresses", { email_key: Schema.String })

const Id = rowOf("contact_ids", { contact_id: Schema.String })

/** Everything in the file about one address. */
export interface Story {
  readonly email_key: string
  /** Contact IDs of the address and where they are from, look-ups, and local contacts. */
  readonly facts: ReadonlyArray<Fact>
  readonly chapters: ReadonlyArray<Chapter>
}

/** The email keys for a word: for an address its own, for a contact ID those it is linked to. */
export const keysOf = (subject: string) => {
  const key = fromAddress(subject)
  return Effect.map(
    Ledger.query(
      Key,
      (sql) => sql`
          SELECT email_key FROM batch_sent WHERE email_key = ${key}
          UNION SELECT email_key FROM local_contacts WHERE email_key = ${key}
          UNION SELECT email_key FROM batch_failures WHERE email_key = ${key}
          UNION SELECT email_key FROM lookups WHERE email_key = ${key}
          UNION SELECT email_key FROM links WHERE email_key = ${key}
          UNION SELECT email_key FROM local_contacts WHERE contact_id = ${subject.trim()}
          UNION SELECT email_key FROM links WHERE contact_id = ${subject.trim()}
          ORDER BY email_key`
    ),
    (rows) => rows.map((row) => row.email_key)
  )
}

/** Batches that reported an ID with no known address. */
export const reportsOf = (contactId: string) =>
  Ledger.query(
    Fact,
    (sql) => sql`
      SELECT 'batch_successes' AS "table", received_at AS at,
        'batch ' || batch_id || ' lists contact ID ' || contact_id || ' among its successes' AS says
      FROM contact_id_batches WHERE contact_id = ${contactId}
      UNION ALL
      SELECT 'gone_contacts', asked_at, 'the account no longer has contact ' || contact_id
      FROM gone_contacts WHERE contact_id = ${contactId}`
  )

const idsOf = (sql: SqlClient, key: string) => sql`
  SELECT contact_id FROM links WHERE email_key = ${key}
  UNION SELECT contact_id FROM local_contacts WHERE email_key = ${key} AND contact_id IS NOT NULL`

const listed = (column: string, one: string, many: string) =>
  `coalesce(', ' || ${column} || CASE ${column} WHEN 1 THEN ' ${one}' ELSE ' ${many}' END, '')`

const factsOf = (key: string) =>
  Ledger.query(
    Fact,
    (sql) => sql`
      SELECT 'local_contacts' AS "table", s.loaded_at AS at,
        l.email || coalesce(' with contact ID ' || l.contact_id, '') || ', in ' || s.name AS says
      FROM local_contacts l JOIN local_sources s ON s.local_source_id = l.local_source_id WHERE l.email_key = ${key}
      UNION ALL
      SELECT 'links', learnt_at, 'contact ID ' || contact_id || ' belongs to ' || email
        || CASE learnt_from
          WHEN 'resolve' THEN ', as the account said of the ID'
          WHEN 'lookup' THEN ', as the account said of the address'
          ELSE ', as a local contact said that was erased'
        END
      FROM links WHERE email_key = ${key}
      UNION ALL
      SELECT 'lookups', asked_at, CASE
          WHEN contact_id IS NULL THEN 'not in the account'
          ELSE 'in the account as contact ID ' || contact_id || CASE WHEN deleted THEN ', deleted' ELSE '' END
            || coalesce(', created ' || created_at, '') || coalesce(', updated ' || updated_at, '')
        END
      FROM lookups WHERE email_key = ${key}
      UNION ALL
      SELECT 'batch_failures', a.received_at, 'batch ' || f.batch_id || ' lists ' || f.email || ' among its failures; it was not sent in it'
        || coalesce('; nearest sent: ' || (SELECT group_concat(n.sent_email, ', ') FROM near_matches n
          WHERE n.batch_id = f.batch_id AND n.finding = 'unmatched-failure' AND n.subject = f.email), '')
      FROM batch_failures f JOIN batch_answers a ON a.batch_id = f.batch_id AND a.sequence = f.sequence
      WHERE f.email_key = ${key}
        AND NOT EXISTS (SELECT 1 FROM batch_sent s WHERE s.batch_id = f.batch_id AND s.email_key = f.email_key)
      UNION ALL
      SELECT 'list_statuses', o.looked_at,
        CASE t.status WHEN 0 THEN 'unconfirmed' WHEN 1 THEN 'active' WHEN 2 THEN 'unsubscribed' WHEN 3 THEN 'bounced'
          ELSE 'in status ' || t.status END
        || ' on list ' || t.list_id || coalesce(' (' || (SELECT n.name FROM account_lists n WHERE n.list_id = t.list_id) || ')', '')
      FROM list_statuses t JOIN looks o ON o.look_id = t.look_id
      WHERE t.address_id = (SELECT address_id FROM addresses WHERE email_key = ${key})
      UNION ALL
      SELECT 'contact_looks', o.looked_at, 'mail to the contact had bounced'
      FROM sent_contacts h INDEXED BY sent_contacts_by_address
      CROSS JOIN contact_looks k ON k.batch = h.batch AND k.address_id = h.address_id AND k.occurrence = h.occurrence
      CROSS JOIN looks o ON o.look_id = k.look_id
      WHERE h.address_id = (SELECT address_id FROM addresses WHERE email_key = ${key}) AND k.bounced = 1
      UNION ALL
      SELECT 'account_exclusions', (SELECT read_at FROM account_names_read WHERE part = 'exclusions'),
        'the account''s exclusion list has ''' || match_phrase || ''' (' || match_type || ')'
      FROM (SELECT ${key} AS email_key) asked CROSS JOIN account_exclusions x
      WHERE ${sql.literal(
        Object.values(exclusionMatches("asked.email_key"))
          .map((matches) => `(${matches})`)
          .join(" OR ")
      )}`
  )

/**
 * Batches in which an ID of the address succeeded although the address was not sent. Asked for one ID at a time, so that
 * each is an index search.
 */
const foreignSuccesses = (key: string) =>
  Effect.gen(function* () {
    const ids = yield* Ledger.query(Id, (sql) => idsOf(sql, key))
    const facts = yield* Effect.forEach(ids, ({ contact_id }) =>
      Ledger.query(
        Fact,
        (sql) => sql`
        SELECT 'batch_successes' AS "table", x.received_at AS at, 'batch ' || x.batch_id || ' lists contact ID ' || x.contact_id
          || ' among its successes; the address was not sent in it'
          || coalesce('; nearest sent: ' || (SELECT group_concat(DISTINCT n.sent_email) FROM near_matches n
            WHERE n.batch_id = x.batch_id AND n.finding = 'unmatched-success' AND n.subject = x.contact_id), '') AS says
        FROM contact_id_batches x
        WHERE x.contact_id = ${contact_id}
          AND NOT EXISTS (SELECT 1 FROM batch_sent s WHERE s.batch_id = x.batch_id AND s.email_key = ${key})`
      )
    )
    return facts.flat()
  })

const inOrderOfTime = (facts: ReadonlyArray<Fact>) =>
  [...facts].sort((a, b) => ((a.at ?? "") < (b.at ?? "") ? -1 : (a.at ?? "") > (b.at ?? "") ? 1 : 0))

const chapterFacts = (batchId: string, key: string) =>
  Ledger.query(
    ChapterFact,
    (sql) => sql`
      SELECT s.occurrence, 'batch_sent' AS "table", coalesce(b.submitted_at, b.added_at) AS at,
        'sent as ' || s.email || CASE WHEN s.occurrence > 1 THEN ' (number ' || s.occurrence || ' of this address)' ELSE '' END AS says
      FROM batch_sent s JOIN batches b ON b.batch_id = s.batch_id
      WHERE s.batch_id = ${batchId} AND s.email_key = ${key}
      UNION ALL
      SELECT 1, 'batch_answers', received_at, CASE origin WHEN 'pasted' THEN 'a pasted answer says that ' ELSE '' END || 'the batch is ' || status
        || CASE status WHEN 'unset' THEN ' (it has no status yet)' ELSE '' END
        || ${sql.literal(listed("success_count", "success", "successes"))} || ${sql.literal(listed("failure_count", "failure", "failures"))}
      FROM batch_answers WHERE batch_id = ${batchId}
      UNION ALL
      SELECT 1, 'batch_failures', a.received_at, f.email || ' is number ' || (f.position + 1) || ' of the failure list'
      FROM batch_failures f JOIN batch_answers a ON a.batch_id = f.batch_id AND a.sequence = f.sequence
      WHERE f.batch_id = ${batchId} AND f.email_key = ${key}
      UNION ALL
      SELECT 1, 'batch_successes', a.received_at, 'contact ID ' || x.contact_id || ' is number ' || (x.position + 1) || ' of the success list'
      FROM batch_successes x JOIN batch_answers a ON a.batch_id = x.batch_id AND a.sequence = x.sequence
      WHERE x.batch_id = ${batchId} AND x.contact_id IN (${idsOf(sql, key)})
      UNION ALL
      SELECT 1, 'outcome_changes', changed_at, 'became ' || outcome_after || ', was ' || outcome_before
      FROM outcome_changes WHERE batch_id = ${batchId} AND email_key = ${key}`
  )

/** Findings are about an address, as it was sent or by its key, or about one of its contact IDs. */
const chapterFindings = (batchId: string, key: string) =>
  Ledger.query(
    ChapterFinding,
    (sql) => sql`
      SELECT finding, detail FROM findings
      WHERE batch_id = ${batchId} AND subject IN (
        SELECT ${key} UNION SELECT email FROM batch_sent WHERE batch_id = ${batchId} AND email_key = ${key}
        UNION ${idsOf(sql, key)})
      ORDER BY finding <> 'consent-change', finding, subject`
  )

/** What reads sent values is loaded only where there are any. */
const sentValuesOf = (key: string) =>
  Effect.flatMap(hasAny, (any) =>
    any
      ? Effect.flatMap(
          Effect.promise(() => import("./storyValues.js")),
          ({ valuesOf }) => valuesOf(key)
        )
      : Effect.succeed([])
  )

/** The whole story of an address, batch by batch. */
export const story = (key: string) =>
  Effect.gen(function* () {
    const verdicts = yield* Ledger.query(
      Chapter,
      (sql) => sql`
      SELECT s.batch_id, s.email, s.occurrence, s.outcome, s.evidence, s.contact_id,
        (SELECT r.likely_reason FROM rejected_contacts r
          WHERE r.batch_id = s.batch_id AND r.email_key = s.email_key AND r.occurrence = s.occurrence) AS likely_reason,
        (SELECT c.reason FROM retry_candidates c
          WHERE c.batch_id = s.batch_id AND c.email_key = s.email_key AND c.occurrence = s.occurrence) AS retry_reason
      FROM contact_status s
      JOIN batches b ON b.batch_id = s.batch_id
      WHERE s.email_key = ${key} ORDER BY coalesce(b.submitted_at, b.added_at), s.batch_id, s.occurrence`
    )
    const batches = [...new Set(verdicts.map(({ batch_id }) => batch_id))]
    const findingsBy = new Map<string, ReadonlyArray<ChapterFinding>>()
    const factsBy = new Map<string, Array<Fact>>()
    const of = (batchId: string, occurrence: number) => `${occurrence} ${batchId}`
    for (const batchId of batches) {
      findingsBy.set(of(batchId, 1), yield* chapterFindings(batchId, key))
      for (const { occurrence, ...fact } of yield* chapterFacts(batchId, key)) {
        const place = of(batchId, occurrence)
        const told = factsBy.get(place)
        if (told === undefined) factsBy.set(place, [fact])
        else told.push(fact)
      }
    }
    const values = new Map(
      (yield* sentValuesOf(key)).map((one) => [of(one.batch_id, one.occurrence), one.values])
    )
    const chapters = verdicts.map(
      (verdict): Chapter => ({
        ...verdict,
        findings: findingsBy.get(of(verdict.batch_id, verdict.occurrence)) ?? [],
        facts: inOrderOfTime(factsBy.get(of(verdict.batch_id, verdict.occurrence)) ?? []),
        values: values.get(of(verdict.batch_id, verdict.occurrence)) ?? []
      })
    )
    const facts = inOrderOfTime([...(yield* factsOf(key)), ...(yield* foreignSuccesses(key))])
    const whole: Story = { email_key: key, facts, chapters }
    return whole
  })
