import * as Effect from "effect/Effect"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { type Person, patternOf, spellingsOf, withoutPerson } from "./erase/spellings.js"
import { Ledger } from "./Ledger.js"
import { redrawStale } from "./Reconciliation.js"

/** Rows that hold one person, table by table. */
export type Held = ReadonlyArray<{ readonly table: string; readonly rows: number }>

const statementsOf = [
  ["batch_sent", "email_key"],
  ["batch_failures", "email_key"],
  ["local_contacts", "email_key"],
  ["lookups", "email_key"],
  ["links", "email_key"],
  ["outcomes", "email_key"],
  ["outcome_changes", "email_key"]
] as const

const idsOf = (key: string) =>
  Effect.flatMap(
    Ledger,
    ({ sql }) => sql<{ readonly contact_id: string }>`
      SELECT contact_id FROM local_contacts WHERE email_key = ${key} AND contact_id IS NOT NULL
      UNION SELECT contact_id FROM links WHERE email_key = ${key}
      UNION SELECT contact_id FROM lookups WHERE email_key = ${key} AND contact_id IS NOT NULL`
  ).pipe(Effect.map((rows) => rows.map((row) => row.contact_id)))

/** Those of the IDs that somebody else is linked to as well: they are not the person's alone, and stay. */
const sharedOf = (key: string, ids: ReadonlyArray<string>) =>
  Effect.flatMap(
    Ledger,
    ({ sql }) => sql<{ readonly contact_id: string }>`
      SELECT j.value AS contact_id FROM json_each(${JSON.stringify(ids)}) j
      WHERE EXISTS (SELECT 1 FROM local_contacts l WHERE l.contact_id = j.value AND l.email_key <> ${key})
        OR EXISTS (SELECT 1 FROM links k WHERE k.contact_id = j.value AND k.email_key <> ${key})`
  ).pipe(Effect.map((rows) => rows.map((row) => row.contact_id)))

/** Batches whose success lists hold one of the IDs. Read from end to end, as all texts are, so that none is left out. */
const batchesReporting = (ids: ReadonlyArray<string>) =>
  Effect.flatMap(
    Ledger,
    ({ sql }) => sql<{ readonly batch_id: string }>`
      SELECT DISTINCT batch_id FROM batch_successes
      WHERE contact_id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`
  ).pipe(Effect.map((rows) => rows.map((row) => row.batch_id)))

/** Every way in which the address was ever written here. */
const addressesOf = (key: string) =>
  Effect.flatMap(
    Ledger,
    ({ sql }) => sql<{ readonly email: string }>`
      SELECT email FROM batch_sent WHERE email_key = ${key}
      UNION SELECT email FROM batch_failures WHERE email_key = ${key}
      UNION SELECT email FROM local_contacts WHERE email_key = ${key}
      UNION SELECT email FROM lookups WHERE email_key = ${key}
      UNION SELECT found_email FROM lookups WHERE email_key = ${key} AND found_email IS NOT NULL
      UNION SELECT email FROM links WHERE email_key = ${key}`
  ).pipe(Effect.map((rows) => rows.map((row) => row.email)))

/** Where the file holds an address, and the contact IDs it is linked to. Writes nothing. */
export const held = (address: string) =>
  Effect.flatMap(Ledger, ({ sql, use }) => {
    const key = fromAddress(address)
    return use(
      Effect.gen(function* () {
        const rows = yield* Effect.forEach(statementsOf, ([table, column]) =>
          Effect.map(
            sql.unsafe<{ readonly rows: number }>(
              `SELECT count(*) AS rows FROM ${table} WHERE ${column} = ?`,
              [key]
            ),
            ([row]) => ({ table, rows: row?.rows ?? 0 })
          )
        )
        return { key, contactIds: yield* idsOf(key), held: rows.filter((row) => row.rows > 0) }
      })
    )
  })

/** The next name that stands for nobody in particular. */
const freeToken = Effect.flatMap(Ledger, ({ sql }) =>
  Effect.map(
    sql<{ readonly last: number }>`
      SELECT coalesce(max(CAST(substr(email_key, 8) AS INTEGER)), 0) AS last FROM (
        SELECT email_key FROM batch_sent WHERE email_key >= 'erased-' AND email_key < 'erased.'
        UNION ALL SELECT email_key FROM batch_failures WHERE email_key >= 'erased-' AND email_key < 'erased.'
        UNION ALL SELECT email_key FROM lookups WHERE email_key >= 'erased-' AND email_key < 'erased.'
        UNION ALL SELECT email_key FROM links WHERE email_key >= 'erased-' AND email_key < 'erased.')`,
    ([row]) => `erased-${(row?.last ?? 0) + 1}`
  )
)

/** Texts in which a person may stand among others: each is read and, where needed, rewritten. */
const texts = [
  { table: "batch_answers", key: "batch_answer_id", column: "raw_body" },
  { table: "batch_errors", key: "batch_error_id", column: "raw_body" },
  { table: "batch_errors", key: "batch_error_id", column: "message" },
  { table: "account_errors", key: "account_error_id", column: "raw_body" },
  { table: "account_errors", key: "account_error_id", column: "message" }
] as const

const textsAtOnce = 500

