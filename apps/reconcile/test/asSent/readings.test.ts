import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { opposed } from "../../src/asSent/compare.js"
import type { SentMember } from "../../src/asSent/SentMember.js"
import { field, isDoubtful, namesOf, said } from "./support/values.js"

type Word = "same" | "different" | "cannot be told"

const wordOf = (word: string) => (isDoubtful(word) ? "cannot be told" : word)

describe("a number that may be read in two ways", () => {
  it("cannot be told from either of the two, and is neither of any other", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999 }),
        fc.integer({ min: 0, max: 999 }),
        fc.nat(),
        fc.constantFrom("", "-", "+"),
        (whole, rest, another, sign) => {
          const text = `${sign}${whole}.${String(rest).padStart(3, "0")}`
          const readings = [Number(text), Number(text.replace(".", ""))]
          for (const reading of readings.map((number) => number.toFixed(4))) {
            for (const type of ["number", "currency", null]) {
              assert.strictEqual(wordOf(said(text, reading, field(type))), "cannot be told")
              assert.strictEqual(wordOf(said(reading, text, field(type))), "cannot be told")
            }
          }
          assert.strictEqual(said(text, text, field("number")), "same")
          if (!readings.includes(another)) {
            assert.strictEqual(said(text, String(another), field("number")), "different")
          }
        }
      )
    )
  })

  it.each<readonly [sent: string, found: string, word: Word]>([
    ["0.500", "0.5", "same"],
    ["1.50", "1.5", "same"],
    ["1234.500", "1234.5", "same"],
    ["1,000", "1", "cannot be told"],
    ["1.000,50", "1000.5", "cannot be told"],
    ["1.000.000", "1000000", "cannot be told"]
  ])("is not one of another form: %s, found as %s, is %s", (sent, found, word) => {
    assert.strictEqual(wordOf(said(sent, found, field("number"))), word)
  })
})

const padded = (number: number) => String(number).padStart(2, "0")

/** A moment as written in a time zone. */
const written = (moment: number, hours: number) =>
  `${new Date(moment + hours * 3_600_000).toISOString().slice(0, 19)}${hours < 0 ? "-" : "+"}${padded(Math.abs(hours))}:00`

const offset = fc.integer({ min: -12, max: 14 })

const midnight = fc
  .tuple(fc.date({ min: new Date("1950-01-02"), max: new Date("2049-12-30"), noInvalidDate: true }), offset)
  .map(([date, hours]) => {
    const moment = Math.floor(date.getTime() / 86_400_000) * 86_400_000 - hours * 3_600_000
    return { moment, text: written(moment, hours) }
  })

describe("a day that is written as a moment", () => {
  it("is never another than the day of that moment in some time zone", () => {
    fc.assert(
      fc.property(midnight, offset, ({ moment, text }, hours) => {
        const day = written(moment, hours).slice(0, 10)
        for (const type of ["date", "datetime"]) {
          for (const found of [day, `${day} 00:00:00`, `${day}T00:00:00Z`]) {
            assert.notStrictEqual(said(text, found, field(type)), "different", `${text}, ${found}`)
            assert.notStrictEqual(said(found, text, field(type)), "different", `${found}, ${text}`)
          }
        }
      })
    )
  })

  it("is never the same as a time without a zone", () => {
    fc.assert(
      fc.property(midnight, offset, ({ moment, text }, hours) => {
        const found = `${written(moment, hours).slice(0, 10)} 00:00:00`
        assert.strictEqual(wordOf(said(text, found, field("datetime"))), "cannot be told")
        assert.strictEqual(wordOf(said(found, text, field("datetime"))), "cannot be told")
      })
    )
  })

  it.each<readonly [sent: string, found: string, word: Word]>([
    ["2031-04-02T00:00:00+05:00", "2031-04-02 00:00:00", "cannot be told"],
    ["2031-04-02T00:00:00Z", "2031-04-02 00:00:00", "cannot be told"],
    ["2031-04-02T00:00:00+02:00", "2031-04-02", "same"],
    ["2031-04-02T00:00:00+02:00", "2031-04-01", "cannot be told"],
    ["2031-04-02T00:00:00+02:00", "2031-03-31", "different"],
    ["2031-04-02T00:00:00+02:00", "2031-04-01T00:00:00Z", "cannot be told"],
    ["2031-04-02T00:00:00+02:00", "2031-05-01 00:00:00", "different"],
    ["2031-04-02", "2031-04-02T00:00:00-05:00", "same"],
    ["2031-04-02", "2031-04-01T00:00:00-05:00", "different"]
  ])("is compared as such: %s, found as %s, is %s", (sent, found, word) => {
    for (const type of ["date", "datetime"]) assert.strictEqual(wordOf(said(sent, found, field(type))), word)
  })
})

