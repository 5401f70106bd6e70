import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Contact } from "effect-activecampaign/Contact"
import { isNobodyErased } from "./erase/token.js"
import { Ledger } from "./Ledger.js"
import type { LedgerError } from "./LedgerError.js"
import { markLinked } from "./Links.js"

/** An address nobody has accounted for. */
export interface Unaccounted {
  readonly emailKey: string
  /** As it was sent. */
  readonly email: string
}

/** Each unaccounted address once, in the order of their keys. */
export const unaccounted = Effect.flatMap(Ledger, ({ sql, use }) =>
  use(sql<Unaccounted>`
    SELECT o.email_key AS "emailKey", min(s.email) AS email
    FROM outcomes o
    JOIN batch_sent s ON s.batch_id = o.batch_id AND s.email_key = o.email_key AND s.occurrence = o.occurrence
    WHERE o.outcome = 'unaccounted' AND ${sql.literal(isNobodyErased("o.email_key"))}
    GROUP BY o.email_key ORDER BY o.email_key`)
)

export const countUnaccounted = Effect.flatMap(Ledger, ({ sql, use }) =>
  use(
    Effect.map(
      sql<{ readonly addresses: number }>`
        SELECT count(DISTINCT email_key) AS addresses FROM outcomes
        WHERE outcome = 'unaccounted' AND ${sql.literal(isNobodyErased("email_key"))}`,
      ([row]) => row?.addresses ?? 0
    )
  )
)

/** One address asked for, and the contact the account has for it, if it has one. */
export interface LookedUp {
  readonly emailKey: string
  readonly email: string
  readonly contact: Option.Option<Contact>
}

export type Method = "address" | "walk"

/** When a look-up began: the time, and what was known then, since a clock may be set back between two facts. */
export interface Moment {
  readonly askedAt: string
  /** The last answer recorded. */
  readonly afterAnswer: number
  /** The last look-up recorded. */
  readonly afterLookup: number
}

/** The present moment; to be taken before the account is asked. */
export const moment: Effect.Effect<Moment, LedgerError, Ledger> = Effect.gen(function* () {
  const { sql, use } = yield* Ledger
  const askedAt = DateTime.formatIso(yield* DateTime.now)
  const [last] = yield* use(sql<{ readonly answer: number; readonly lookup: number }>`
    SELECT (SELECT coalesce(max(batch_answer_id), 0) FROM batch_answers) AS answer,
      (SELECT coalesce(max(lookup_id), 0) FROM lookups) AS lookup`)
  return { askedAt, afterAnswer: last?.answer ?? 0, afterLookup: last?.lookup ?? 0 }
})

const flag = (value: boolean) => (value ? 1 : 0)

const dateOf = (date: Option.Option<DateTime.Utc>) => Option.getOrNull(Option.map(date, DateTime.formatIso))

const factsOf = ({ contact, email, emailKey }: LookedUp) =>
  Option.match(contact, {
    onNone: () => [emailKey, email, null, null, null, null, null, null],
    onSome: (found) => [
      emailKey,
      email,
      found.id,
      found.email,
      dateOf(found.cdate),
      dateOf(found.udate),
      flag(found.deleted),
      Option.getOrNull(Option.map(found.bouncedHard, flag))
    ]
  })

/** Records look-ups, and what they tell of IDs; the batches that were sent these addresses are to be decided anew. */
export const record = (
  lookedUp: ReadonlyArray<LookedUp>,
  method: Method,
  { afterAnswer, askedAt }: Omit<Moment, "afterLookup">
) =>
  Effect.flatMap(Ledger, ({ sql, transact }) => {
    const facts = JSON.stringify(lookedUp.map(factsOf))
    const links = JSON.stringify(
      lookedUp.flatMap(({ contact, emailKey }) =>
        Option.match(contact, {
          onNone: () => [],
          onSome: ({ email, id }) => [[id, emailKey, email]]
        })
      )
    )
    return transact(
      Effect.gen(function* () {
        yield* sql`
          INSERT INTO lookups (email_key, email, asked_at, after_answer_id, method, contact_id, found_email, created_at, updated_at, deleted, bounced)
          SELECT value ->> 0, value ->> 1, ${askedAt}, ${afterAnswer}, ${method},
            value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7
          FROM json_each(${facts})`
        yield* sql`
          INSERT INTO links (contact_id, email_key, email, learnt_from, learnt_at)
          SELECT value ->> 0, value ->> 1, value ->> 2, 'lookup', ${askedAt} FROM json_each(${links})
          WHERE true ON CONFLICT DO NOTHING`
        yield* sql`
          INSERT INTO stale_batches
          SELECT DISTINCT s.batch_id FROM json_each(${facts}) j CROSS JOIN batch_sent s ON s.email_key = j.value ->> 0
          WHERE true ON CONFLICT DO NOTHING`
        yield* markLinked(links)
      })
    )
  })

