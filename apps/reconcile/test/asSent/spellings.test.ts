import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import { compare } from "../../src/asSent/compare.js"
import type { SentMember } from "../../src/asSent/SentMember.js"
import { details, field, isDoubtful, namesOf, said } from "./support/values.js"

type Word = "same" | "different" | "cannot be told"

const wordOf = (word: string) => (isDoubtful(word) ? "cannot be told" : word)

describe("in a field for numbers", () => {
  it.each<readonly [sent: string, found: string, word: Word]>([
    ["05", "5", "same"],
    ["+5", "5.0", "same"],
    ["-0.0", "0", "same"],
    ["-5", "5", "different"],
    ["50", "5", "different"],
    ["5.01", "5.1", "different"]
  ])("%s, found as %s, is or is not the number that was sent: %s", (sent, found, word) => {
    assert.strictEqual(wordOf(said(sent, found, field("number"))), word)
  })
})

describe("in a field for dates", () => {
  it.each<readonly [sent: string, found: string, word: Word]>([
    ["25/12/2031", "2031-12-25", "same"],
    ["12/25/2031", "2031-12-25", "same"],
    ["25.12.2031", "2031-12-25", "same"],
    ["25/12/2031 10:30", "2031-12-25 10:30:00", "same"],
    ["2031/4/2", "2031-04-02", "same"],
    ["2031-04-02T00:00:00Z", "2031-04-02", "same"],
    ["2031-04-02 00:00:00.000", "2031-04-02", "same"],
    ["soon", "1899-12-30", "different"],
    ["04/04/2031", "2031-04-04", "same"],
    ["04/02/2031", "2031-04-02", "cannot be told"],
    ["04/02/2031", "2031-02-04", "cannot be told"],
    ["04/02/2031", "2031-04-03", "different"],
    ["2031-02-30", "2031-03-02", "cannot be told"],
    ["1899-05-01", "1899-05-01 00:00:00", "same"],
    ["1899-05-01", "1899-11-30", "different"],
    ["2031-04-02 10:30", "2031-04-02 10:30:00", "same"],
    ["2031-04-02T10:30:15", "2031-04-02 10:30:15.000", "same"],
    ["2031-04-02 10:30", "2031-04-02 10:31:00", "cannot be told"],
    ["2031-04-02 10:30", "2031-04-03 10:30:00", "different"]
  ])("%s, found as %s, is or is not the time that was sent: %s", (sent, found, word) => {
    assert.strictEqual(wordOf(said(sent, found, field("datetime"))), word)
  })
})

describe("a field", () => {
  it.each(["number", "currency", "decimal", "integer"])("of type %s is one for numbers", (type) => {
    assert.strictEqual(said("5.0", "5", field(type)), "same")
  })

  it.each<readonly [sent: string, found: string, word: Word]>([
    ["a", "||a||", "same"],
    ["||a  b||c||", "||c|| a b ||c||", "same"],
    ["||a||b||", "||a||", "different"]
  ])("has values in any order and number: %s, found as %s, is %s", (sent, found, word) => {
    assert.strictEqual(said(sent, found, field("checkbox")), word)
  })
})

describe("an empty value", () => {
  it("overwrites whatever the account had, even where the options of the field are not known", () => {
    assert.strictEqual(said("", "gold", { ...field(null), options: undefined }), "different")
  })
})

describe("a phone number", () => {
  it("with words is no number, so that all of it counts", () => {
    const held = details({ phone: Option.some("ask Bob, 5") })
    assert.strictEqual(
      compare({ kind: "phone", name: "", value: "ask Ada, 5" }, held, namesOf())._tag,
      "NotSame"
    )
  })
})

describe("a name, phone number or account name", () => {
  const held = details({
    firstName: Option.some("Ada"),
    lastName: Option.some("Byron"),
    phone: Option.some("+44 (20) 555-1234"),
    organization: Option.some("ACME")
  })
  it.each<readonly [kind: SentMember["kind"], value: string, tag: "Same" | "NotSame"]>([
    ["first_name", "Ada", "Same"],
    ["last_name", " Byron ", "Same"],
    ["customer_acct_name", "ACME", "Same"],
    ["customer_acct_name", "Byron", "NotSame"],
    ["phone", "+44 20 555.1234", "Same"],
    ["phone", "+44205551234", "Same"],
    ["phone", "44205551234", "NotSame"],
    ["first_name", "A-da", "NotSame"]
  ])("is compared with its own part of the contact: %s %s", (kind, value, tag) => {
    assert.strictEqual(compare({ kind, name: "", value }, held, namesOf())._tag, tag)
  })
})
