import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { Disk } from "../../../src/files/Disk.js"
import { keptCopies } from "../../../src/ledger/file/keptCopies.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { migrations, schemaVersion } from "../../../src/ledger/schema/migrations.js"
import { reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { type Migration, OnMigration } from "../../../src/ledger/Notices.js"
import { dump, pragma } from "../../cli/support/database.js"
import { migrations as later } from "../../support/laterSchema.js"
import { answer, load, row, select } from "../../support/ledger.js"
import { temporaryFolder } from "../../support/temporary.js"

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
  it.scoped("is kept beside the migrated one, which is reported once", () =>
    Effect.gen(function* () {
      const { before, copy, file, folder } = yield* ledger
      assert.deepStrictEqual(yield* keptCopies(file), [])
      assert.deepStrictEqual(yield* open(file, succeeding), [{ file, from: schemaVersion, to: next, copy }])
      assert.deepStrictEqual(yield* keptCopies(file), [copy])
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
        readdirSync(folder).filter((name) => name.includes("unfinished")),
        []
      )
    })
  )

  it.scoped("is migrated even if the user's views and triggers query its tables and views", () =>
    Effect.gen(function* () {
      const { file } = yield* ledger
      const database = new Sqlite(file)
      database.exec(`
        CREATE VIEW my_links AS SELECT email_key, contact_id FROM links;
        CREATE VIEW my_losses AS SELECT email_key FROM contact_status WHERE outcome = 'rejected';
        CREATE TABLE my_notes (email_key TEXT, contact_id TEXT);
        CREATE TRIGGER my_trigger AFTER INSERT ON my_notes
          BEGIN UPDATE my_notes SET contact_id = (SELECT contact_id FROM my_links WHERE email_key = NEW.email_key); END`)
      database.close()
      assert.lengthOf(yield* open(file, later), 1)
      yield* Effect.gen(function* () {
        yield* reconcileStale()
        yield* select("INSERT INTO my_notes (email_key) VALUES ('a@x.test')")
        assert.deepStrictEqual(yield* select("SELECT * FROM my_losses"), [{ email_key: "c@x.test" }])
        assert.deepStrictEqual(yield* select("SELECT contact_id FROM my_notes"), [{ contact_id: null }])
        assert.deepStrictEqual(yield* select("PRAGMA legacy_alter_table"), [{ legacy_alter_table: 0 }])
      }).pipe(Effect.provide(Ledger.layer(file, { migrations: later })))
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
      // The next attempt is not held up by the copy of this one, which serves again.
      assert.lengthOf(yield* open(file, succeeding), 1)
      assert.deepStrictEqual(yield* keptCopies(file), [copy])
    })
  )

  it.scoped("is kept under another name if the user has a file with the name of the copy", () =>
    Effect.gen(function* () {
      const { copy, file } = yield* ledger
      writeFileSync(copy, "an older copy")
      const [migration] = yield* open(file, succeeding)
      assert.strictEqual(migration?.copy, `${copy}-2`)
      assert.strictEqual(readFileSync(copy, "utf8"), "an older copy")
      assert.strictEqual(pragma(`${copy}-2`, "user_version"), schemaVersion)
      assert.deepStrictEqual(yield* keptCopies(file), [copy, `${copy}-2`])
      assert.strictEqual(statSync(`${copy}-2`).mode & 0o777, 0o600)
    })
  )

  it.scoped("may be in a folder that cannot be listed, which only the list of its copies needs", () =>
    Effect.gen(function* () {
      const { file } = yield* ledger
      const disk = yield* Disk
      const unlistable = {
        ...disk,
        list: () => {
          throw Object.assign(new Error("no"), { code: "EACCES" })
        }
      }
      assert.lengthOf(yield* Effect.provideService(open(file, succeeding), Disk, unlistable), 1)
      const error = yield* Effect.flip(Effect.provideService(keptCopies(file), Disk, unlistable))
      assert.strictEqual(
        error.message,
        `${file}: its folder cannot be listed (permission denied, EACCES), so its copies of the ledger cannot be listed. Make the folder readable, and run again.`
      )
    })
  )

  it.scoped("is not migrated if no copy of it can be made", () =>
    Effect.gen(function* () {
      const { before, copy, file } = yield* ledger
      const disk = yield* Disk
      const full = Object.assign(new Error("no space"), { code: "ENOSPC" })
      const error = yield* Effect.flip(open(file, succeeding)).pipe(
        Effect.provideService(Disk, {
          ...disk,
          makeFolder: () => {
            throw full
          }
        })
      )
      assert.match(
        error.message,
        /was not migrated to schema \d, because no copy of it could be made: .*\(the disk is full, ENOSPC\)/
      )
      assert.deepStrictEqual(dump(file), before)
      assert.isFalse(existsSync(copy))
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