const rewriteTexts = (person: Person) =>
  Effect.flatMap(Ledger, ({ sql }) =>
    Effect.forEach(texts, ({ column, key, table }) =>
      Effect.gen(function* () {
        let rewritten = 0
        let after = 0
        for (;;) {
          const rows = yield* sql.unsafe<{ readonly id: number; readonly text: string }>(
            `SELECT ${key} AS id, ${column} AS text FROM ${table} WHERE ${key} > ? AND ${column} IS NOT NULL ORDER BY ${key} LIMIT ${textsAtOnce}`,
            [after]
          )
          for (const { id, text } of rows) {
            const without = withoutPerson(text, person)
            if (without === text) continue
            rewritten += 1
            yield* sql.unsafe(`UPDATE ${table} SET ${column} = ? WHERE ${key} = ?`, [without, id])
          }
          const last = rows.at(-1)
          if (last === undefined) break
          after = last.id
        }
        return { table: `${table}.${column}`, rows: rewritten }
      })
    )
  )

export interface Erased {
  readonly held: Held
  /** What stands in the place of the address and its contact IDs now. */
  readonly token: string
  /** Contact IDs of the person that somebody else is linked to as well, and which therefore stay. */
  readonly sharedIds: ReadonlyArray<string>
  /** Every way of writing the address that must not be found any more. */
  readonly spellings: ReadonlyArray<string>
  readonly person: Person
}

/**
 * Takes one person out of the file: the local contacts go, and in what was sent and reported a name that stands for
 * nobody takes the place of the address and its contact IDs. So totals stay, and nobody else's outcome changes.
 */
export const erase = (address: string) =>
  Effect.gen(function* () {
    const { sql, transact, use } = yield* Ledger
    // What is freed is overwritten, so that it cannot be read out of the file.
    yield* use(sql.unsafe("PRAGMA secure_delete = ON"))
    const { contactIds, held: rows, key } = yield* held(address)
    const erased = yield* transact(
      Effect.gen(function* () {
        yield* sql.unsafe("PRAGMA defer_foreign_keys = ON")
        const token = yield* freeToken
        const spellings = spellingsOf([address, key, ...(yield* addressesOf(key))])
        const sharedIds = yield* sharedOf(key, contactIds)
        const names = new Map(
          contactIds.map((id, index) => [id, sharedIds.includes(id) ? id : `${token}-${index + 1}`])
        )
        const ids = new Map([...names].filter(([id, name]) => id !== name))
        const reporting = yield* batchesReporting([...names.keys()])
        yield* sql`
          INSERT INTO stale_batches
          SELECT batch_id FROM batch_sent WHERE email_key = ${key}
          UNION SELECT batch_id FROM batch_failures WHERE email_key = ${key}
          UNION SELECT value FROM json_each(${JSON.stringify(reporting)}) WHERE true
          ON CONFLICT DO NOTHING`
        yield* sql`DELETE FROM outcomes WHERE email_key = ${key}
          AND batch_id IN (SELECT batch_id FROM batch_sent WHERE email_key = ${key})`
        yield* sql`UPDATE batch_sent SET email_key = ${token}, email = ${token}, contact_id = NULL WHERE email_key = ${key}`
        yield* sql`UPDATE batch_failures SET email_key = ${token}, email = ${token} WHERE email_key = ${key}`
        yield* sql`UPDATE outcome_changes SET email_key = ${token} WHERE email_key = ${key}`
        yield* sql`UPDATE lookups SET email_key = ${token}, email = ${token},
          found_email = CASE WHEN found_email IS NULL THEN NULL ELSE ${token} END WHERE email_key = ${key}`
        yield* sql`UPDATE links SET email_key = ${token}, email = ${token} WHERE email_key = ${key}`
        for (const [id, name] of names) {
          yield* sql`UPDATE batch_successes SET contact_id = ${name} WHERE contact_id = ${id}
            AND batch_id IN (SELECT value FROM json_each(${JSON.stringify(reporting)}))`
          yield* sql`UPDATE unmatched_successes SET contact_id = ${name} WHERE contact_id = ${id}`
          yield* sql`UPDATE lookups SET contact_id = ${name} WHERE contact_id = ${id}`
          yield* sql`UPDATE gone_contacts SET contact_id = ${name} WHERE contact_id = ${id}`
          yield* sql`UPDATE links SET contact_id = ${name} WHERE contact_id = ${id}`
          // What only a local contact knew of an ID is kept, so that its outcome stands.
          yield* sql`INSERT INTO links (contact_id, email_key, email, learnt_from, learnt_at)
            SELECT ${name}, ${token}, ${token}, 'local', max(s.loaded_at)
            FROM local_contacts l JOIN local_sources s ON s.local_source_id = l.local_source_id
            WHERE l.email_key = ${key} AND l.contact_id = ${id} HAVING count(*) > 0 ON CONFLICT DO NOTHING`
        }
        yield* sql`DELETE FROM local_contacts WHERE email_key = ${key}`
        const person: Person = { key, pattern: patternOf(spellings), ids, token }
        const rewritten = yield* rewriteTexts(person)
        // Findings and near matches name addresses in words: those of the batches concerned are drawn from nothing,
        // before anybody can see the file without them.
        yield* redrawStale
        const result: Erased = {
          held: [...rows, ...rewritten.filter((text) => text.rows > 0)],
          token,
          sharedIds,
          spellings,
          person
        }
        return result
      })
    )
    yield* use(sql.unsafe("PRAGMA wal_checkpoint(TRUNCATE)"))
    yield* use(sql.unsafe("VACUUM"))
    yield* use(sql.unsafe("PRAGMA wal_checkpoint(TRUNCATE)"))
    return erased
  })
