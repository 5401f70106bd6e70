import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { views } from "../../../src/ledger/schema/views.js"
import { select } from "../../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const noted = Effect.map(
  select<{ readonly object: string; readonly column: string; readonly note: string }>(
    `SELECT object, "column", note FROM schema_notes`
  ),
  (rows) => new Map(rows.map(({ column, note, object }) => [`${object}.${column}`, note]))
)

const inTheFile = Effect.map(
  select<{ readonly place: string }>(`
    WITH objects AS (
      SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%')
    SELECT name || '.' AS place FROM objects
    UNION ALL SELECT objects.name || '.' || c.name FROM objects JOIN pragma_table_xinfo(objects.name) c`),
  (rows) => rows.map(({ place }) => place)
)

describe("the notes in the file", () => {
  it.effect("are about every table, view and column, and about nothing else", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual([...(yield* noted).keys()].sort(), [...(yield* inTheFile)].sort())
    }).pipe(inMemory)
  )

  it.effect("are whole sentences, and a view's is its question", () =>
    Effect.gen(function* () {
      const notes = yield* noted
      const questions = new Map(views.map(({ name, question }) => [`${name}.`, question]))
      for (const [place, note] of notes) {
        assert.match(note, questions.has(place) ? /\?$/ : /[.]$/, place)
        assert.isAtMost(note.length, 260, place)
      }
      for (const [place, question] of questions) assert.strictEqual(notes.get(place), question)
    }).pipe(inMemory)
  )

  it.effect("say what NULL means for every column that may be NULL", () =>
    Effect.gen(function* () {
      const notes = yield* noted
      const nullable = yield* select<{ readonly place: string }>(`
        SELECT t.name || '.' || c.name AS place FROM pragma_table_list t JOIN pragma_table_xinfo(t.name) c
        WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND c."notnull" = 0 AND c.pk = 0`)
      assert.isAtLeast(nullable.length, 5)
      for (const { place } of nullable) assert.match(notes.get(place) ?? "", /\bNULL\b/, place)
    }).pipe(inMemory)
  )
})
