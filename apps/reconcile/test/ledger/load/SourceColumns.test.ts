import { describe, expect, it } from "vitest"
import { originalCells } from "../../../src/ledger/load/SourceColumns.js"

describe("the numbers of a source", () => {
  const valuesOf = (json: string) => originalCells(`[[${json}]]`)[0]

  it("are text if JavaScript would change them", () => {
    for (const exact of [
      "12345678901234567890",
      "-9007199254740993",
      "1e400",
      "-1E+999",
      "1e-400",
      "0.30000000000000004440"
    ]) {
      expect(valuesOf(exact)).toEqual([exact])
    }
    expect(valuesOf('{"deep":[9007199254740993]}')).toEqual([{ deep: ["9007199254740993"] }])
    expect(valuesOf('{"deep" : 9007199254740993, "no": 1}')).toEqual([{ deep: "9007199254740993", no: 1 }])
    expect(originalCells("[[1,2],[9007199254740993 ,3]]")).toEqual([
      [1, 2],
      ["9007199254740993", 3]
    ])
  })

  it("are numbers otherwise, and text that looks like a number stays text", () => {
    for (const json of [
      "1",
      "-2.5",
      "1e5",
      "0",
      "0e999",
      "9007199254740991",
      '"12345678901234567890"',
      '"1e400"',
      '"a,9007199254740993"',
      '"[1e400 : 1e-400"',
      '"a1e234-55\\",1e400"'
    ]) {
      expect(valuesOf(json)).toEqual([JSON.parse(json)])
    }
  })
})
