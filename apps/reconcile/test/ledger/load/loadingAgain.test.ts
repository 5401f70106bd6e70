import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Stream from "effect/Stream"
import { fromAddress } from "effect-activecampaign/EmailKey"
import * as Ledger from "../../../src/ledger/Ledger.js"
import * as LocalContacts from "../../../src/ledger/load/LocalContacts.js"
import { load, now, row, select } from "../../support/ledger.js"

interface Entry {
  readonly email: string
  readonly batchId: string | null
  readonly contactId: string | null
}

type File = ReadonlyArray<Entry>

const entryOf = (number: number): Entry => ({
  email: `c${number}@x.test`,
  batchId: `b${Math.floor(number / 100)}`,
  contactId: number % 7 === 0 ? null : String(1000 + number)
})

/** Where rows are compared in other ways than those beside them: at the borders of pages of 250. */
const place = FastCheck.oneof(
  FastCheck.constantFrom(0, 1, 248, 249, 250, 251, 498, 499, 500, 501, 749, 750, 2499, 2500, 2501),
  FastCheck.nat(3200)
)

const put = (file: File, at: number, ...entries: ReadonlyArray<Entry>) => file.toSpliced(at, 0, ...entries)

const changed = (file: File, at: number, by: (entry: Entry) => Entry) => {
  const entry = file[at]
  return entry === undefined ? file : file.with(at, by(entry))
}

/** What people do to a file before they load it again. */
const edit: FastCheck.Arbitrary<(file: File) => File> = FastCheck.oneof(
  place.map(
    (at) => (file: File) => changed(file, at, (one) => ({ ...one, contactId: String(900_000 + at) }))
  ),
  place.map((at) => (file: File) => changed(file, at, (one) => ({ ...one, email: one.email.toUpperCase() }))),
  place.map((at) => (file: File) => changed(file, at, (one) => ({ ...one, email: `${one.email}\u001E` }))),
  place.map((at) => (file: File) => changed(file, at, (one) => ({ ...one, batchId: "other" }))),
  place.map((at) => (file: File) => changed(file, at, (one) => ({ ...one, batchId: null }))),
  place.map((at) => (file: File) => file.toSpliced(at, 1)),
  place.map((at) => (file: File) => put(file, at, entryOf(5000 + at))),
  FastCheck.tuple(place, place).map(
    ([from, to]) =>
      (file: File) =>
        put(file, to, ...file.slice(from, from + 1))
  ),
  FastCheck.tuple(place, place).map(
    ([from, to]) =>
      (file: File) =>
        changed(file, to, (one) => ({ ...one, contactId: file[from]?.contactId ?? null }))
  ),
  FastCheck.tuple(place, place).map(([from, to]) => (file: File) => {
    const [one, other] = [file[from], file[to]]
    return one === undefined || other === undefined
      ? file
      : file
          .with(from, { ...one, contactId: other.contactId })
          .with(to, { ...other, contactId: one.contactId })
  }),
  FastCheck.tuple(place, FastCheck.constantFrom(1, 250, 500, 4000)).map(
    ([from, rows]) =>
      (file: File) =>
        file.length > 4000 ? file : [...file, ...file.slice(from, from + rows)]
  ),
  place.map((at) => (file: File) => [...file.slice(at), ...file.slice(0, at)]),
  FastCheck.constant((file: File) => file.toReversed()),
  FastCheck.constant((file: File) => file.toSorted((a, b) => scatter(a) - scatter(b))),
  FastCheck.constant((file: File) => file.map((one) => ({ ...one, batchId: null })))
)

const scatter = ({ contactId, email }: Entry) => (Number(contactId ?? email.length) * 7919) % 3203

/** Three in ten rows have the address of one that stands so many rows before them, if any does. */
const repeating = (before: number, number: number): Entry =>
  before > 0 && number >= before && number % 10 < 3
    ? { ...entryOf(number - before), batchId: entryOf(number).batchId }
    : entryOf(number)

