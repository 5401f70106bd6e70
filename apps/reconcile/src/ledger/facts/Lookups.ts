import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Contact } from "effect-activecampaign/Contact"
import { numberAddresses } from "./addresses.js"
import { markAddresses } from "./stale.js"
import { Ledger, rowOf } from "../Ledger.js"
import { hasSettled, isNobodyErased, type Method } from "../schema/words.js"
import type { LedgerError } from "../LedgerError.js"
import { add, isUnknown, type KnownLink, markKnown } from "./Links.js"

export type { Method } from "../schema/words.js"

/** An unaccounted address. There may be a million, so rows are not decoded. */
export interface Unaccounted {
  readonly emailKey: string
  /** As sent. */
  readonly email: string
}

const unaccountedRows = `FROM verdicts o
    CROSS JOIN sent_contacts s ON s.batch = o.batch AND s.address_id = o.address_id AND s.occurrence = o.occurrence
    CROSS JOIN addresses a ON a.address_id = o.address_id
    WHERE o.outcome = 'unaccounted' AND ${isNobodyErased("a.email_key")}`

/** Each unaccounted address once, ordered by key. */
export const unaccounted = Ledger.use(
  (sql) => sql<Unaccounted>`
    SELECT a.email_key AS "emailKey", min(coalesce(s.email, a.email_key)) AS email
    ${sql.literal(unaccountedRows)}
    GROUP BY o.address_id ORDER BY a.email_key`
)

/**
 * The first of the addresses that nothing open can still account for: no batch that has not settled and, if IDs are
 * resolved, no unlinked successful ID of a batch in which they were sent.
 */
export const unaccountedForGood = (limit: number, options: { readonly resolvesIds: boolean }) =>
  Ledger.use(
    (sql) => sql<Unaccounted>`
      SELECT a.email_key AS "emailKey", min(coalesce(s.email, a.email_key)) AS email
      ${sql.literal(unaccountedRows)}
        AND NOT EXISTS (SELECT 1 FROM sent_contacts other
          WHERE other.address_id = o.address_id AND NOT EXISTS (SELECT 1 FROM answers settled
            WHERE settled.batch = other.batch AND ${sql.literal(hasSettled("settled.status"))}))
        AND NOT (${options.resolvesIds ? 1 : 0} AND EXISTS (SELECT 1 FROM unmatched_ids x
          WHERE x.batch = o.batch AND ${sql.literal(isUnknown)}))
      GROUP BY o.address_id ORDER BY a.email_key LIMIT ${limit}`
  )

export const countUnaccounted = Ledger.number(
  "unaccounted_contacts",
  (sql) => sql`
    SELECT count(DISTINCT o.address_id) AS number
    FROM verdicts o CROSS JOIN addresses a ON a.address_id = o.address_id
    WHERE o.outcome = 'unaccounted' AND ${sql.literal(isNobodyErased("a.email_key"))}`
)

/** An address that was looked up, and its contact in the account, if there is one. */
export interface LookedUp {
  readonly emailKey: string
  readonly email: string
  readonly contact: Option.Option<Contact>
}

/** When a look-up began: the time, and the last facts by then, because the clock may be set back in between. */
export interface Moment {
  readonly askedAt: string
  /** The last answer recorded. */
  readonly afterAnswer: number
  /** The last look-up recorded. */
  readonly afterLookup: number
}

const Last = rowOf("lookups", { answer: Schema.Int, lookup: Schema.Int })

