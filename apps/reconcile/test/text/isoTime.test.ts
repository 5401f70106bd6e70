import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as IsoTime from "../../src/text/IsoTime.js"

const pad = (value: number, length = 2) => String(value).padStart(length, "0")

describe("a time on the command line", () => {
  it.each([
    ["2031-04-02T08:15:00Z", "2031-04-02T08:15:00.000Z"],
    [" 2031-04-02T08:15Z ", "2031-04-02T08:15:00.000Z"],
    ["2031-04-02T08:15:00.5Z", "2031-04-02T08:15:00.500Z"],
    ["2031-04-02T08:15:00.123456789Z", "2031-04-02T08:15:00.123Z"],
    ["2031-04-02T08:15:00+02:00", "2031-04-02T06:15:00.000Z"],
    ["2031-01-01T00:15:00+0530", "2030-12-31T18:45:00.000Z"],
    ["2030-12-31T23:15:00-03", "2031-01-01T02:15:00.000Z"],
    ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z"],
    ["2031-04-02T08:15:00+14:00", "2031-04-01T18:15:00.000Z"],
    ["1970-01-01T00:00:00-01:00", "1970-01-01T01:00:00.000Z"],
    ["2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"]
  ])("may be %j", (text, time) => {
    assert.deepStrictEqual(IsoTime.parse(text), Either.right(time))
  })

  it.each([
    ["02.04.2031 08:15", "it is not in ISO 8601 format."],
    ["04/02/2031", "it is not in ISO 8601 format."],
    ["Batch 3", "it is not in ISO 8601 format."],
    ["12", "it is not in ISO 8601 format."],
    ["1932879600000", "it is not in ISO 8601 format."],
    ["yesterday", "it is not in ISO 8601 format."],
    ["", "it is not in ISO 8601 format."],
    ["20310402T081500Z", "it is not in ISO 8601 format."],
    ["2031-4-2T08:15:00Z", "it is not in ISO 8601 format."],
    ["2031-04-02 08:15:00Z", "it is not in ISO 8601 format."],
    ["2031-04-02T08:15:00 UTC", "it is not in ISO 8601 format."],
    ["٢٠٣١-04-02T08:15:00Z", "it is not in ISO 8601 format."],
    ["2031-02-30T10:00:00Z", "2031-02-30 is not a day in the calendar."],
    ["2031-02-29T10:00:00Z", "2031-02-29 is not a day in the calendar."],
    ["2100-02-29T10:00:00Z", "2100-02-29 is not a day in the calendar."],
    ["2031-04-31", "2031-04-31 is not a day in the calendar."],
    ["2031-13-01", "2031-13-01 is not a day in the calendar."],
    ["2031-00-10T10:00:00Z", "2031-00-10 is not a day in the calendar."],
    ["2031-04-00T10:00:00", "2031-04-00 is not a day in the calendar."],
    ["0031-04-02T10:00:00Z", "the year 0031 is too early for an import."],
    ["2031-04-02T25:00Z", "25:00:00 is not a time of day;"],
    ["2031-04-02T24:00:00Z", "24:00:00 is not a time of day;"],
    ["2031-04-02T08:60Z", "08:60:00 is not a time of day;"],
    ["2031-04-02T08:15:60Z", "08:15:60 is not a time of day;"],
    ["2031-04-02T08:15:00+25:00", "+25:00 is not a time zone;"],
    ["2031-04-02T08:15:00+14:01", "+14:01 is not a time zone;"],
    ["2031-04-02T08:15:00-1430", "-1430 is not a time zone;"],
    ["9999-12-31T23:59:59-12:00", "in UTC it is after the year 9999."],
    ["1970-01-01T00:00:00+01:00", "in UTC the year 1969 is too early for an import."],
    ["2031-04-02T08:15:00+02:60", "+02:60 is not a time zone;"],
    ["2031-04-02", "it is a date without a time. Add the time and its zone, like 2031-04-02T08:15:00Z."],
    ["2031-04-02T08:15:00", "it has no time zone. Write 2031-04-02T08:15:00Z if it is UTC"],
    ["2031-04-02 08:15", "it has no time zone. Write 2031-04-02T08:15Z if it is UTC"]
  ])("cannot be %j, and says why", (text, reason) => {
    const why = Either.getOrThrow(Either.flip(IsoTime.parse(text)))
    assert.isTrue(why.startsWith(reason), why)
  })

  it.prop(
    "is read exactly if its day is in the calendar, and refused if not",
    [
      FastCheck.integer({ min: 1970, max: 9999 }),
      FastCheck.integer({ min: 0, max: 14 }),
      FastCheck.integer({ min: 0, max: 33 })
    ],
    ([year, month, day]) => {
      const text = `${pad(year, 4)}-${pad(month)}-${pad(day)}T12:34:56Z`
      const days = [
        31,
        year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28,
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31
      ]
      const isReal = day >= 1 && day <= (days[month - 1] ?? 0)
      assert.deepStrictEqual(
        Either.getRight(IsoTime.parse(text)),
        Either.getRight(isReal ? Either.right(text.replace("Z", ".000Z")) : Either.left(""))
      )
    }
  )
})