const files = FastCheck.tuple(
  FastCheck.constantFrom(0, 3, 250, 600, 3100),
  FastCheck.constantFrom(0, 0, 1, 10, 250, 1730),
  FastCheck.array(FastCheck.array(edit, { maxLength: 4 }), { minLength: 1, maxLength: 3 })
).map(([rows, before, loads]) => {
  const first: File = Array.from({ length: rows }, (_, number) => repeating(before, number))
  const all = [first]
  for (const edits of loads) all.push(edits.reduce((file, by) => by(file), all.at(-1) ?? []))
  return all
})

/** A contact is known by its address, and by its turn among those with the same one. */
const turned = (file: File) => {
  const turns = new Map<string, number>()
  return file.map((entry) => {
    const key = fromAddress(entry.email)
    const turn = (turns.get(key) ?? 0) + 1
    turns.set(key, turn)
    return { ...entry, key, name: `${turn} ${key}` }
  })
}

const groups = <A>(all: ReadonlyArray<A>, by: (one: A) => string) => {
  const counts = new Map<string, number>()
  for (const one of all) counts.set(by(one), (counts.get(by(one)) ?? 0) + 1)
  return counts
}

const contacts = (rows: number) =>
  Array.from({ length: rows }, (_, number) => row(`c${number}@x.test`, "b", String(1000 + number)))

const inMemory = Effect.provide(Ledger.layer(":memory:"))

describe("a large file that is loaded again", () => {
  it.effect("in another order has the contacts it had, and a row that came twice is another", () =>
    Effect.gen(function* () {
      const rows = contacts(3100)
      yield* load(rows)
      const other = rows.toReversed()
      assert.include(yield* load(other), { rows: 3100, added: 0, updated: 0, absent: 0 })
      const twice = other.toSpliced(1700, 0, ...rows.slice(40, 42))
      assert.include(yield* load(twice), { rows: 3102, added: 2, updated: 0, absent: 0, duplicates: 2 })
    }).pipe(inMemory)
  )

  it.effect("with a copy of itself behind it has each contact twice", () =>
    Effect.gen(function* () {
      const rows = contacts(500)
      yield* load(rows)
      assert.include(yield* load([...rows, ...rows]), { added: 500, updated: 0, absent: 0, duplicates: 500 })
    }).pipe(inMemory)
  )

  it.effect(
    "takes an ID from a contact it no longer has where it gives it to another, that is as it was",
    () =>
      Effect.gen(function* () {
        const rows = contacts(600)
        yield* load([...rows, row("old@x.test", "b", "1003")])
        assert.include(yield* load(rows), { added: 0, updated: 0, absent: 1 })
        assert.deepStrictEqual(
          yield* select(
            "SELECT email, contact_id FROM local_contacts WHERE email IN ('c3@x.test', 'old@x.test')"
          ),
          [
            { email: "c3@x.test", contact_id: "1003" },
            { email: "old@x.test", contact_id: null }
          ]
        )
      }).pipe(inMemory)
  )

  it.effect("with rows that are long has the contacts it had, and what changed in one of them", () =>
    Effect.gen(function* () {
      const long = (text: string) => ({ cells: [JSON.stringify(text.repeat(3000))], names: ["note"] })
      const rows = contacts(700).map((one) => ({ ...one, ...long("n") }))
      yield* load(rows)
      assert.include(yield* load(rows), { added: 0, updated: 0, absent: 0 })
      const changed = rows.map((one, number) => (number === 333 ? { ...one, ...long("m") } : one))
      assert.include(yield* load(changed), { added: 0, updated: 1, unchanged: 699, absent: 0 })
    }).pipe(inMemory)
  )

  it.effect("is the same even if the numbers of its batches changed while it was read", () =>
    Effect.gen(function* () {
      const rows = Array.from({ length: 600 }, (_, number) => row(`c${number}@x.test`, `b${number % 3}`))
      yield* load(rows.slice(0, 400))
      const { sql } = yield* Ledger.Ledger
      // As another process would: the number that the stage took for a new batch is another's by the end.
      const added = [row("new@x.test", "b-new"), row("newer@x.test", "b0")]
      const loaded = yield* LocalContacts.load(
        { name: "contacts.csv", rejected: () => 0 },
        Stream.concat(
          Stream.succeed([...rows, ...added]),
          Stream.execute(sql`INSERT INTO numbered_batches (batch_id, added_at) VALUES ('b-between', ${now})`)
        ),
        now
      )
      assert.include(loaded, { rows: 602, added: 202, updated: 0, batchesAdded: 1 })
      assert.deepStrictEqual(
        yield* select("SELECT batch_id, count(*) AS contacts FROM local_contacts GROUP BY 1 ORDER BY 1"),
        [
          { batch_id: "b-new", contacts: 1 },
          { batch_id: "b0", contacts: 201 },
          { batch_id: "b1", contacts: 200 },
          { batch_id: "b2", contacts: 200 }
        ]
      )
    }).pipe(inMemory)
  )
})