/** The present moment. Take it before the account is asked. */
export const moment: Effect.Effect<Moment, LedgerError, Ledger> = Effect.gen(function* () {
  const askedAt = DateTime.formatIso(yield* DateTime.now)
  const [last] = yield* Ledger.query(
    Last,
    (sql) => sql`
      SELECT (SELECT coalesce(max(answer_id), 0) FROM answers) AS answer,
        (SELECT coalesce(max(lookup_id), 0) FROM address_lookups) AS lookup`
  )
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

/** Records look-ups and the IDs they show. Batches that were sent these addresses have to be decided again. */
export const record = (
  lookedUp: ReadonlyArray<LookedUp>,
  method: Method,
  { afterAnswer, askedAt }: Omit<Moment, "afterLookup">
) =>
  Ledger.transact((sql) => {
    const facts = JSON.stringify(lookedUp.map(factsOf))
    const links = lookedUp.flatMap(({ contact, emailKey }) =>
      Option.toArray(Option.map(contact, ({ email, id }): KnownLink => [id, emailKey, email]))
    )
    return Effect.gen(function* () {
      yield* sql.unsafe(numberAddresses("SELECT value ->> 0 AS email_key FROM json_each(?)"), [facts])
      yield* sql`
          INSERT INTO address_lookups (address_id, email, asked_at, after_answer_id, method, contact_id, found_email, created_at, updated_at, deleted, bounced)
          SELECT a.address_id, nullif(value ->> 1, a.email_key), ${askedAt}, ${afterAnswer}, ${method},
            value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7
          FROM json_each(${facts}) j CROSS JOIN addresses a ON a.email_key = j.value ->> 0`
      yield* add(sql, links, "lookup", askedAt)
      yield* sql.unsafe(
        markAddresses(
          "SELECT a.address_id FROM json_each(?) j CROSS JOIN addresses a ON a.email_key = j.value ->> 0"
        ),
        [facts]
      )
      yield* markKnown(sql, links)
    })
  })

/** The contact that counts if several share an address: one that is not deleted, or else the first. */
const byKey = (contacts: ReadonlyArray<Contact>) => {
  const kept = new Map<string, Contact>()
  for (const contact of contacts) {
    const before = kept.get(contact.emailKey)
    if (before === undefined || (before.deleted && !contact.deleted)) kept.set(contact.emailKey, contact)
  }
  return kept
}

/**
 * Records the contacts of a walk whose addresses are unaccounted, and returns the number of these addresses. One that the
 * same walk has found before stays, unless that contact was deleted.
 */
export const recordWalked = (
  contacts: ReadonlyArray<Contact>,
  walk: { readonly begun: Moment; readonly now: string }
) =>
  Effect.gen(function* () {
    const found = byKey(contacts)
    const keys = JSON.stringify([...found].map(([key, { deleted }]) => [key, flag(deleted)]))
    const wanted = yield* Ledger.use(
      (sql) => sql<Unaccounted>`
      SELECT a.email_key AS "emailKey", min(coalesce(s.email, a.email_key)) AS email
      FROM json_each(${keys}) j
      CROSS JOIN addresses a ON a.email_key = j.value ->> 0
      CROSS JOIN sent_contacts s ON s.address_id = a.address_id
      CROSS JOIN verdicts o ON o.batch = s.batch AND o.address_id = s.address_id AND o.occurrence = s.occurrence
      WHERE o.outcome = 'unaccounted'
        AND NOT EXISTS (SELECT 1 FROM address_lookups k
          WHERE k.address_id = s.address_id AND k.lookup_id > ${walk.begun.afterLookup} AND (k.deleted = 0 OR j.value ->> 1))
      GROUP BY s.address_id ORDER BY a.email_key`
    )
    if (wanted.length === 0) return 0
    const lookedUp = wanted.map((one) => ({ ...one, contact: Option.fromNullable(found.get(one.emailKey)) }))
    yield* record(lookedUp, "walk", { askedAt: walk.now, afterAnswer: walk.begun.afterAnswer })
    return wanted.length
  })

/**
 * After a whole walk: every unaccounted address that it did not find is not in the account. It counts as asked when the
 * walk began. A batch that settled later has to wait for the next walk.
 */
export const recordAbsent = ({ afterAnswer, afterLookup, askedAt }: Moment) =>
  Ledger.transact((sql) =>
    Effect.gen(function* () {
      const absent = yield* sql<{ readonly address_id: number }>`
          INSERT INTO address_lookups (address_id, email, asked_at, after_answer_id, method)
          SELECT o.address_id, nullif(min(coalesce(s.email, a.email_key)), a.email_key), ${askedAt}, ${afterAnswer}, 'walk'
          ${sql.literal(unaccountedRows)}
            AND NOT EXISTS (SELECT 1 FROM address_lookups k WHERE k.address_id = o.address_id AND k.lookup_id > ${afterLookup})
          GROUP BY o.address_id ORDER BY a.email_key RETURNING address_id`
      // What an earlier look-up said about them in other batches is out of date, too.
      yield* sql.unsafe(markAddresses("SELECT value AS address_id FROM json_each(?)"), [
        JSON.stringify(absent.map(({ address_id }) => address_id))
      ])
      return absent.length
    })
  )
