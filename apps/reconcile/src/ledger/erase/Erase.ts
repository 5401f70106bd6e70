import type { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { holds, keysOf, mayHold, type Person, personOf } from "./person.js"
import { deleteAll, tablesOfSent, unusedOfSent } from "./deletions.js"
import { rewriteTexts } from "./texts.js"
import { type Tidied, tidy } from "./tidy.js"
import { forgetAddresses } from "../facts/addresses.js"
import { markBatches, markListed } from "../facts/stale.js"
import { Ledger, rowOf } from "../Ledger.js"
import { knownAs } from "../schema/recordViews.js"
import { redrawStale } from "../conclusions/Reconciliation.js"

/** Rows that hold one person, table by table. */
export type Held = ReadonlyArray<{ readonly table: string; readonly rows: number }>

/** Tables with rows about one address, by the names that people know. */
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

/** What they were sent with, and what the account had of it. All of it goes: it says who they are. */
const tablesById = [...tablesOfSent, "list_statuses", "consent_breaks"]

const list = (values: Iterable<string>) => JSON.stringify([...values])

const Key = rowOf("addresses", { email_key: Schema.String })

const Id = rowOf("contact_ids", { contact_id: Schema.String })

const keysAtOnce = 500

/** Every key of the person in the file: the address in either form of its host, alone or among other words. */
const keysHeld = (person: Person, address: string) =>
  Effect.gen(function* () {
    const known = yield* Ledger.query(
      Key,
      (sql) => sql`
        SELECT email_key FROM addresses WHERE email_key IN (SELECT value FROM json_each(${list(keysOf(address))}))`
    )
    const keys = new Set(known.map(({ email_key }) => email_key))
    // Others may contain the address among other words.
    let after = ""
    for (;;) {
      const rows = yield* Ledger.query(Key, (sql) =>
        sql.unsafe(
          `SELECT email_key FROM addresses WHERE email_key > ? AND ${mayHold("email_key")} ORDER BY email_key LIMIT ${keysAtOnce}`,
          [after, person.anchor]
        )
      )
      for (const { email_key } of rows) if (holds(email_key, person)) keys.add(email_key)
      const last = rows.at(-1)
      if (last === undefined) break
      after = last.email_key
    }
    const asked = fromAddress(address)
    return [...keys].sort((a, b) => Number(b === asked) - Number(a === asked) || (a < b ? -1 : 1))
  })

const idsOf = (keys: ReadonlyArray<string>) =>
  Effect.map(
    Ledger.query(
      Id,
      (sql) => sql`
      SELECT contact_id FROM local_contacts
      WHERE email_key IN (SELECT value FROM json_each(${list(keys)})) AND contact_id IS NOT NULL
      UNION SELECT contact_id FROM links WHERE email_key IN (SELECT value FROM json_each(${list(keys)}))
      UNION SELECT contact_id FROM lookups
        WHERE email_key IN (SELECT value FROM json_each(${list(keys)})) AND contact_id IS NOT NULL`
    ),
    (rows) => rows.map(({ contact_id }) => contact_id)
  )

/** Those of the IDs that are also linked to somebody else: they are not the person's alone, and stay. */
const sharedOf = (keys: ReadonlyArray<string>, ids: ReadonlyArray<string>) =>
  Effect.map(
    Ledger.query(
      Id,
      (sql) => sql`
      SELECT j.value AS contact_id FROM json_each(${list(ids)}) j
      WHERE EXISTS (SELECT 1 FROM local_contacts l WHERE l.contact_id = j.value
          AND l.email_key NOT IN (SELECT value FROM json_each(${list(keys)})))
        OR EXISTS (SELECT 1 FROM links k WHERE k.contact_id = j.value
          AND k.email_key NOT IN (SELECT value FROM json_each(${list(keys)})))`
    ),
    (rows) => rows.map(({ contact_id }) => contact_id)
  )

const Batch = rowOf("answers", { batch: Schema.Int })

/** Batches whose success lists have one of the IDs. All rows are read, as all texts are, so that none is missed. */
const batchesReporting = (ids: ReadonlyArray<string>) =>
  Ledger.query(
    Batch,
    (sql) => sql`
      SELECT DISTINCT r.batch FROM answer_successes x CROSS JOIN answers r ON r.answer_id = x.answer_id
      WHERE x.contact_id IN (SELECT value FROM json_each(${list(ids)}))`
  )

const rowsOf = (person: Person, address: string) =>
  Effect.gen(function* () {
    const keys = yield* keysHeld(person, address)
    const rows = yield* Effect.forEach(tablesByKey, (table) =>
      Effect.map(
        Ledger.number(table, (sql) =>
          sql.unsafe(
            `SELECT count(*) AS number FROM ${table} WHERE email_key IN (SELECT value FROM json_each(?))`,
            [list(keys)]
          )
        ),
        (rows) => ({ table, rows })
      )
    )
    const ofSent = yield* Effect.forEach(tablesById, (table) =>
      Effect.map(
        Ledger.number(table, (sql) =>
          sql.unsafe(
            `SELECT count(*) AS number FROM ${table} WHERE address_id IN (
               SELECT address_id FROM addresses WHERE email_key IN (SELECT value FROM json_each(?)))`,
            [list(keys)]
          )
        ),
        (rows) => ({ table: knownAs(table), rows })
      )
    )
    return { keys, contactIds: yield* idsOf(keys), held: [...rows, ...ofSent].filter((row) => row.rows > 0) }
  })

/** Where the file has an address, under which keys, and the contact IDs of it. Writes nothing. */
export const whereHeld = (address: string) =>
  Effect.map(rowsOf(personOf(address), address), (found) => ({ key: fromAddress(address), ...found }))

/** The number of the next name that replaces an erased person. */
const freeNumber = Effect.map(
  Ledger.number(
    "addresses",
    (sql) => sql`
      SELECT coalesce(max(CAST(substr(email_key, 8) AS INTEGER)), 0) AS number FROM addresses
      WHERE email_key >= 'erased-' AND email_key < 'erased.'`
  ),
  (last) => last + 1
)

const Naming = rowOf("findings", { batch: Schema.Int, text: Schema.String })

/** Conclusions name addresses in words. Batches in which they name the person are recomputed from scratch. */
const markNaming = (sql: SqlClient, person: Person) =>
  Effect.gen(function* () {
    const named = yield* Ledger.query(Naming, () =>
      sql.unsafe(
        `SELECT batch, text FROM (
           SELECT batch, subject || ' ' || detail AS text FROM batch_findings
           UNION ALL SELECT batch, reported_email || ' ' || sent_email FROM nearest_sent
         UNION ALL SELECT batch, sent || ' ' || coalesce(found, '') FROM value_verdicts)
         WHERE ${mayHold("text")}`,
        [person.anchor]
      )
    )
    yield* markListed(
      sql,
      named.filter(({ text }) => holds(text, person))
    )
  })

const Numbered = rowOf("addresses", { id: Schema.Int })

const Excluded = rowOf("account_exclusions", { id: Schema.String, phrase: Schema.String })

/** An exclusion of exactly the person's address is the account's. The copy of it goes, because it names them. */
const dropExclusions = (sql: SqlClient, person: Person) =>
  Effect.gen(function* () {
    const excluded = yield* Ledger.query(Excluded, () =>
      sql.unsafe(
        `SELECT exclusion_id AS id, match_phrase AS phrase FROM account_exclusions WHERE ${mayHold("match_phrase")}`,
        [person.anchor]
      )
    )
    for (const { id, phrase } of excluded) {
      if (holds(phrase, person)) yield* sql`DELETE FROM account_exclusions WHERE exclusion_id = ${id}`
    }
  })

const eraseKey = (sql: SqlClient, key: string, token: string, ids: ReadonlyMap<string, string>) =>
  Effect.gen(function* () {
    const [known] = yield* Ledger.query(
      Numbered,
      () => sql`SELECT address_id AS id FROM addresses WHERE email_key = ${key}`
    )
    if (known === undefined) return
    const { id: address } = known
    yield* sql.unsafe(
      markBatches(`SELECT batch FROM sent_contacts WHERE address_id = ?
        UNION SELECT r.batch FROM answer_failures f CROSS JOIN answers r ON r.answer_id = f.answer_id WHERE f.address_id = ?`),
      [address, address]
    )
    yield* sql`DELETE FROM verdicts WHERE address_id = ${address}
      AND batch IN (SELECT batch FROM sent_contacts WHERE address_id = ${address})`
    yield* sql`UPDATE addresses SET email_key = ${token} WHERE address_id = ${address}`
    yield* sql`UPDATE sent_contacts SET email = NULL, contact_id = NULL WHERE address_id = ${address}`
    yield* sql`UPDATE answer_failures SET email = NULL WHERE address_id = ${address}`
    yield* sql`UPDATE address_lookups SET email = NULL,
      found_email = CASE WHEN found_email IS NULL THEN NULL ELSE ${token} END WHERE address_id = ${address}`
    yield* sql`UPDATE id_links SET email = NULL WHERE address_id = ${address}`
    for (const [id, name] of ids) {
      // A link that only a local contact gave is kept, so that its outcome stays.
      yield* sql`INSERT INTO id_links (contact_id, address_id, learnt_from, learnt_at)
        SELECT ${name}, ${address}, 'local', max(s.loaded_at)
        FROM local_rows l JOIN local_sources s ON s.local_source_id = l.local_source_id
        WHERE l.address_id = ${address} AND l.contact_id = ${id} HAVING count(*) > 0 ON CONFLICT DO NOTHING`
    }
    for (const table of tablesById) {
      yield* sql.unsafe(`DELETE FROM ${table} WHERE address_id = ?`, [address])
    }
    yield* sql`DELETE FROM local_rows WHERE address_id = ${address}`
    yield* sql`DELETE FROM former_sent WHERE address_id = ${address}`
    yield* sql.unsafe(forgetAddresses("?"), [address])
  })

const renameId = (sql: SqlClient, id: string, name: string, reporting: string) =>
  Effect.gen(function* () {
    yield* sql`UPDATE answer_successes SET contact_id = ${name} WHERE contact_id = ${id}
      AND answer_id IN (SELECT answer_id FROM answers WHERE batch IN (SELECT value FROM json_each(${reporting})))`
    yield* sql`UPDATE unmatched_ids SET contact_id = ${name} WHERE contact_id = ${id}`
    yield* sql`UPDATE address_lookups SET contact_id = ${name} WHERE contact_id = ${id}`
    yield* sql`UPDATE gone_contacts SET contact_id = ${name} WHERE contact_id = ${id}`
    yield* sql`UPDATE id_links SET contact_id = ${name} WHERE contact_id = ${id}`
  })

export interface Erased {
  readonly held: Held
  /** The keys of the person: the address, and keys that contained it among other words. */
  readonly keys: ReadonlyArray<string>
  /** What replaced the address and its contact IDs. */
  readonly token: string
  /** Contact IDs of the person that stay, because they are also linked to somebody else. */
  readonly sharedIds: ReadonlyArray<string>
  readonly person: Person
  /** Whether nothing is left in unused pages and in the log. */
  readonly tidied: Tidied
}

/**
 * Erases one person from the file: the local contacts are deleted, and in what was sent and reported a made-up name
 * replaces the address and its contact IDs. So totals stay, and nobody else's outcome changes.
 */
export const erase = (address: string) =>
  Effect.gen(function* () {
    const person = personOf(address)
    // Freed space is overwritten, so that it cannot be read from the file.
    yield* Ledger.use((sql) => sql.unsafe("PRAGMA secure_delete = ON"))
    const erased = yield* Ledger.transact((sql) =>
      Effect.gen(function* () {
        yield* sql.unsafe("PRAGMA defer_foreign_keys = ON")
        const { contactIds, held: rows, keys } = yield* rowsOf(person, address)
        const number = yield* freeNumber
        const tokens = new Map(
          (keys.length === 0 ? [fromAddress(address)] : keys).map((key, at) => [key, `erased-${number + at}`])
        )
        const token = tokens.get(fromAddress(address)) ?? `erased-${number}`
        const sharedIds = yield* sharedOf(keys, contactIds)
        const renamed = new Map(
          contactIds.map((id, index) => [id, sharedIds.includes(id) ? id : `${token}-${index + 1}`])
        )
        const names = { token, ids: new Map([...renamed].filter(([id, name]) => id !== name)) }
        const reporting = yield* batchesReporting(contactIds)
        yield* markListed(sql, reporting)
        const batches = JSON.stringify(reporting.map(({ batch }) => batch))
        for (const [id, name] of names.ids) yield* renameId(sql, id, name, batches)
        for (const [key, own] of tokens) yield* eraseKey(sql, key, own, renamed)
        yield* dropExclusions(sql, person)
        const rewritten = yield* rewriteTexts(sql, person, names)
        yield* markNaming(sql, person)
        // Before anybody can see the file without them.
        yield* redrawStale
        yield* deleteAll(sql, unusedOfSent)
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
