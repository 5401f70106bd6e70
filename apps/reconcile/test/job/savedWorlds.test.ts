import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { BatchId } from "effect-activecampaign/BatchId"
import * as Batches from "../../src/ledger/facts/Batches.js"
import * as ExportRows from "../../src/ledger/reports/ExportRows.js"
import { exports } from "../../src/ledger/reports/Exports.js"
import { asSentViews } from "../../src/ledger/schema/asSentViews.js"
import { views } from "../../src/ledger/schema/views.js"
import { run, withAccount } from "../support/account.js"
import { inColumns, load, now, row, select } from "../support/ledger.js"
import { scenarioOf, truthOf, type World, world } from "./support/worlds.js"

/**
 * What a user sees of 300 accounts, as hashes that were saved. Whoever changes tables, views or rules finds out here whether
 * anything comes out otherwise. Where that is meant, AC_SAVE_WORLDS=1 saves them anew; AC_SHOW_WORLD=17 prints one.
 */
const saved = fileURLToPath(new URL("saved/worlds.json", import.meta.url))
const shown = process.env.AC_SHOW_WORLD
const Saved = Schema.parseJson(Schema.Array(Schema.String))

const worlds = 300
const isSaving = process.env.AC_SAVE_WORLDS !== undefined
/** CI tries all of them. */
const tried = isSaving || Number(process.env.AC_WORLDS ?? 0) >= 2000 ? worlds : 60

const drawn = (seed: number): World => {
  const [one] = FastCheck.sample(world, { seed, numRuns: 1 })
  assert.isDefined(one)
  return one
}

const withoutTimes = (names: ReadonlyArray<string>, values: ReadonlyArray<unknown>) =>
  values.filter((_, at) => names[at] !== "at" && names[at]?.endsWith("_at") !== true)

/** Nothing is dropped where nothing was declared. */
const savedExports = exports.filter(({ name }) => name !== "dropped")

const exported = Effect.forEach(savedExports, (definition) =>
  Effect.gen(function* () {
    const { columns, rows } = yield* ExportRows.read(definition)
    const all = Chunk.toReadonlyArray(yield* Stream.runCollect(rows))
    return {
      name: definition.name,
      columns: withoutTimes(columns, columns),
      rows: all.map((values) => withoutTimes(columns, values))
    }
  })
)

/** A contact's number is a matter of the file; when the worlds were saved it followed from the addresses. */
const numbers = Effect.map(
  select<{ readonly local_contact_id: number; readonly number: number }>(
    `SELECT local_contact_id, row_number() OVER (ORDER BY occurrence > 1, email_key, occurrence) AS number FROM local_contacts`
  ),
  (rows) => new Map<unknown, number>(rows.map((one) => [one.local_contact_id, one.number]))
)

/** Which unsettled answers a run sees depends on when it asks. */
const isChance = (view: string, row: Readonly<Record<string, unknown>>) =>
  view === "batch_timeline" && ["unset", "waiting", "claimed", "active"].some((word) => word === row.status)

/** Which batches count as stalled is a matter of time alone. What was sent was not declared when the worlds were saved. */
const left = new Set(["stalled_batches", ...asSentViews.map(({ name }) => name)])
const viewNames = views.map(({ name }) => name).filter((name) => !left.has(name))

const viewed = Effect.flatMap(numbers, (numbers) =>
  Effect.forEach(["findings", "near_matches", ...viewNames], (name) =>
    Effect.map(select<Readonly<Record<string, unknown>>>(`SELECT * FROM ${name}`), (all) => ({
      name,
      rows: all
        .filter((one) => !isChance(name, one))
        .map((one) =>
          "local_contact_id" in one ? { ...one, local_contact_id: numbers.get(one.local_contact_id) } : one
        )
        .map((one) => JSON.stringify(withoutTimes(Object.keys(one), Object.values(one))))
        .sort()
    }))
  )
)

/** Runs the job, as far as the seed says, and gives all that a user can see of it but the times. */
const seen = (seed: number) => {
  const account = { resolve: seed % 3 !== 0, lookup: seed % 4 !== 0, maxCalls: 100_000 }
  const one = drawn(seed)
  const { rows, submitted } = truthOf(one)
  return Effect.gen(function* () {
    yield* Batches.add(
      submitted.map((batchId) => BatchId.make(batchId)),
      { addedAt: now, submittedAt: now }
    )
    yield* load(
      rows.map(({ batchId, contactId, email }, at) => {
        const columns = { Mail: email, Name: `Contact ${at}`, [`odd ${at % 3}`]: at % 2 === 0 ? null : at }
        return {
          ...row(email, batchId, contactId),
          ...inColumns(columns)
        }
      })
    )
    yield* run({ deadline: "5 minutes", account })
    return { exported: yield* exported, viewed: yield* viewed }
  }).pipe(withAccount(scenarioOf(one), { requestsPerSecond: 1000 }), Effect.withRandom(Random.make(seed)))
}

const hashOf = (value: unknown) =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16)

describe("what a user sees", () => {
  it.live(
    "of a saved account is the same as then",
    () =>
      Effect.gen(function* () {
        if (shown !== undefined) {
          process.stdout.write(`${JSON.stringify(yield* seen(Number(shown)), null, 1)}\n`)
        }
        const hashes = yield* Effect.forEach(Array.from({ length: tried }), (_, seed) =>
          Effect.map(seen(seed), hashOf)
        )
        if (isSaving) writeFileSync(saved, `${JSON.stringify(hashes, null, 2)}\n`)
        const before = yield* Schema.decode(Saved)(readFileSync(saved, "utf8"))
        assert.strictEqual(before.length, worlds)
        const others = hashes.flatMap((hash, seed) => (hash === before[seed] ? [] : [seed]))
        assert.deepStrictEqual(others, [], "these worlds look otherwise; AC_SHOW_WORLD=N prints one")
      }),
    300_000
  )
})
