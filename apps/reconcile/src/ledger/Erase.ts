import type { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { holds, keysOf, mayHold, type Person, personOf } from "./erase/person.js"
import { rewriteTexts } from "./erase/texts.js"
import { type Tidied, tidy } from "./erase/tidy.js"
import { Ledger } from "./Ledger.js"
import { redrawStale } from "./Reconciliation.js"

/** Rows that hold one person, table by table. */
export type Held = ReadonlyArray<{ readonly table: string; readonly rows: number }>

/** Tables whose rows are about one address each. */
const tablesByKey = [
  "batch_sent",
  "batch_failures",
  "local_contacts",
  "local_former_sent",
  "lookups",
  "links",
  "outcomes",
  "outcome_changes"
] as const

const list = (values: Iterable<string>) => JSON.stringify([...values])

const column = <A extends string>(rows: ReadonlyArray<Readonly<Record<A, string>>>, name: A) =>
  rows.map((row) => row[name])

const keysAtOnce = 500

/** Every key of the file that is the person's: the address in either form of its host, or it among other words. */
const keysHeld = (sql: SqlClient, person: Person, address: string) =>
  Effect.gen(function* () {
    const own = list(keysOf(address))
    const keys = new Set<string>()
    for (const table of tablesByKey.filter((name) => name !== "outcomes")) {
      const known = yield* sql.unsafe<{ readonly email_key: string }>(
        `SELECT DISTINCT email_key FROM ${table} WHERE email_key IN (SELECT value FROM json_each(?))`,
        [own]
      )
      for (const key of column(known, "email_key")) keys.add(key)
      // Others may hold the address among other words.
      let after = ""
      for (;;) {
        const rows = yield* sql.unsafe<{ readonly email_key: string }>(
          `SELECT DISTINCT email_key FROM ${table} WHERE email_key > ? AND ${mayHold("email_key")} ORDER BY email_key LIMIT ${keysAtOnce}`,
          [after, person.anchor]
        )
        for (const key of column(rows, "email_key")) if (holds(key, person)) keys.add(key)
        const last = rows.at(-1)
        if (last === undefined) break
        after = last.email_key
      }
    }
    const asked = fromAddress(address)
    return [...keys].sort((a, b) => Number(b === asked) - Number(a === asked) || (a < b ? -1 : 1))
  })

const idsOf = (sql: SqlClient, keys: ReadonlyArray<string>) =>
  Effect.map(
    sql<{ readonly contact_id: string }>`
      SELECT contact_id FROM local_contacts
      WHERE email_key IN (SELECT value FROM json_each(${list(keys)})) AND contact_id IS NOT NULL
      UNION SELECT contact_id FROM links WHERE email_key IN (SELECT value FROM json_each(${list(keys)}))
      UNION SELECT contact_id FROM lookups
        WHERE email_key IN (SELECT value FROM json_each(${list(keys)})) AND contact_id IS NOT NULL`,
    (rows) => column(rows, "contact_id")
  )

/** Those of the IDs that somebody else is linked to as well: they are not the person's alone, and stay. */
const sharedOf = (sql: SqlClient, keys: ReadonlyArray<string>, ids: ReadonlyArray<string>) =>
  Effect.map(
    sql<{ readonly contact_id: string }>`
      SELECT j.value AS contact_id FROM json_each(${list(ids)}) j
      WHERE EXISTS (SELECT 1 FROM local_contacts l WHERE l.contact_id = j.value
          AND l.email_key NOT IN (SELECT value FROM json_each(${list(keys)})))
        OR EXISTS (SELECT 1 FROM links k WHERE k.contact_id = j.value
          AND k.email_key NOT IN (SELECT value FROM json_each(${list(keys)})))`,
    (rows) => column(rows, "contact_id")
  )

/** Batches whose success lists hold one of the IDs. Read from end to end, as all texts are, so that none is left out. */
const batchesReporting = (sql: SqlClient, ids: ReadonlyArray<string>) =>
  Effect.map(
    sql<{ readonly batch_id: string }>`
      SELECT DISTINCT batch_id FROM batch_successes WHERE contact_id IN (SELECT value FROM json_each(${list(ids)}))`,
    (rows) => column(rows, "batch_id")
  )

const heldBy = (sql: SqlClient, person: Person, address: string) =>
  Effect.gen(function* () {
    const keys = yield* keysHeld(sql, person, address)
    const rows = yield* Effect.forEach(tablesByKey, (table) =>
      Effect.map(
        sql.unsafe<{ readonly rows: number }>(
          `SELECT count(*) AS rows FROM ${table} WHERE email_key IN (SELECT value FROM json_each(?))`,
          [list(keys)]
        ),
        ([row]) => ({ table, rows: row?.rows ?? 0 })
      )
    )
    return { keys, contactIds: yield* idsOf(sql, keys), held: rows.filter((row) => row.rows > 0) }
  })

/** Where the file holds an address, under which keys, and the contact IDs it is linked to. Writes nothing. */
export const held = (address: string) =>
  Effect.flatMap(Ledger, ({ sql, use }) =>
    use(
      Effect.map(heldBy(sql, personOf(address), address), (found) => ({
        key: fromAddress(address),
        ...found
      }))
    )
  )

/** The number of the next name that stands for nobody in particular. */
const freeNumber = (sql: SqlClient) =>
  Effect.map(
    sql<{ readonly last: number }>`
      SELECT coalesce(max(CAST(substr(email_key, 8) AS INTEGER)), 0) AS last FROM (
        SELECT email_key FROM batch_sent WHERE email_key >= 'erased-' AND email_key < 'erased.'
        UNION ALL SELECT email_key FROM batch_failures WHERE email_key >= 'erased-' AND email_key < 'erased.'
        UNION ALL SELECT email_key FROM lookups WHERE email_key >= 'erased-' AND email_key < 'erased.'
        UNION ALL SELECT email_key FROM links WHERE email_key >= 'erased-' AND email_key < 'erased.')`,
    ([row]) => (row?.last ?? 0) + 1
  )

/** Conclusions name addresses in words; batches in which they name the person are drawn anew, from nothing. */
const markNaming = (sql: SqlClient, person: Person) =>
  Effect.gen(function* () {
    const named = yield* sql.unsafe<{ readonly batch_id: string; readonly text: string }>(
      `SELECT batch_id, text FROM (
         SELECT batch_id, subject || ' ' || detail AS text FROM findings
         UNION ALL SELECT batch_id, reported_email || ' ' || sent_email FROM near_matches)
       WHERE ${mayHold("text")}`,
      [person.anchor]
    )
    const batches = new Set(named.filter(({ text }) => holds(text, person)).map((row) => row.batch_id))
    yield* sql`
      INSERT INTO stale_batches SELECT value FROM json_each(${list(batches)}) WHERE true ON CONFLICT DO NOTHING`
  })

const eraseKey = (sql: SqlClient, key: string, token: string, ids: ReadonlyMap<string, string>) =>
  Effect.gen(function* () {
    yield* sql`
      INSERT INTO stale_batches
      SELECT batch_id FROM batch_sent WHERE email_key = ${key}
      UNION SELECT batch_id FROM batch_failures WHERE email_key = ${key}
      ON CONFLICT DO NOTHING`
    yield* sql`DELETE FROM outcomes WHERE email_key = ${key}
      AND batch_id IN (SELECT batch_id FROM batch_sent WHERE email_key = ${key})`
    yield* sql`UPDATE batch_sent SET email_key = ${token}, email = ${token}, contact_id = NULL WHERE email_key = ${key}`
    yield* sql`UPDATE batch_failures SET email_key = ${token}, email = ${token} WHERE email_key = ${key}`
    yield* sql`UPDATE outcome_changes SET email_key = ${token} WHERE email_key = ${key}`
    yield* sql`UPDATE lookups SET email_key = ${token}, email = ${token},
      found_email = CASE WHEN found_email IS NULL THEN NULL ELSE ${token} END WHERE email_key = ${key}`
    yield* sql`UPDATE links SET email_key = ${token}, email = ${token} WHERE email_key = ${key}`
    for (const [id, name] of ids) {
      // What only a local contact knew of an ID is kept, so that its outcome stands.
      yield* sql`INSERT INTO links (contact_id, email_key, email, learnt_from, learnt_at)
        SELECT ${name}, ${token}, ${token}, 'local', max(s.loaded_at)
        FROM local_contacts l JOIN local_sources s ON s.local_source_id = l.local_source_id
        WHERE l.email_key = ${key} AND l.contact_id = ${id} HAVING count(*) > 0 ON CONFLICT DO NOTHING`
    }
    yield* sql`DELETE FROM local_contacts WHERE email_key = ${key}`
    yield* sql`DELETE FROM local_former_sent WHERE email_key = ${key}`
  })

const renameId = (sql: SqlClient, id: string, name: string, reporting: string) =>
  Effect.gen(function* () {
    yield* sql`UPDATE batch_successes SET contact_id = ${name} WHERE contact_id = ${id}
      AND batch_id IN (SELECT value FROM json_each(${reporting}))`
    yield* sql`UPDATE unmatched_successes SET contact_id = ${name} WHERE contact_id = ${id}`
    yield* sql`UPDATE lookups SET contact_id = ${name} WHERE contact_id = ${id}`
    yield* sql`UPDATE gone_contacts SET contact_id = ${name} WHERE contact_id = ${id}`
    yield* sql`UPDATE links SET contact_id = ${name} WHERE contact_id = ${id}`
  })

export interface Erased {
  readonly held: Held
  /** The keys that were the person's: the address, and what held it among other words. */
  readonly keys: ReadonlyArray<string>
  /** What stands in the place of the address and its contact IDs now. */
  readonly token: string
  /** Contact IDs of the person that somebody else is linked to as well, and which therefore stay. */
  readonly sharedIds: ReadonlyArray<string>
  readonly person: Person
  /** Whether nothing is left in pages and in the log that are no longer used. */
  readonly tidied: Tidied
}

/**
 * Takes one person out of the file: the local contacts go, and in what was sent and reported a name that stands for
 * nobody takes the place of the address and its contact IDs. So totals stay, and nobody else's outcome changes.
 */
export const erase = (address: string) =>
  Effect.gen(function* () {
    const { sql, transact, use } = yield* Ledger
    const person = personOf(address)
    // What is freed is overwritten, so that it cannot be read out of the file.
    yield* use(sql.unsafe("PRAGMA secure_delete = ON"))
    const erased = yield* transact(
      Effect.gen(function* () {
        yield* sql.unsafe("PRAGMA defer_foreign_keys = ON")
        const { contactIds, held: rows, keys } = yield* heldBy(sql, person, address)
        const number = yield* freeNumber(sql)
        const tokens = new Map(
          (keys.length === 0 ? [fromAddress(address)] : keys).map((key, at) => [key, `erased-${number + at}`])
        )
        const token = tokens.get(fromAddress(address)) ?? `erased-${number}`
        const sharedIds = yield* sharedOf(sql, keys, contactIds)
        const renamed = new Map(
          contactIds.map((id, index) => [id, sharedIds.includes(id) ? id : `${token}-${index + 1}`])
        )
        const names = { token, ids: new Map([...renamed].filter(([id, name]) => id !== name)) }
        const reporting = list(yield* batchesReporting(sql, contactIds))
        yield* sql`
          INSERT INTO stale_batches SELECT value FROM json_each(${reporting}) WHERE true ON CONFLICT DO NOTHING`
        for (const [id, name] of names.ids) yield* renameId(sql, id, name, reporting)
        for (const [key, own] of tokens) yield* eraseKey(sql, key, own, renamed)
        const rewritten = yield* rewriteTexts(sql, person, names)
        yield* markNaming(sql, person)
        // Before anybody can see the file without them.
        yield* redrawStale
        const result: Omit<Erased, "tidied"> = {
          held: [...rows, ...rewritten.filter((text) => text.rows > 0)],
          keys,
          token,
          sharedIds,
          person
        }
        return result
      })
    )
    const whole: Erased = { ...erased, tidied: yield* tidy }
    return whole
  })
