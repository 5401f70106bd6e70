import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { keptCopies } from "../../src/ledger/keptCopies.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import { migrations, schemaVersion } from "../../src/ledger/migrations.js"
import { type Migration, OnMigration } from "../../src/ledger/OnMigration.js"
import { dump, pragma } from "../cli/support/database.js"
import { answer, load, row } from "../support/ledger.js"
import { temporaryFolder } from "../support/temporary.js"

const next = schemaVersion + 1
const succeeding = [...migrations, ["CREATE TABLE additions (text TEXT NOT NULL) STRICT"]]
const failing = [...migrations, ["CREATE TABLE additions (text TEXT NOT NULL) STRICT", "CREATE NONSENSE"]]

/** Opens the file with these migrations, and returns what was told of a migration. */
const open = (file: string, list: ReadonlyArray<ReadonlyArray<string>>) =>
  Effect.gen(function* () {
    const told: Array<Migration> = []
    yield* Effect.void.pipe(
      Effect.provide(Ledger.layer(file, { migrations: list })),
      Effect.provideService(OnMigration, (migration) => Effect.sync(() => told.push(migration)))
    )
    return told
  })

const ledger = Effect.gen(function* () {
  const folder = yield* temporaryFolder
  const file = join(folder, "reconcile.db")
  yield* Effect.zipRight(
    load([row("a@x.test", "b"), row("c@x.test", "b")]),
    answer("b", "completed", { success: ["1"], failure: ["c@x.test"] })
  ).pipe(Effect.provide(Ledger.layer(file)))
  return { folder, file, copy: `${file}.before-schema-${next}`, before: dump(file) }
})

describe("a ledger of an older schema", () => {
  it.scoped("is kept as it was beside the migrated one, which is told once", () =>
    Effect.gen(function* () {
      const { before, copy, file, folder } = yield* ledger
      assert.deepStrictEqual(keptCopies(file), [])
      assert.deepStrictEqual(yield* open(file, succeeding), [{ file, from: schemaVersion, to: next, copy }])
      assert.deepStrictEqual(keptCopies(file), [copy])
      assert.strictEqual(pragma(file, "user_version"), next)
      assert.property(dump(file), "additions")

      assert.strictEqual(pragma(copy, "user_version"), schemaVersion)
      assert.strictEqual(pragma(copy, "application_id"), pragma(file, "application_id"))
      const { "": _, ...rows } = dump(copy)
      const { "": __, ...rowsBefore } = before
      assert.deepStrictEqual(rows, rowsBefore)

      const kept = readFileSync(copy)
      assert.deepStrictEqual(yield* open(file, succeeding), [])
      assert.deepStrictEqual(readFileSync(copy), kept)
      assert.deepStrictEqual(
        readdirSync(folder).filter((name) => name.includes(".new")),
        []
      )
    })
  )

  it.scoped("is left as it was by a migration that fails", () =>
    Effect.gen(function* () {
      const { before, copy, file } = yield* ledger
      const error = yield* Effect.flip(open(file, failing))
      assert.strictEqual(error.kind, "failed")
      assert.deepStrictEqual(dump(file), before)
      assert.strictEqual(pragma(file, "user_version"), schemaVersion)
      assert.strictEqual(pragma(copy, "user_version"), schemaVersion)
      // The next attempt is not held up by the copy of this one.
      assert.lengthOf(yield* open(file, succeeding), 1)
    })
  )

  it.scoped("is not migrated where no copy of it can be made", () =>
    Effect.gen(function* () {
      const { before, copy, file } = yield* ledger
      mkdirSync(copy)
      const error = yield* Effect.flip(open(file, succeeding))
      assert.match(error.message, /was not brought to schema \d, since no copy of it could be made/)
      assert.deepStrictEqual(dump(file), before)
    })
  )
})

describe("a ledger of this schema, or a new one", () => {
  it.scoped("is opened without a copy", () =>
    Effect.gen(function* () {
      const { file, folder } = yield* ledger
      const other = join(folder, "new.db")
      assert.deepStrictEqual(yield* open(file, migrations), [])
      assert.deepStrictEqual(yield* open(other, succeeding), [])
      assert.isTrue(existsSync(other))
      assert.deepStrictEqual(
        readdirSync(folder).filter((name) => name.includes("before-schema")),
        []
      )
    })
  )
})
