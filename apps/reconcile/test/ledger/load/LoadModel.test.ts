import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Stream from "effect/Stream"
import * as Ledger from "../../../src/ledger/Ledger.js"
import * as LocalContacts from "../../../src/ledger/load/LocalContacts.js"
import { now, row, select } from "../../support/ledger.js"

interface Entry {
  readonly key: string
  readonly email: string
  readonly batchId: string | null
}

const entry: FastCheck.Arbitrary<Entry> = FastCheck.record({
  key: FastCheck.constantFrom("1", "2", "3", "4", "5"),
  email: FastCheck.constantFrom("a@x.test", "A@x.test", "b@x.test", "c@x.test"),
  batchId: FastCheck.constantFrom("b1", "b2", null)
})

const loads = FastCheck.array(FastCheck.uniqueArray(entry, { selector: ({ key }) => key, maxLength: 5 }), {
  minLength: 1,
  maxLength: 5
})

const load = (entries: ReadonlyArray<Entry>) =>
  LocalContacts.load(
    {
      name: "crm",
      rejected: () => 0,
      key: { column: "id", place: "line", setAside: () => Effect.dieMessage("no key is repeated") }
    },
    Stream.succeed(entries.map(({ batchId, email, key }) => row(email, batchId, null, key))),
    now
  )

const lastOf = (entries: Iterable<Entry>) => new Map(Array.from(entries, (one) => [one.key, one]))

describe("any number of loads by key", () => {
  it.effect.prop(
    "leaves every key as last seen, and counts each change",
    [loads],
    ([files]) =>
      Effect.gen(function* () {
        let known = new Map<string, Entry>()
        const sent = new Set<string>()
        for (const written of files) {
          const old = (one: Entry) => known.get(one.key)
          // A row that names no batch says nothing of the one it named before.
          const file = written.map((one) => ({ ...one, batchId: one.batchId ?? old(one)?.batchId ?? null }))
          const isSame = (one: Entry) => old(one)?.email === one.email && old(one)?.batchId === one.batchId
          const added = file.filter((one) => old(one) === undefined).length
          const unchanged = file.filter(isSame).length
          const loaded = yield* load(written)
          assert.include(loaded, {
            rows: file.length,
            added,
            unchanged,
            updated: file.length - added - unchanged
          })
          assert.strictEqual(loaded.absent, known.size + added - file.length)
          for (const one of file)
            if (one.batchId !== null && old(one)?.batchId !== one.batchId)
              sent.add(`${one.batchId} ${one.email.toLowerCase()}`)
          known = lastOf([...known.values(), ...file])
          const contacts = yield* select<{
            readonly key: string
            readonly email: string
            readonly batchId: string | null
          }>(`SELECT source_key AS key, email, batch_id AS "batchId" FROM local_contacts ORDER BY source_key`)
          assert.deepStrictEqual(
            contacts,
            [...known.values()].sort((a, b) => a.key.localeCompare(b.key))
          )
        }
        const recorded = yield* select<{ readonly sent: string }>(
          "SELECT DISTINCT batch_id || ' ' || email_key AS sent FROM batch_sent"
        )
        assert.deepStrictEqual(recorded.map((fact) => fact.sent).sort(), [...sent].sort())
      }).pipe(Effect.provide(Ledger.layer(":memory:"))),
    { fastCheck: { numRuns: 150 } }
  )
})
