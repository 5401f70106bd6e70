import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { type AccountNames, mayRepeat, noNames, opposed } from "../../src/asSent/compare.js"
import type { SentMember } from "../../src/asSent/SentMember.js"
import { field, namesOf } from "./support/values.js"

/** Some of these are one field by ID and title, or one list, and the account has no field called Plan. */
const member = fc
  .record({
    kind: fc.constantFrom<SentMember["kind"]>("first_name", "field", "tag", "subscribe", "unsubscribe"),
    name: fc.constantFrom("12", "13", "Company", "company", "Plan"),
    value: fc.constantFrom("ACME", "Other", "")
  })
  .map(({ kind, name, value }): SentMember => ({ kind, name: kind === "first_name" ? "" : name, value }))

const known = namesOf(field("text"))

const names = fc.constantFrom<AccountNames>(known, { ...known, knowsFields: false }, noNames)

describe("two sent members", () => {
  const one: SentMember = { kind: "field", name: "12", value: "ACME" }

  it("oppose each other if they are one field by ID and title, and perhaps if the title is not known", () => {
    const named = [{ ...one, name: "Company", value: "Other" }]
    assert.strictEqual(opposed(one, named, known), "opposed")
    assert.strictEqual(opposed(one, named, noNames), "perhaps")
    assert.strictEqual(opposed(one, [{ ...one, name: "Company" }], known), "no")
  })

  const plan: SentMember = { kind: "field", name: "Plan", value: "gold" }
  it.each<readonly [one: SentMember, other: SentMember, word: string]>([
    [plan, { kind: "first_name", name: "", value: "Ada" }, "no"],
    [plan, { kind: "tag", name: "Plan", value: "" }, "no"],
    [plan, { kind: "field", name: "12", value: "silver" }, "perhaps"],
    [{ kind: "field", name: "12", value: "silver" }, plan, "perhaps"],
    [plan, { kind: "field", name: "12", value: " gold " }, "no"]
  ])("may be one only if both are fields with unlike values: %j and %j", (member, other, word) => {
    assert.strictEqual(opposed(member, [other], noNames), word)
  })

  it("are not one if all fields of the account are known, and it does not have one of them", () => {
    assert.strictEqual(opposed(plan, [{ ...plan, value: "silver" }], known), "no")
    assert.strictEqual(opposed(one, [plan], known), "no")
  })

  it("never oppose each other as tags, and do as a list joined and left", () => {
    const tag: SentMember = { kind: "tag", name: "vip", value: "" }
    assert.strictEqual(opposed(tag, [{ ...tag, name: "VIP" }], namesOf()), "no")
    const list: SentMember = { kind: "subscribe", name: "3", value: "" }
    assert.strictEqual(opposed(list, [{ ...list, kind: "unsubscribe" }], namesOf()), "opposed")
    assert.strictEqual(opposed(list, [{ ...list, kind: "unsubscribe", name: "4" }], namesOf()), "no")
  })
})

describe("all that was sent for a contact", () => {
  it("may repeat something wherever two of its members oppose each other, or perhaps do", () => {
    fc.assert(
      fc.property(fc.array(member, { maxLength: 6 }), names, (members, names) => {
        if (mayRepeat(members, names)) return
        for (const one of members) assert.strictEqual(opposed(one, members, names), "no")
      })
    )
  })

  it("repeats nothing if each of its members is another thing", () => {
    const each: ReadonlyArray<SentMember> = [
      { kind: "first_name", name: "", value: "12" },
      { kind: "last_name", name: "", value: "12" },
      { kind: "field", name: "12", value: "ACME" },
      { kind: "field", name: "13", value: "ACME" },
      { kind: "tag", name: "12", value: "" },
      { kind: "subscribe", name: "12", value: "" },
      { kind: "unsubscribe", name: "13", value: "" }
    ]
    assert.isFalse(mayRepeat(each, known))
  })
})
