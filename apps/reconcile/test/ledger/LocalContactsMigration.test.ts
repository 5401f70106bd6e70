import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { applicationId } from "../../src/ledger/identity.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import { firstSchema } from "../../src/ledger/migrations/0001_first_schema.js"
import { reconcileStale } from "../../src/ledger/Reconciliation.js"
import { load, row, select } from "../support/ledger.js"

const firstLedger = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = mkdtempSync(join(tmpdir(), "ac-reconcile-migration-"))
    const database = new Sqlite(join(folder, "reconcile.db"))
    for (const statement of firstSchema) database.exec(statement)
    database.exec(`
      INSERT INTO batches VALUES ('b1', NULL, '2031-01-01T00:00:00Z');
      INSERT INTO batch_sent VALUES ('b1', 'a@x.test', 1, 'a@x.test');
      INSERT INTO local_sources VALUES (1, 'contacts.csv', '2031-01-01T00:00:00Z');
      INSERT INTO local_contacts VALUES (1, 1, 'a@x.test', 1, 'a@x.test', '7', '{"email":"a@x.test"}');
      PRAGMA application_id = ${applicationId};
      PRAGMA user_version = 1`)
    database.close()
    return { folder, path: join(folder, "reconcile.db") }
  }),
  ({ folder }) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

describe("a file of the first schema", () => {
  it.scoped("is brought on though views and triggers of the user's own ask its tables and views", () =>
    Effect.gen(function* () {
      const { path } = yield* firstLedger
      const database = new Sqlite(path)
      database.exec(`
        CREATE VIEW contact_status AS SELECT batch_id, email_key, outcome FROM outcomes;
        CREATE VIEW my_outcomes AS SELECT email_key, outcome FROM outcomes;
        CREATE VIEW my_losses AS SELECT email_key FROM contact_status WHERE outcome = 'pending';
        CREATE TABLE my_notes (email_key TEXT, outcome TEXT);
        CREATE TRIGGER my_trigger AFTER INSERT ON my_notes
          BEGIN UPDATE my_notes SET outcome = (SELECT outcome FROM my_outcomes WHERE email_key = NEW.email_key); END`)
      database.close()
      yield* Effect.gen(function* () {
        yield* reconcileStale()
        yield* select("INSERT INTO my_notes (email_key) VALUES ('a@x.test')")
        assert.deepStrictEqual(yield* select("SELECT * FROM my_losses"), [{ email_key: "a@x.test" }])
        assert.deepStrictEqual(yield* select("SELECT outcome FROM my_notes"), [{ outcome: null }])
        assert.deepStrictEqual(yield* select("PRAGMA legacy_alter_table"), [{ legacy_alter_table: 0 }])
      }).pipe(Effect.provide(Ledger.layer(path)))
    })
  )
})

describe("local contacts of the first schema", () => {
  it.scoped("are kept, and learn their batch when they are loaded again", () =>
    Effect.gen(function* () {
      const { path } = yield* firstLedger
      const contacts = select("SELECT email, contact_id, batch_id, source_key FROM local_contacts")
      const kept = { email: "a@x.test", contact_id: "7", source_key: null }
      yield* Effect.gen(function* () {
        assert.deepStrictEqual(yield* contacts, [{ ...kept, batch_id: null }])
        const again = yield* load([row("a@x.test", "b1", "7")])
        assert.include(again, { added: 0, updated: 1, sent: 1, sentAdded: 0, batchesAdded: 0 })
        assert.deepStrictEqual(yield* contacts, [{ ...kept, batch_id: "b1" }])
        assert.include(yield* load([row("a@x.test", "b1", "7")]), { unchanged: 1 })
      }).pipe(Effect.provide(Ledger.layer(path)))
    })
  )
})
