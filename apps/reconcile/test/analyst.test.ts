import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { analystDocument, analystQueries, answered } from "./support/analyst.js"
import { makeSample } from "./support/sample.js"
import type { WrittenLedger } from "./support/writtenLedger.js"

let sample: WrittenLedger

beforeAll(async () => {
  sample = await makeSample()
})
afterAll(() => sample.close())

describe("docs/analyst.md", () => {
  it("prints what the sample answers ('pnpm analyst' updates it)", async () => {
    await expect(answered(sample.database)).toMatchFileSnapshot(analystDocument)
  })

  it("asks twelve short questions, each of which the sample answers", () => {
    const queries = analystQueries()
    expect(queries).toHaveLength(12)
    for (const sql of queries) {
      expect(sql.split("\n").length, sql).toBeLessThanOrEqual(6)
      expect(sql).toMatch(/^SELECT [^;]*;$/)
      expect(sample.database.prepare(sql).all().length, sql).toBeGreaterThan(0)
    }
  })
})