describe("why two times cannot be told", () => {
  const form = "one of the two times is in a form that is not understood here"
  it.each<readonly [sent: string, found: string, why: string]>([
    ["10:30 PM", "22:30", form],
    ["9:30", "09:30:00", form],
    ["10:30 CET", "10:30+01:00", form],
    ["25:00", "01:00", form],
    ["10:30Z", "11:00", "one of the two times does not say its time zone"],
    ["10:30", "11:00", "neither of the two times says its time zone"]
  ])("is said for what it is: %s, found as %s", (sent, found, why) => {
    assert.strictEqual(said(`2031-04-02 ${sent}`, `2031-04-02 ${found}`, field("datetime")), why)
  })

  it("is that only one of them has a time", () => {
    const why = "only one of the two has a time"
    assert.strictEqual(said("2031-04-02", "2031-04-02 10:30:00", field("datetime")), why)
    assert.strictEqual(said("2031-04-02T10:30:00Z", "2031-04-02", field("datetime")), why)
  })
})

describe("a field of which no options are known", () => {
  const unknown = (type: string | null) => ({ ...field(type), options: undefined })

  it.each(["date", "datetime", "number", "currency", "text", "textarea"])(
    "has another value all the same if its type has none: %s",
    (type) => {
      const [sent, found] = /date/.test(type) ? ["2031-04-02", "1899-11-30"] : ["5", "6"]
      assert.strictEqual(said(sent, found, unknown(type)), "different")
    }
  )

  it.each(["dropdown", "radio", "checkbox", "listbox", "hidden", "other", null])(
    "may show another text for the same choice if its type may have some: %s",
    (type) => {
      assert.isTrue(isDoubtful(said("gold", "Gold plan", unknown(type))))
    }
  )
})

describe("a field of unknown type", () => {
  it.each<readonly [sent: string, found: string, word: Word]>([
    ["ACME", "Ltd", "different"],
    ["5", "6", "different"],
    ["2031-04-02", "2031-04-03", "different"],
    ["04/02/2031", "2031-04-02", "cannot be told"],
    ["2 April 2031", "2031-04-02", "cannot be told"],
    ["1,000", "1000", "cannot be told"]
  ])("may be one for dates or numbers: %s, found as %s, is %s", (sent, found, word) => {
    assert.strictEqual(wordOf(said(sent, found, field(null))), word)
  })
})

describe("a value that was sent in an odd shape", () => {
  const text: SentMember = { kind: "field", name: "12", value: "true" }
  const odd: SentMember = { ...text, isOdd: true }

  it("may be another than the same text", () => {
    assert.strictEqual(opposed(text, [odd], namesOf()), "opposed")
    assert.strictEqual(opposed(odd, [odd], namesOf()), "no")
  })

  it("is the same tag or list, if it was taken for one at all", () => {
    for (const kind of ["tag", "subscribe"] as const) {
      const one: SentMember = { kind, name: "3", value: "" }
      assert.strictEqual(opposed(one, [{ ...one, isOdd: true }], namesOf()), "no")
    }
  })
})
