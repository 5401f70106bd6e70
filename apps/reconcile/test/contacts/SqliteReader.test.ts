import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ColumnMap } from "../../src/contacts/ColumnMap.js"
import * as SqliteReader from "../../src/contacts/SqliteReader.js"
import { columnsOf } from "./support.js"

/** A SQLite file made of these statements, for as long as the test runs. */
const file = (...statements: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = mkdtempSync(join(tmpdir(), "ac-reconcile-sqlite-"))
      const database = new Sqlite(join(folder, "crm.sqlite"))
      for (const statement of statements) database.exec(statement)
      database.close()
      return { folder, path: join(folder, "crm.sqlite") }
    }),
    ({ folder }) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ).pipe(Effect.map(({ path }) => path))

const table = (name: string): SqliteReader.Selection => ({ _tag: "Table", name })
const query = (sql: string): SqliteReader.Selection => ({ _tag: "Query", sql })

const read = (path: string, selection: SqliteReader.Selection, map: ColumnMap = {}) =>
  SqliteReader.read({ path, selection, map }).pipe(
    Stream.runCollect,
    Effect.map((chunks) => ({
      rows: Chunk.toReadonlyArray(chunks).flatMap((chunk) => chunk.rows),
      rejected: Chunk.toReadonlyArray(chunks).flatMap((chunk) => chunk.rejected)
    }))
  )

const failure = (path: string, selection: SqliteReader.Selection) =>
  Effect.map(Effect.flip(read(path, selection)), (error) => error.message.replace(path, "crm.sqlite"))

