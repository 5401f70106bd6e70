import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import * as Option from "effect/Option"
import { compare } from "../../src/asSent/compare.js"
import type { SentMember } from "../../src/asSent/SentMember.js"
import { details, field, holding, isDoubtful, namesOf, said, sent } from "./support/values.js"

const letters = fc.string({ unit: fc.constantFrom("a", "b", "é", "Z", "1", "."), minLength: 1, maxLength: 5 })
const words = fc.array(letters, { minLength: 1, maxLength: 3 })
const space = fc.constantFrom(" ", "  ", "\n", "\t", " ")

describe("a value of a custom field", () => {
  it("is as sent whatever white space and Unicode form the account gives it", () => {
    fc.assert(
      fc.property(
        words,
        space,
        space,
        fc.constantFrom("text", "textarea", "dropdown", null),
        (all, one, other, type) => {
          const found = `${other}${all.join(one)}${one}`.normalize("NFD")
          assert.strictEqual(said(all.join(" "), found, field(type)), "same")
        }
      )
    )
  })

  it("is never as sent if its words are others", () => {
    fc.assert(
      fc.property(words, words, (one, other) => {
        fc.pre(one.join(" ") !== other.join(" "))
        assert.strictEqual(said(one.join(" "), other.join(" ")), "different")
      })
    )
  })

  it("is a set if it has several values", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(letters, { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.nat()),
        (all, order) => {
          const shuffled = all
            .map((value) => [order.next().value, value] as const)
            .sort(([one], [other]) => one - other)
            .map(([, value]) => value)
          assert.strictEqual(
            said(`||${all.join("||")}||`, `||${shuffled.join("||")}||`, field("checkbox")),
            "same"
          )
          const fewer = `||${all.slice(1).join("||")}||`
          const lost = all.length === 1 ? "absent" : "different"
          assert.strictEqual(said(`||${all.join("||")}||`, fewer, field("checkbox")), lost)
          assert.strictEqual(
            said(`||${all.join("||")}||`, `||${[...all, "other"].join("||")}||`, field("checkbox")),
            "different"
          )
        }
      )
    )
  })

  it("is as sent by the label or the value of an option, and by no other option", () => {
    const plans = [
      { label: "Gold plan", value: "gold" },
      { label: "Silver plan", value: "silver" }
    ]
    const texts = plans.flatMap(({ label, value }, at) => [[at, label] as const, [at, value] as const])
    for (const [one, text] of texts) {
      for (const [other, found] of texts) {
        assert.strictEqual(said(text, found, field("dropdown", plans)), one === other ? "same" : "different")
      }
    }
  })

  it("cannot be told from another if the options are not known or share a text", () => {
    assert.isTrue(isDoubtful(said("gold", "Gold plan", { ...field("dropdown"), options: undefined })))
    const shared = [
      { label: "One", value: "1" },
      { label: "One", value: "2" }
    ]
    assert.isTrue(isDoubtful(said("1", "One", field("dropdown", shared))))
  })

  it("is as sent if it is the same number, in a field for numbers only", () => {
    fc.assert(
      fc.property(fc.integer({ min: -999, max: 999 }), fc.integer({ min: -999, max: 999 }), (one, other) => {
        const [text, found] = [String(one), `${other}.00`]
        assert.strictEqual(said(text, found, field("number")), one === other ? "same" : "different")
        assert.strictEqual(said(text, `${one}.00`, field("text")), "different")
        assert.isTrue(isDoubtful(said(text, `${one}.00`, field(null))))
      })
    )
    assert.isTrue(isDoubtful(said("1e3", "1000", field("number"))))
    assert.isTrue(isDoubtful(said("1,000", "1000", field("number"))))
  })

  const day = fc
    .date({ min: new Date("1950-01-01"), max: new Date("2049-12-31"), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10))

  it("is as sent if it is the same day in the form of the account, and never if it is another", () => {
    fc.assert(
      fc.property(day, day, fc.constantFrom("date", "datetime"), (one, other, type) => {
        const expected = one === other ? "same" : "different"
        for (const found of [other, `${other} 00:00:00`, `${other}T00:00:00`, other.replaceAll("-", "/")]) {
          assert.strictEqual(said(one, found, field(type)), expected)
        }
      })
    )
  })

  it("never passes for another day because of how the day is written", () => {
    fc.assert(
      fc.property(day, (date) => {
        const [year = "", month = "", number = ""] = date.split("-")
        for (const text of [
          `${month}/${number}/${year}`,
          `${number}.${month}.${year}`,
          `${number} of ${month}, ${year}`
        ]) {
          const word = said(text, date, field("date"))
          assert.isTrue(word === "same" || isDoubtful(word), `${text}, ${date}: ${word}`)
        }
      })
    )
  })

  it("is another if the account made it a date in 1899", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          day,
          words.map((all) => all.join(" "))
        ),
        (text) => {
          assert.strictEqual(said(text, "1899-11-30", field("date")), "different")
          assert.strictEqual(said(text, "1899-11-30 00:00:00", field("datetime")), "different")
        }
      )
    )
  })

  it("is as sent if it is the same time in another time zone, and cannot be told without one", () => {
    const at = "2031-04-02T00:30:00+02:00"
    assert.strictEqual(said(at, "2031-04-01T22:30:00Z", field("datetime")), "same")
    assert.strictEqual(said(at, "2031-04-01T23:30:00Z", field("datetime")), "different")
    assert.strictEqual(
      said("2031-04-02T00:00:00+12:00", "2031-04-01T00:00:00-12:00", field("datetime")),
      "same"
    )
    assert.isTrue(isDoubtful(said(at, "2031-04-01 22:30:00", field("datetime"))))
    assert.isTrue(isDoubtful(said("2031-04-02T00:00:00Z", "2031-04-02T00:00:00-05:00", field("date"))))
  })

  it("is absent if the account has nothing, and as sent if nothing was sent", () => {
    for (const type of ["text", "date", "number", "dropdown", null]) {
      for (const nothing of ["", " ", "||||"]) {
        assert.strictEqual(said("5", nothing, field(type)), "absent")
        assert.strictEqual(said("", nothing, field(type)), "same")
        assert.strictEqual(said(nothing, "5", field(type)), "different")
      }
    }
    assert.deepStrictEqual(compare(sent("5"), details({}), namesOf(field("text"))), {
      _tag: "NotSame",
      found: null
    })
    assert.deepStrictEqual(compare(sent(""), details({}), namesOf(field("text"))), { _tag: "Same" })
  })

  it("cannot be told to be absent from an incomplete answer", () => {
    const part = details({ fieldValues: { _tag: "Incomplete", rows: [], why: "withheld" } })
    assert.strictEqual(compare(sent("5"), part, namesOf(field("text")))._tag, "CannotTell")
    const missing = details({ fieldValues: { _tag: "NotSideloaded" } })
    assert.strictEqual(compare(sent("5"), missing, namesOf(field("text")))._tag, "Unseen")
  })

  it("is found by ID, personalization tag or title, and cannot be told if several fields have the title", () => {
    const names = namesOf(field("text"), { ...field("text"), id: "13", perstag: "OTHER", title: "Other" })
    for (const name of ["12", "company", "%COMPANY%", " Company "]) {
      assert.strictEqual(compare(sent("ACME", name), holding("ACME"), names)._tag, "Same")
    }
    const untagged = namesOf({ ...field("text"), title: "Your  Plan", perstag: null })
    for (const name of ["your plan", "YOUR PLAN ", "Your  Plan"]) {
      assert.strictEqual(compare(sent("ACME", name), holding("ACME"), untagged)._tag, "Same")
    }
    const twins = namesOf({ ...field("text"), perstag: null }, { ...field("text"), id: "13", perstag: null })
    assert.strictEqual(compare(sent("ACME", "Company"), holding("ACME"), twins)._tag, "CannotTell")
  })

  it.each<readonly [knowsFields: boolean, why: string]>([
    [true, "the account has no field of this name"],
    [false, "the names of fields are not known"]
  ])(
    "is not checked if no known field has its name, and says whether all are known: %s",
    (knowsFields, why) => {
      assert.deepStrictEqual(
        compare(sent("ACME", "Plan"), holding("ACME"), { ...namesOf(field("text")), knowsFields }),
        { _tag: "CannotTell", why, found: null }
      )
    }
  )

  it("is never that of a field with the digits of its ID for a title", () => {
    const names = namesOf({ ...field("text"), id: "12", title: "7", perstag: "7" })
    assert.deepStrictEqual(compare(sent("ACME", "7"), holding("ACME"), names), {
      _tag: "NotSame",
      found: null
    })
  })
})

