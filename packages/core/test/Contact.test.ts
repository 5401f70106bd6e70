import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, DateTime, FastCheck, Option, Schema } from "effect"
import { Contact } from "effect-activecampaign"

const decode = Schema.decodeUnknownSync(Contact.Contact)
const iso = (value: unknown) => Option.map(Contact.parseDate(value), DateTime.formatIso)

describe("a contact", () => {
  it("is decoded from the six keys that matter, with any other keys", () => {
    const contact = decode({
      id: "9101",
      email: "Ada@Example.test",
      cdate: "2031-04-02T08:15:00-05:00",
      udate: "2031-04-02 13:15:01",
      deleted: "0",
      bounced_hard: "1",
      scoreValues: { "0": 1 },
      links: false
    })
    assert.strictEqual(contact.id, "9101")
    assert.strictEqual(contact.email, "Ada@Example.test")
    assert.strictEqual(contact.emailKey, "ada@example.test")
    assert.deepStrictEqual(
      Option.map(contact.cdate, DateTime.formatIso),
      Option.some("2031-04-02T13:15:00.000Z")
    )
    assert.deepStrictEqual(
      Option.map(contact.udate, DateTime.formatIso),
      Option.some("2031-04-02T13:15:01.000Z")
    )
    assert.isFalse(contact.deleted)
    assert.deepStrictEqual(contact.bouncedHard, Option.some(true))
  })

  it("is decoded without its dates, flags and address, which are then not known", () => {
    for (const rest of [{}, { email: null, cdate: null, udate: null, deleted: null, bounced_hard: null }]) {
      const contact = decode({ id: 9101, ...rest })
      assert.strictEqual(contact.id, "9101")
      assert.strictEqual(contact.email, "")
      assert.isTrue(Option.isNone(contact.cdate) && Option.isNone(contact.udate))
      assert.isFalse(contact.deleted)
      assert.deepStrictEqual(contact.bouncedHard, Option.none())
    }
  })

  it("must have text as its address, with half characters replaced", () => {
    for (const email of [7, true, {}, ["a@x.test"]]) assert.throws(() => decode({ id: "1", email }))
    assert.strictEqual(decode({ id: "1", email: "b\udfff@x.test" }).email, "b\ufffd@x.test")
  })

  it("counts as deleted if the flag says so in any of its forms", () => {
    for (const deleted of ["1", 1, true]) assert.isTrue(decode({ id: "1", deleted }).deleted)
    for (const deleted of ["0", 0, false, "", "?"]) assert.isFalse(decode({ id: "1", deleted }).deleted)
  })

  it("counts as bounced if the flag says so in any of its forms, and as not known if it says neither", () => {
    const bounced = (wire: unknown) =>
      Option.getOrUndefined(decode({ id: "1", bounced_hard: wire }).bouncedHard)
    for (const flag of ["1", 1, true, "2", 2]) assert.isTrue(bounced(flag))
    for (const flag of ["0", 0, false]) assert.isFalse(bounced(flag))
    for (const flag of ["", "?", null, {}, -1, 0.5]) assert.isUndefined(bounced(flag))
  })

  it("must have an ID", () => {
    const ids = ["", null, -1, "0", "000", 0, "-1", "1.5", 1.5, "7x", " 7", 2 ** 53, [7], { id: 7 }, true]
    for (const wire of [{}, [], null, "9101", ...ids.map((id) => ({ id, email: "a@x.test" }))]) {
      assert.throws(() => decode(wire))
    }
  })

  it("survives being encoded and decoded again", () => {
    FastCheck.assert(
      FastCheck.property(Arbitrary.make(Schema.typeSchema(Contact.Contact)), (contact) => {
        const wire: unknown = JSON.parse(JSON.stringify(Schema.encodeSync(Contact.Contact)(contact)))
        assert.isTrue(Schema.equivalence(Contact.Contact)(decode(wire), contact))
      })
    )
  })
})

