import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { analystDocument, analystQueries, answered, isOfSentValues } from "./support/analyst.js"
import { makeDocumentedLedger } from "./support/documentedLedger.js"
import { makeSample } from "./support/sample.js"
import type { WrittenLedger } from "./support/writtenLedger.js"

let sample: WrittenLedger
let withValues: WrittenLedger

beforeAll(async () => {
  sample = await makeSample()
  withValues = await makeDocumentedLedger()
})
afterAll(() => {
  sample.close()
  withValues.close()
})

describe("docs/analyst.md", () => {
  it("prints what the sample answers ('pnpm analyst' updates it)", async () => {
    await expect(answered(sample.database, withValues.database)).toMatchFileSnapshot(analystDocument)
  })

  it("asks thirteen short questions, each of which a file answers", () => {
    const queries = analystQueries()
    expect(queries).toHaveLength(13)
    for (const sql of queries) {
      expect(sql.split("\n").length, sql).toBeLessThanOrEqual(6)
      expect(sql).toMatch(/^SELECT [^;]*;$/)
      const { database } = isOfSentValues(sql) ? withValues : sample
      expect(database.prepare(sql).all().length, sql).toBeGreaterThan(0)
    }
  })
})