describe("a tag", () => {
  const tag = (name: string): SentMember => ({ kind: "tag", name, value: "" })

  it("is there whatever its letter case, and never if it has a typo", () => {
    fc.assert(
      fc.property(letters, letters, (one, other) => {
        const part = details({
          tags: { _tag: "Complete", rows: [{ tag: "1", name: Option.some(other.toUpperCase()) }] }
        })
        const isSame = one.toLowerCase() === other.toUpperCase().toLowerCase()
        assert.strictEqual(compare(tag(one), part, namesOf())._tag, isSame ? "Same" : "NotSame")
      })
    )
  })

  it("is found by the ID of a known tag, and cannot be told to be absent beside one of no known name", () => {
    const only = (id: string) =>
      details({ tags: { _tag: "Complete", rows: [{ tag: id, name: Option.none() }] } })
    assert.strictEqual(compare(tag("vip"), only("5"), namesOf())._tag, "Same")
    assert.strictEqual(compare(tag("other"), only("5"), namesOf())._tag, "NotSame")
    assert.strictEqual(compare(tag("vip"), only("6"), namesOf())._tag, "CannotTell")
  })
})

describe("a list", () => {
  it("was joined if the contact is active, and left if it is unsubscribed or bounced", () => {
    for (const status of [0, 1, 2, 3, 91]) {
      const part = details({ lists: { _tag: "Complete", rows: [{ list: "3", status }] } })
      const word = (kind: "subscribe" | "unsubscribe") =>
        compare({ kind, name: "3", value: "" }, part, namesOf())._tag
      assert.strictEqual(word("subscribe"), status === 1 ? "Same" : "NotSame")
      assert.strictEqual(word("unsubscribe"), status === 2 || status === 3 ? "Same" : "NotSame")
    }
  })

  it.each<readonly [status: number, found: string]>([
    [0, "unconfirmed"],
    [2, "unsubscribed"],
    [3, "bounced"],
    [4, "status 4"],
    [91, "status 91"]
  ])(
    "that was not joined has its status %s in words, or the number of one that has none: %s",
    (status, found) => {
      const part = details({ lists: { _tag: "Complete", rows: [{ list: "3", status }] } })
      assert.deepStrictEqual(compare({ kind: "subscribe", name: "3", value: "" }, part, namesOf()), {
        _tag: "NotSame",
        found
      })
    }
  )
})
