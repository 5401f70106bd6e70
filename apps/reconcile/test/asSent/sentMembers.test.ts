import { assert, describe, it } from "@effect/vitest"
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
      ["field 12=5.5"]
    ],
    ["an empty tag is none", { tags: [" vip ", "", " ", null, 7] }, ["tag vip=", "tag 7="]],
    [
      "a list has the member listid",
      { subscribe: [{ listid: " 3 " }, 4], unsubscribe: [{ listid: 5 }, { id: 6 }] },
      ["subscribe 3=", "subscribe 4=?", "unsubscribe 5="]
    ],
    [
      "what should be in a list is odd",
      { tags: "vip", fields: { "12": "x" }, subscribe: 3 },
      ["tag vip=?", "subscribe 3=?"]
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
    ["lists are given for all rows", { subscribe: [3], unsubscribe: [4] }, ["subscribe 3=", "unsubscribe 4="]]
  ])("of a table: %s", (_, sends, members) => {
    const row = { Name: "Ada", Empty: "", Space: " ", Tags: "vip; ;big", List: [" a", "b ", " ", 7] }
    assert.deepStrictEqual(membersOf(sends, row), members)
  })
})
