import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { guide } from "../src/ledger/schema/notes/guide.js"
import { layerOf } from "../src/ledger/schema/notes.js"
import { makeDocumentedLedger } from "./support/documentedLedger.js"
import type { WrittenLedger } from "./support/writtenLedger.js"
import { schemaDocument, schemaDocumentOf } from "./support/schemaDocument.js"

let ledger: WrittenLedger

beforeAll(async () => {
  ledger = await makeDocumentedLedger()
})
afterAll(() => ledger.close())

/** These have rows only while something is under way, or after a purge. */
const emptyAtRest = ["stale_batches", "writer_lease", "purges", "purged_batches"]

describe("docs/schema.md", () => {
  it("has the notes, and after each example what the command answers ('pnpm schema' updates it)", async () => {
    const document = await schemaDocumentOf(ledger)
    const examples = [...document.matchAll(/```sql\nSELECT [\s\S]*?\n```\n\n```text\n[\s\S]*?\d rows?\n```/g)]
    expect(examples).toHaveLength(Object.keys(guide).length)
    await expect(document).toMatchFileSnapshot(schemaDocument)
  }, 180_000)

  it("has an example with rows for every view and table that people query", () => {
    const described = ledger.database
      .prepare<[], string>("SELECT DISTINCT object FROM schema_notes")
      .pluck()
      .all()
    expect(Object.keys(guide).sort()).toEqual(described.filter((name) => layerOf(name) !== "internal").sort())
    for (const [name, { sql }] of Object.entries(guide)) {
      const rows = ledger.database.prepare(sql).all()
      if (emptyAtRest.includes(name)) expect(rows, name).toEqual([])
      else expect(rows, name).not.toEqual([])
    }
  })
})
