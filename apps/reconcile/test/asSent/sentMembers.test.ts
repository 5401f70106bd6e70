import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { payload, type Sends } from "../../src/asSent/Sends.js"
import { sentMembers } from "../../src/asSent/sentMembers.js"

/** `kind name=value` of each member, with `?` if it has an odd shape. */
const membersOf = (sends: Sends, cells: Readonly<Record<string, unknown>>) =>
  sentMembers(sends, (column) => cells[column]).map(
    ({ isOdd, kind, name, value }) => `${kind} ${name}=${value}${isOdd === true ? "?" : ""}`
  )

describe("the members of a contact", () => {
  it.each<
    readonly [what: string, contact: Readonly<Record<string, unknown>>, members: ReadonlyArray<string>]
  >([
    ["an empty name overwrites", { first_name: "", last_name: null }, ["first_name ="]],
    [
      "a number is its text",
      { phone: 5, customer_acct_name: true },
      ["phone =5", "customer_acct_name =true?"]
    ],
    [
      "a field has an ID and a value",
      { fields: [{ id: " 12 ", value: 5.5 }, { id: 13, value: null }, { value: "x" }, "x"] },
      ["field 12=5.5", "field without an ID=x?", "field without an ID=x?"]
    ],
    ["an empty tag is none", { tags: [" vip ", "", " ", null, 7] }, ["tag vip=", "tag 7="]],
    [
      "a list has the member listid",
      { subscribe: [{ listid: " 3 " }, 4], unsubscribe: [{ listid: 5 }, { id: 6 }] },
      ["subscribe 3=", "subscribe 4=?", "unsubscribe 5=", "unsubscribe without an ID=?"]
    ],
    [
      "what should be in a list is odd",
      { tags: "vip", fields: { "12": "x" }, subscribe: 3 },
      ["field 12=x?", "tag vip=?", "subscribe 3=?"]
    ],
    [
      "a list that PHP wrote as an object is odd",
      {
        fields: { "0": { id: 12, value: "x" }, "2": { id: 13, value: "y" } },
        tags: { "1": "vip" },
        subscribe: { "1": { listid: 3 } }
      },
      ["field 12=x?", "field 13=y?", "tag vip=?", "subscribe 3=?"]
    ],
    [
      "what is under another key is odd",
      {
        fields: [
          { id: 12, text: "x" },
          { field: 13, value: "y" }
        ],
        subscribe: [{ list: 3 }]
      },
      ['field 12={"id":12,"text":"x"}?', "field without an ID=y?", "subscribe without an ID=?"]
    ],
    [
      "nothing is nothing in any shape",
      {
        fields: [{ id: 12 }, { id: 13, value: null }, {}, null, ""],
        tags: [" ", null],
        subscribe: [{}, { listid: null }, null, " "],
        unsubscribe: {}
      },
      []
    ]
  ])("of a request: %s", (_, contact, members) => {
    assert.deepStrictEqual(membersOf(payload, contact), members)
  })

  it.each<readonly [what: string, sends: Sends, members: ReadonlyArray<string>]>([
    ["an empty cell was left out", { first_name: { column: "Empty" }, last_name: { column: "Space" } }, []],
    ["or sent", { first_name: { column: "Empty" }, empty: "sent" }, ["first_name ="]],
    ["a column that the row lacks was not sent", { first_name: { column: "Other" }, empty: "sent" }, []],
    ["a field is named without white space", { fields: { " 12 ": { column: "Name" } } }, ["field 12=Ada"]],
    [
      "a cell has tags with a separator",
      { tags: [{ column: "Tags", separator: ";" }, { value: " all " }] },
      ["tag vip=", "tag big=", "tag all="]
    ],
    [
      "a cell has one tag without one",
      { tags: [{ column: "Tags" }, { column: "Empty" }] },
      ["tag vip; ;big="]
    ],
    ["a cell may be a list of tags", { tags: [{ column: "List" }] }, ["tag a=", "tag b=", "tag 7="]],
    [
      "a cell that is neither text nor number has an odd shape",
      {
        first_name: { column: "List" },
        fields: { "12": { column: "Object" } },
        tags: [{ column: "Object", separator: ";" }, { column: "Mixed" }]
      },
      ['first_name =[" a","b "," ",7]?', 'field 12={"x;y":1}?', 'tag {"x;y":1}=?', "tag a=", "tag true=?"]
    ],
    ["lists are given for all rows", { subscribe: [3], unsubscribe: [4] }, ["subscribe 3=", "unsubscribe 4="]]
  ])("of a table: %s", (_, sends, members) => {
    const row = {
      Name: "Ada",
      Empty: "",
      Space: " ",
      Tags: "vip; ;big",
      List: [" a", "b ", " ", 7],
      Object: { "x;y": 1 },
      Mixed: ["a", true]
    }
    assert.deepStrictEqual(membersOf(sends, row), members)
  })
})

/** What holds a value in turn, as a tool might write it. */
const wrapped = (value: unknown, shape: string): unknown =>
  shape === "list" ? [value] : shape === "two" ? { id: 12, other: value } : { [shape]: value }

const shapesOf = (...shapes: ReadonlyArray<string>) =>
  fc.array(fc.constantFrom("list", ...shapes), { maxLength: 3 })

describe("a value in the body of a request", () => {
  it("is counted in whatever shape it was sent, and is odd in any but the one that a bulk import takes", () => {
    const kinds = {
      fields: { shapes: shapesOf("value", "two", "12", "0"), right: undefined },
      tags: { shapes: shapesOf("tag", "0"), right: "[7]" },
      subscribe: { shapes: shapesOf("listid", "id", "0"), right: '[{"listid":7}]' },
      unsubscribe: { shapes: shapesOf("listid", "list", "7"), right: '[{"listid":7}]' },
      phone: { shapes: shapesOf("value", "0"), right: "7" }
    }
    for (const [kind, { right, shapes }] of Object.entries(kinds)) {
      fc.assert(
        fc.property(shapes, (all) => {
          const value = all.reduce<unknown>(wrapped, 7)
          const members = sentMembers(payload, (name) => (name === kind ? value : undefined))
          assert.isAbove(members.length, 0)
          const isRight = JSON.stringify(value) === right
          for (const { isOdd } of members) assert.strictEqual(isOdd === true, !isRight)
        })
      )
    }
    assert.deepStrictEqual(membersOf(payload, { fields: [{ id: 12, value: 7 }] }), ["field 12=7"])
  })

  it("has the ID of its field or list in one form, whatever zeros and white space it was sent with", () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom("", "0", "00"), fc.constantFrom("", " "), (id, zeros, space) => {
        const spelled = `${space}${zeros}${id}${space}`
        const body = { fields: [{ id: spelled, value: "x" }], subscribe: [{ listid: spelled }] }
        const mapping: Sends = { fields: { [spelled]: { value: "x" } }, subscribe: [`${zeros}${id}`] }
        const members = [`field ${id}=x`, `subscribe ${id}=`]
        assert.deepStrictEqual(membersOf(payload, body), members)
        assert.deepStrictEqual(membersOf(mapping, {}), members)
      })
    )
  })
})