/** Of contacts that share an address the one that counts: not deleted, else the first. */
const byKey = (contacts: ReadonlyArray<Contact>) => {
  const kept = new Map<string, Contact>()
  for (const contact of contacts) {
    const before = kept.get(contact.emailKey)
    if (before === undefined || (before.deleted && !contact.deleted)) kept.set(contact.emailKey, contact)
  }
  return kept
}

/**
 * Records the contacts of a walk whose addresses are unaccounted. Returns how many addresses that were. One that the
 * same walk has found already stays as found, unless it was a deleted contact.
 */
export const recordWalked = (
  contacts: ReadonlyArray<Contact>,
  walk: { readonly begun: Moment; readonly now: string }
) =>
  Effect.gen(function* () {
    const { sql, use } = yield* Ledger
    const found = byKey(contacts)
    const keys = JSON.stringify([...found].map(([key, { deleted }]) => [key, flag(deleted)]))
    const wanted = yield* use(sql<Unaccounted>`
      SELECT s.email_key AS "emailKey", min(s.email) AS email
      FROM json_each(${keys}) j
      CROSS JOIN batch_sent s ON s.email_key = j.value ->> 0
      CROSS JOIN outcomes o ON o.batch_id = s.batch_id AND o.email_key = s.email_key AND o.occurrence = s.occurrence
      WHERE o.outcome = 'unaccounted'
        AND NOT EXISTS (SELECT 1 FROM lookups k
          WHERE k.email_key = s.email_key AND k.lookup_id > ${walk.begun.afterLookup} AND (k.deleted = 0 OR j.value ->> 1))
      GROUP BY s.email_key`)
    if (wanted.length === 0) return 0
    const lookedUp = wanted.map((one) => ({ ...one, contact: Option.fromNullable(found.get(one.emailKey)) }))
    yield* record(lookedUp, "walk", { askedAt: walk.now, afterAnswer: walk.begun.afterAnswer })
    return wanted.length
  })

/**
 * After a whole walk: every address still unaccounted that it did not find is not in the account. It counts as asked
 * when the walk began; a batch that settled later has to wait for the next.
 */
export const recordAbsent = ({ afterAnswer, afterLookup, askedAt }: Moment) =>
  Effect.flatMap(Ledger, ({ sql, transact }) =>
    transact(
      Effect.gen(function* () {
        const absent = yield* sql<{ readonly email_key: string }>`
          INSERT INTO lookups (email_key, email, asked_at, after_answer_id, method)
          SELECT o.email_key, min(s.email), ${askedAt}, ${afterAnswer}, 'walk'
          FROM outcomes o
          JOIN batch_sent s ON s.batch_id = o.batch_id AND s.email_key = o.email_key AND s.occurrence = o.occurrence
          WHERE o.outcome = 'unaccounted' AND ${sql.literal(isNobodyErased("o.email_key"))}
            AND NOT EXISTS (SELECT 1 FROM lookups k WHERE k.email_key = o.email_key AND k.lookup_id > ${afterLookup})
          GROUP BY o.email_key RETURNING email_key`
        // Whatever an earlier look-up said of them in other batches is out of date, too.
        const keys = JSON.stringify(absent.map(({ email_key }) => email_key))
        yield* sql`
          INSERT INTO stale_batches
          SELECT DISTINCT s.batch_id FROM json_each(${keys}) j CROSS JOIN batch_sent s ON s.email_key = j.value
          WHERE true ON CONFLICT DO NOTHING`
        return absent.length
      })
    )
  )