describe("any number of loads by address", () => {
  it.effect.prop(
    "leaves every contact as it was last seen, wherever in its file it stood, and counts what it did to each",
    [files],
    ([all]) =>
      Effect.gen(function* () {
        const known = new Map<string, Entry & { readonly key: string }>()
        const sent = new Map<string, number>()
        for (const file of all) {
          const rows = turned(file)
          let added = 0
          let unchanged = 0
          for (const { name, ...entry } of rows) {
            const old = known.get(name)
            const next = { ...entry, batchId: entry.batchId ?? old?.batchId ?? null }
            if (old === undefined) added += 1
            else if (JSON.stringify(old) === JSON.stringify(next)) unchanged += 1
            known.set(name, next)
          }
          // An ID that the file now gives to another address has left the one it had.
          const given = new Set(rows.map(({ contactId, key }) => `${contactId} ${key}`))
          const ids = new Set(rows.map(({ contactId }) => contactId))
          const holders = new Map<string, Set<string>>()
          for (const { contactId, key } of known.values()) {
            if (contactId !== null) holders.set(contactId, (holders.get(contactId) ?? new Set()).add(key))
          }
          for (const [name, one] of known) {
            const isShared = one.contactId !== null && (holders.get(one.contactId)?.size ?? 0) > 1
            if (isShared && ids.has(one.contactId) && !given.has(`${one.contactId} ${one.key}`))
              known.set(name, { ...one, contactId: null })
          }
          const inBatches = rows.filter((one) => one.batchId !== null)
          for (const [pair, count] of groups(inBatches, ({ batchId, key }) => `${batchId} ${key}`))
            sent.set(pair, Math.max(count, sent.get(pair) ?? 0))
          const pairs = groups(rows, ({ batchId, key }) => `${batchId} ${key}`)
          const loaded = yield* load(file.map((one) => row(one.email, one.batchId, one.contactId)))
          assert.deepInclude(loaded, {
            rows: file.length,
            added,
            unchanged,
            updated: file.length - added - unchanged,
            absent: known.size - file.length,
            duplicates: file.length - pairs.size
          })
          const contacts = yield* select<Entry & { readonly name: string }>(`
            SELECT occurrence || ' ' || email_key AS name, email, batch_id AS "batchId", contact_id AS "contactId"
            FROM local_contacts`)
          assert.deepStrictEqual(
            new Map(contacts.map(({ name, ...one }) => [name, one])),
            new Map([...known].map(([name, { key: _, ...one }]) => [name, one]))
          )
        }
        const recorded = yield* select<{ readonly pair: string; readonly count: number }>(
          "SELECT batch_id || ' ' || email_key AS pair, count(*) AS count FROM batch_sent GROUP BY 1"
        )
        assert.deepStrictEqual(new Map(recorded.map(({ count, pair }) => [pair, count])), sent)
      }).pipe(inMemory),
    { fastCheck: { numRuns: 40 } }
  )
})