describe("contacts of a SQLite file", () => {
  it.scoped("come from a table, under the names of its columns, with every value kept", () =>
    Effect.gen(function* () {
      const path = yield* file(
        "CREATE TABLE contacts (id INTEGER, Email TEXT, 'AC ID', score REAL, note TEXT)",
        `INSERT INTO contacts VALUES (9223372036854775807, ' Ä@x.test ', 12, 2.0, NULL), (-3, 'b@x.test', ' 13 ', 0.1, 'a "b"'), (4, 'c@x.test', NULL, 9e999, '')`
      )
      const { rejected, rows } = yield* read(path, table("Contacts"), { key: "id" })
      assert.deepStrictEqual(rejected, [])
      assert.deepStrictEqual(
        rows.map((row) => [row.line, row.email, row.emailKey, row.contactId, row.key, columnsOf(row)]),
        [
          [
            1,
            " Ä@x.test ",
            "ä@x.test",
            "12",
            "9223372036854775807",
            '{"id":9223372036854775807,"Email":" Ä@x.test ","AC ID":12,"score":2.0,"note":null}'
          ],
          [
            2,
            "b@x.test",
            "b@x.test",
            "13",
            "-3",
            '{"id":-3,"Email":"b@x.test","AC ID":" 13 ","score":0.1,"note":"a \\"b\\""}'
          ],
          [
            3,
            "c@x.test",
            "c@x.test",
            null,
            "4",
            '{"id":4,"Email":"c@x.test","AC ID":null,"score":"Infinity","note":""}'
          ]
        ]
      )
    })
  )

  it.scoped("come from a query and from a view, with mapped columns", () =>
    Effect.gen(function* () {
      const path = yield* file(
        "CREATE TABLE people (mail_1 TEXT, batch TEXT)",
        "INSERT INTO people VALUES ('a@x.test', 'b1'), ('b@x.test', 'b2')",
        `CREATE VIEW "the ""good"" ones" AS SELECT * FROM people WHERE batch = 'b2'`
      )
      const map = { email: "mail_1", batchId: "batch" }
      const found = yield* read(path, query("select mail_1, batch from people order by batch desc"), map)
      assert.deepStrictEqual(
        found.rows.map(({ batchId, email }) => [email, batchId]),
        [
          ["b@x.test", "b2"],
          ["a@x.test", "b1"]
        ]
      )
      const view = yield* read(path, table('the "good" ones'), map)
      assert.deepStrictEqual(
        view.rows.map(({ email }) => email),
        ["b@x.test"]
      )
    })
  )

  it.scoped("come in slices, all of them and in order", () =>
    Effect.gen(function* () {
      const path = yield* file(
        "CREATE TABLE c (email TEXT)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) INSERT INTO c SELECT 'c' || i || '@x.test' FROM n"
      )
      const { rows } = yield* read(path, table("c"))
      assert.strictEqual(rows.length, 2500)
      assert.isTrue(rows.every(({ email, line }, i) => line === i + 1 && email === `c${i + 1}@x.test`))
    })
  )

  it.scoped("are rejected by row if a value is not valid for a contact", () =>
    Effect.gen(function* () {
      const path = yield* file(
        "CREATE TABLE c (id ANY, email ANY, contact_id ANY, photo ANY)",
        `INSERT INTO c VALUES (1, 'a@x.test', 7, x'00ff'), (2, ' ', 7, NULL), (3, NULL, 7, NULL), (4, 12, 7, NULL),
          (5, 'e@x.test', 1.5, NULL), (' ', 'f@x.test', 7, NULL), (7, 'g@x.test', 7.0, NULL)`
      )
      const { rejected, rows } = yield* read(path, table("c"), { key: "id" })
      assert.deepStrictEqual(
        rows.map(({ contactId, key }) => [key, contactId]),
        [
          ["5", null],
          ["7", "7"]
        ]
      )
      assert.deepStrictEqual(
        rejected.map(({ line, reason }) => `${line}: ${reason}`),
        [
          "1: The value in column photo is binary (a BLOB); leave it out with --query 'select …'.",
          '2: The address in column "email" is blank.',
          '3: The address in column "email" is blank.',
          '4: The address in column "email" is not text.',
          '6: The key in column "id" is blank.'
        ]
      )
      assert.strictEqual(
        rejected[0]?.record,
        '{"id":1,"email":"a@x.test","contact_id":7,"photo":"BLOB of 2 bytes"}'
      )
    })
  )

  it.scoped("are rejected by row and column if their text is not in the file's encoding", () =>
    Effect.gen(function* () {
      const path = yield* file(
        "CREATE TABLE c (email TEXT, Note TEXT, NOTES TEXT)",
        `INSERT INTO c VALUES ('a@x.test', '', CAST(x'61ff' AS TEXT)), ('b@x.test', 'a \uFFFD that is one', ''),
          (CAST(x'63eda0804078' AS TEXT), '', ''), ('d@x.test', '', '')`
      )
      for (const selection of [table("c"), query("select *, 1 as note2 from c -- all")]) {
        const { rejected, rows } = yield* read(path, selection)
        assert.deepStrictEqual(
          rows.map(({ email, line }) => `${line}:${email}`),
          ["2:b@x.test", "4:d@x.test"]
        )
        assert.deepStrictEqual(
          rejected.map(({ line, reason }) => `${line}: ${reason.split(" is not valid in")[0]}`),
          ["1: The text in column NOTES", "3: The text in column email"]
        )
      }
    })
  )

  it.scoped("are read from a file in UTF-16, except half characters", () =>
    Effect.gen(function* () {
      const path = yield* file(
        "PRAGMA encoding = 'UTF-16le'",
        "CREATE TABLE c (email TEXT, note TEXT)",
        "INSERT INTO c VALUES ('ä@x.test', '😀'), ('b@x.test', CAST(x'00d84100' AS TEXT))"
      )
      const { rejected, rows } = yield* read(path, table("c"))
      assert.deepStrictEqual(rows.map(columnsOf), ['{"email":"ä@x.test","note":"😀"}'])
      assert.deepStrictEqual(
        rejected.map(({ line }) => line),
        [2]
      )
    })
  )

  it.scoped("come in smaller slices if rows are large, to save memory", () =>
    Effect.gen(function* () {
      const path = yield* file(
        "CREATE TABLE c (email TEXT)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) INSERT INTO c SELECT printf('%.900000c%d@x.test', 'a', i) FROM n"
      )
      const slices = yield* SqliteReader.read({ path, selection: table("c") }).pipe(
        Stream.map((chunk) => chunk.rows.length),
        Stream.runCollect
      )
      assert.deepStrictEqual(Chunk.toReadonlyArray(slices), [5, 5, 5, 5])
    })
  )

  it.scoped("are rejected if a row is too long for a contact", () =>
    Effect.gen(function* () {
      const path = yield* file(
        "CREATE TABLE c (email TEXT)",
        "INSERT INTO c VALUES (printf('%.9000000c@x.test', 'a')), ('b@x.test')"
      )
      const { rejected, rows } = yield* read(path, table("c"))
      assert.deepStrictEqual(
        rows.map(({ email }) => email),
        ["b@x.test"]
      )
      assert.strictEqual(
        rejected[0]?.reason,
        "The row is longer than 1048576 characters, too long for one contact."
      )
      assert.strictEqual(rejected[0]?.record.length, 64 * 1024)
    })
  )

  it.scoped("cannot be read from a missing table, or one without an address", () =>
    Effect.gen(function* () {
      const path = yield* file("CREATE TABLE people (mail TEXT)", "CREATE TABLE orders (id INTEGER)")
      assert.strictEqual(
        yield* failure(path, table("contacts")),
        'crm.sqlite: there is no table "contacts" (tables: orders, people).'
      )
      assert.strictEqual(
        yield* failure(path, table("orders")),
        "crm.sqlite: no e-mail address column was found (columns: id). Name it with --map email=COLUMN."
      )
      assert.strictEqual(
        yield* failure(path, query("select mail as email, mail as email from people")),
        "crm.sqlite: more than one column is named email. Give each column its own name."
      )
      const reserved = SqliteReader.read({ path, selection: table("People"), reserved: new Set(["people"]) })
      assert.include((yield* Effect.flip(Stream.runDrain(reserved))).message, "ac-reconcile's own")
    })
  )

  it.scoped("cannot be read by a statement that writes, and the file stays as it is", () =>
    Effect.gen(function* () {
      const path = yield* file("CREATE TABLE c (email TEXT)", "INSERT INTO c VALUES ('a@x.test')")
      const before = readFileSync(path)
      for (const sql of [
        "delete from c",
        "insert into c values ('b@x.test') returning email",
        "create table d (email)",
        "attach 'other.sqlite' as other"
      ]) {
        assert.strictEqual(
          yield* failure(path, query(sql)),
          "crm.sqlite: the query is not a SELECT; only reading is allowed here."
        )
      }
      assert.include(
        yield* failure(path, query("select email from c; delete from c")),
        "more than one statement"
      )
      assert.include(yield* failure(path, query("selekt")), 'near "selekt": syntax error')
      assert.deepStrictEqual(readFileSync(path), before)
    })
  )

  it.scoped("that fail half-way are reported with the row", () =>
    Effect.gen(function* () {
      const path = yield* file(
        "CREATE TABLE c (email TEXT, extra TEXT)",
        "INSERT INTO c VALUES ('a@x.test', '{}'), ('b@x.test', '{')"
      )
      assert.strictEqual(
        yield* failure(path, query("select email, json_extract(extra, '$.x') as x from c")),
        "crm.sqlite, row 2: it cannot be read (malformed JSON)."
      )
    })
  )

  it.scoped("cannot be read from a file that is not SQLite", () =>
    Effect.gen(function* () {
      const path = yield* file()
      writeFileSync(path, "email\na@x.test\n".repeat(100))
      assert.strictEqual(
        yield* failure(path, table("c")),
        "crm.sqlite: it is not a SQLite file. Name one with --from."
      )
      assert.strictEqual(
        yield* failure(join(path, "..", "absent.sqlite"), table("c")).pipe(
          Effect.map((text) => text.split(": ")[1])
        ),
        "there is no such file, or it cannot be opened. Check the path."
      )
    })
  )
})