describe("a date", () => {
  it("is read in each of the forms the service writes", () => {
    assert.deepStrictEqual(iso("2031-04-02T08:15:00-05:00"), Option.some("2031-04-02T13:15:00.000Z"))
    assert.deepStrictEqual(iso("2031-04-02T08:15:00Z"), Option.some("2031-04-02T08:15:00.000Z"))
    assert.deepStrictEqual(iso("2031-04-02 08:15:00"), Option.some("2031-04-02T08:15:00.000Z"))
  })

  it.each([
    "0000-00-00",
    "0000-00-00 00:00:00",
    "",
    "yesterday",
    "2031-02-30 08:15:00",
    "2031-13-01 08:15:00",
    "2031-04-02 25:15:00",
    "2031-04-02",
    0,
    null,
    false,
    {}
  ])("is not known if it says %j", (value) => {
    assert.deepStrictEqual(Contact.parseDate(value), Option.none())
  })

  it("never throws for any value", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.oneof(FastCheck.string(), FastCheck.jsonValue()), (value) => {
        Contact.parseDate(value)
      })
    )
  })
})

describe("a page of contacts", () => {
  const page = Schema.decodeUnknownSync(Contact.ContactsPage)

  it("has a total as a string, as a number, or not known", () => {
    for (const total of ["2", 2]) {
      assert.deepStrictEqual(page({ contacts: [], meta: { total } }).total, Option.some(2))
    }
    for (const meta of [{}, { total: "many" }, { total: -1 }, { total: 1.5 }, [], null, "2"]) {
      assert.deepStrictEqual(page({ contacts: [], meta }).total, Option.none())
    }
    assert.deepStrictEqual(page({ contacts: [] }).total, Option.none())
  })

  it("has no empty list instead of a missing one", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.jsonValue(), (json) => {
        const decoded = Schema.decodeUnknownOption(Contact.ContactsPage)(json)
        if (Option.isSome(decoded))
          assert.isTrue(typeof json === "object" && json !== null && "contacts" in json)
      })
    )
    for (const contacts of [undefined, null, "", 0, true]) assert.throws(() => page({ contacts }))
  })

  const read = (contacts: unknown) => {
    const { contacts: found, unreadable } = page({ contacts })
    return [found.map(({ email, id }) => `${id} ${email}`), unreadable]
  }

  it("keeps the contacts that can be read, and counts the items that cannot", () => {
    const [a, b] = [
      { id: "1", email: "a@x.test" },
      { id: 2, email: "b@x.test" }
    ]
    const both = ["1 a@x.test", "2 b@x.test"]
    assert.deepStrictEqual(read([a, b]), [both, 0])
    const odd = [null, "3", 3, [], [a], {}, { email: "c@x.test" }, { id: "0" }, { id: "3", email: 3 }]
    for (const item of odd) assert.deepStrictEqual(read([a, item, b]), [both, 1], JSON.stringify(item))
    assert.deepStrictEqual(read(odd), [[], odd.length])
  })

  it("reads a list that came as an object, and counts that as one more oddity", () => {
    const contact = { id: "1", email: "a@x.test" }
    assert.deepStrictEqual(read({}), [[], 1])
    assert.deepStrictEqual(read({ "0": contact }), [["1 a@x.test"], 1])
    assert.deepStrictEqual(read({ "3": contact, more: null }), [["1 a@x.test"], 2])
    assert.deepStrictEqual(read(contact), [[], 3])
  })

  it("uses neither of two contacts with one ID, unless they are equal", () => {
    const contact = { id: "1", email: "a@x.test", deleted: "0" }
    const other = { id: "2", email: "b@x.test" }
    assert.deepStrictEqual(read([contact, other, { ...contact, id: 1 }]), [
      ["1 a@x.test", "2 b@x.test", "1 a@x.test"],
      0
    ])
    for (const second of [
      { ...contact, email: "z@x.test" },
      { ...contact, deleted: "1" }
    ]) {
      assert.deepStrictEqual(read([contact, other, second]), [["2 b@x.test"], 2])
      assert.deepStrictEqual(read([second, contact, contact]), [[], 3])
    }
  })

  it("survives being encoded and decoded again, with its unreadable items", () => {
    const decoded = page({ contacts: [null, { id: "1", email: "a@x.test" }], meta: { total: "2" } })
    const again = page(Schema.encodeSync(Contact.ContactsPage)(decoded))
    assert.isTrue(Schema.equivalence(Contact.ContactsPage)(again, decoded))
  })
})
