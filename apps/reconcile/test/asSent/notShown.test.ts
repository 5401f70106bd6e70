import { assert, describe, it } from "@effect/vitest"
import type { ContactDetails } from "effect-activecampaign/ContactDetails"
import * as Option from "effect/Option"
import { compare, incomplete } from "../../src/asSent/compare.js"
import type { SentMember } from "../../src/asSent/SentMember.js"
import { details, namesOf } from "./support/values.js"

const one = (kind: SentMember["kind"], name = "", value = ""): SentMember => ({ kind, name, value })

const found = (member: SentMember, held: Partial<ContactDetails>) => compare(member, details(held), namesOf())

const gap = { _tag: "Incomplete", rows: [], why: "withheld" } as const
const none = { _tag: "NotSideloaded" } as const

describe("what an answer does not show", () => {
  it.each<readonly [kind: SentMember["kind"], part: Partial<ContactDetails>]>([
    ["first_name", { firstName: Option.none() }],
    ["last_name", { lastName: Option.none() }],
    ["phone", { phone: Option.none() }],
    ["customer_acct_name", { organization: Option.none() }]
  ])("of the texts of a contact is not seen, and absent only if it is shown as empty: %s", (kind, part) => {
    for (const value of ["Ada", ""])
      assert.deepStrictEqual(found(one(kind, "", value), part), { _tag: "Unseen" })
    assert.deepStrictEqual(found(one(kind, "", "Ada"), {}), { _tag: "NotSame", found: null })
    assert.deepStrictEqual(found(one(kind), {}), { _tag: "Same" })
  })

  const parts: ReadonlyArray<
    readonly [member: SentMember, incomplete: Partial<ContactDetails>, missing: Partial<ContactDetails>]
  > = [
    [one("field", "12", "ACME"), { fieldValues: gap }, { fieldValues: none }],
    [one("tag", "vip"), { tags: gap }, { tags: none }],
    [one("subscribe", "3"), { lists: gap }, { lists: none }],
    [one("unsubscribe", "3"), { lists: gap }, { lists: none }]
  ]

  it.each(parts)(
    "of fields, tags and lists is not seen, and absent only of a part that is complete: %j",
    (member, some, missing) => {
      assert.deepStrictEqual(found(member, missing), { _tag: "Unseen" })
      assert.deepStrictEqual(found(member, some), { _tag: "CannotTell", why: incomplete, found: null })
      assert.deepStrictEqual(found(member, {}), { _tag: "NotSame", found: null })
    }
  )

  it("does not keep what it does show from being compared", () => {
    const lists = { ...gap, rows: [{ list: "3", status: 1 }] }
    assert.deepStrictEqual(found(one("subscribe", "3"), { lists }), { _tag: "Same" })
    assert.deepStrictEqual(found(one("unsubscribe", "3"), { lists }), { _tag: "NotSame", found: "active" })
    const tags = { ...gap, rows: [{ tag: "1", name: Option.some("VIP") }] }
    assert.deepStrictEqual(found(one("tag", "vip"), { tags }), { _tag: "Same" })
  })
})

describe("what was sent in a shape that a bulk import does not take", () => {
  it("is not checked, whatever the account has", () => {
    const odd: SentMember = { ...one("first_name", "", "Ada"), isOdd: true }
    assert.strictEqual(found(odd, { firstName: Option.some("Ada") })._tag, "CannotTell")
    assert.strictEqual(found(odd, {})._tag, "CannotTell")
  })
})
