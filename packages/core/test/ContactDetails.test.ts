import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Either, Option, Stream } from "effect"
import { idOf } from "./account.js"
import {
  include,
  contact,
  range,
  json,
  served,
  running,
  detailsOf,
  read,
  values,
  tags,
  lists
} from "./contactDetails.js"

describe("the details of contacts", () => {
  it.effect("come with the same calls as their addresses", () =>
    Effect.gen(function* () {
      const { calls, result, sideloading } = yield* running(() => json(served), detailsOf([1, 2]))
      assert.deepStrictEqual(calls, [
        `/contacts?ids%5B%5D=1&ids%5B%5D=2&orders%5Bid%5D=ASC&limit=100&status=-1&include=${encodeURIComponent(include)}`
      ])
      assert.strictEqual(sideloading, "served")
      const [first] = Either.getOrThrow(result)
      assert(first?._tag === "Detailed")
      assert.deepStrictEqual(
        [first.details.firstName, first.details.lastName, first.details.phone, first.details.organization],
        [Option.some("Ada"), Option.some(""), Option.some("555"), Option.none()]
      )
      const [employed] = yield* read({ contacts: [{ ...contact(1), orgname: "ACME" }, contact(2)] })
      assert.deepStrictEqual(employed.organization, Option.some("ACME"))
      assert.isTrue(Option.isSome(first.contact.udate))
    })
  )

  it.effect("are the values, tags and lists that the answer has for each contact", () =>
    Effect.map(read({}), ([first, second]) => {
      assert.deepStrictEqual(
        [values(first), tags(first), lists(first)],
        ["all: 12=Acme 13=||a||b||", "all: 7=vip 8=?", "all: "]
      )
      assert.deepStrictEqual([values(second), tags(second), lists(second)], ["all: ", "all: ", "all: 3=2"])
    })
  )

  it.effect("are not known where the answer has no list, and none where the contact names no row", () =>
    Effect.gen(function* () {
      const contacts = [{ ...contact(1), contactLists: [] }, contact(2)]
      const [first] = yield* read({ contacts, fieldValues: undefined, contactTags: null, contactLists: [] })
      assert.deepStrictEqual(
        [values(first), tags(first), lists(first)],
        ["not sideloaded", "not sideloaded", "all: "]
      )
    })
  )

  it.effect("may be more than an empty list of a page shows whose contacts do not name their rows", () =>
    Effect.gen(function* () {
      const contacts = [contact(1), { ...contact(2), fieldValues: [] }]
      const [first, second] = yield* read({ contacts, fieldValues: [], contactTags: {} })
      assert.deepStrictEqual(
        [values(first), tags(first), lists(first)],
        ["some (empty): ", "some (unreadable): ", "all: "]
      )
      assert.deepStrictEqual(
        [values(second), tags(second), lists(second)],
        ["all: ", "some (unreadable): ", "all: 3=2"]
      )
    })
  )

  const row = { contact: "1", field: "12", value: "Acme" }
  const whole = { contacts: [contact(1), contact(2)] }
  it.effect.each([
    ["a row that is null", [row, null], "some (unreadable): 12=Acme", "some (unreadable): "],
    [
      "a row of nobody",
      [row, { field: "12", value: "x" }],
      "some (unreadable): 12=Acme",
      "some (unreadable): "
    ],
    [
      "a row of a stranger",
      [row, { ...row, contact: "9" }],
      "some (strangers): 12=Acme",
      "some (strangers): "
    ],
    ["a row without a field", [row, { ...row, field: null }], "some (unreadable): 12=Acme", "all: "],
    [
      "a value that is a list",
      [row, { ...row, field: "13", value: ["x"] }],
      "some (unreadable): 12=Acme",
      "all: "
    ],
    ["a value that lost digits", [{ ...row, value: 2 ** 60 }], "some (unreadable): ", "all: "],
    [
      "the ID of a field that lost digits",
      [row, { ...row, field: 2 ** 60 }],
      "some (unreadable): 12=Acme",
      "all: "
    ],
    ["half of a character", [{ ...row, value: "a\ud83d" }], "all: 12=a\ufffd", "all: "],
    ["two values of one field", [row, { ...row, value: "Apex" }, row], "some (conflicting): ", "all: "],
    ["a row twice", [row, row], "all: 12=Acme", "all: "],
    ["null for a value", [{ ...row, value: null }], "all: 12=", "all: "],
    ["numbers for texts", [{ contact: 1, field: 12, value: 1.5 }], "all: 12=1.5", "all: "],
    ["an object for a list", { "0": row }, "some (unreadable): 12=Acme", "some (unreadable): "],
    ["a text for a list", "Acme", "some (unreadable): ", "some (unreadable): "]
  ] as const)("survive %s", ([, fieldValues, first, second]) =>
    Effect.map(read({ ...whole, fieldValues }), (details) => {
      assert.deepStrictEqual(details.map(values), [first, second])
      assert.deepStrictEqual(details.map(lists), ["all: ", "all: 3=2"])
    })
  )

  it.effect("are incomplete if the contact names more rows than the answer shows", () =>
    Effect.gen(function* () {
      const [first, second] = yield* read({
        contacts: [
          { ...contact(1), fieldValues: ["31", "32", "33"] },
          { ...contact(2), contactTags: ["43"], contactLists: ["51"] }
        ]
      })
      assert.strictEqual(values(first), "some (withheld): 12=Acme 13=||a||b||")
      assert.deepStrictEqual([tags(second), lists(second)], ["some (withheld): ", "all: 3=2"])
    })
  )

  it.effect("count a row that the contact names twice, or that the answer shows twice, once", () =>
    Effect.gen(function* () {
      const contacts = [
        { ...contact(1), fieldValues: ["31", "31"] },
        { ...contact(2), fieldValues: ["33", "34"] }
      ]
      const other = { contact: "2", field: "12", value: "Apex" }
      const [first, second] = yield* read({ contacts, fieldValues: [row, other, other] })
      assert.deepStrictEqual([values(first), values(second)], ["all: 12=Acme", "some (withheld): 12=Apex"])
    })
  )

  it.effect("are not known where two rows differ, and in two contacts with one ID", () =>
    Effect.gen(function* () {
      const [first, second] = yield* read({
        contacts: [
          { ...contact(1), firstName: "Ada" },
          { ...contact(1), firstName: "Eve" },
          { ...contact(2), firstName: "Bob" },
          { ...contact(2), firstName: "Bob" }
        ],
        tags: [
          { id: "7", tag: "vip" },
          { id: "7", tag: "gold" }
        ],
        contactLists: ["1", "2", "1"].map((status) => ({ contact: "2", list: "3", status }))
      })
      assert.deepStrictEqual([first.firstName, second.firstName], [Option.none(), Option.some("Bob")])
      assert.deepStrictEqual([tags(first), lists(second)], ["all: 7=? 8=?", "some (conflicting): "])
    })
  )

  it.effect("do not hide that a contact is gone, or that the page is incomplete", () =>
    Effect.gen(function* () {
      const gone = yield* running(() => json(served), detailsOf([1, 2, 3]))
      assert.deepStrictEqual(
        Either.getOrThrow(gone.result).map(({ _tag }) => _tag),
        ["Detailed", "Detailed", "Gone"]
      )
      const cut = yield* running(
        (_url, call) => json({ ...served, contacts: call === 1 ? [...served.contacts, null] : [null] }),
        detailsOf([1, 2, 3])
      )
      assert.strictEqual(Either.getOrThrow(Either.flip(cut.result))._tag, "AnswerIncomplete")
    })
  )
})

describe("asking for many", () => {
  it.effect("takes 100 calls for 10,000 contacts with 12 fields each", () =>
    Effect.gen(function* () {
      const { calls, result } = yield* running(
        (url) => {
          const ids = url.searchParams.getAll("ids[]")
          return json({
            contacts: ids.map((id) => contact(Number(id))),
            fieldValues: ids.flatMap((id) =>
              range(1, 12).map((field) => ({ contact: id, field: String(field), value: `v${id}-${field}` }))
            ),
            contactTags: [],
            contactLists: [],
            meta: { total: String(ids.length) }
          })
        },
        (service) =>
          service.details(Stream.map(Stream.range(1, 10_000), (id) => idOf(String(id)))).pipe(
            Stream.filter(
              (found) =>
                found._tag === "Detailed" &&
                values(found.details) ===
                  `all: ${range(1, 12)
                    .map((field) => `${field}=v${found.id}-${field}`)
                    .join(" ")}`
            ),
            Stream.runCount
          )
      )
      assert.deepStrictEqual([Either.getOrThrow(result), calls.length], [10_000, 100])
    })
  )

  it.effect("keeps only a few pages ahead of who reads them", () =>
    Effect.gen(function* () {
      const { calls, result } = yield* running(
        (url) => json({ contacts: url.searchParams.getAll("ids[]").map((id) => contact(Number(id))) }),
        (service) =>
          service
            .details(
              Stream.map(
                Stream.iterate(1, (id) => id + 1),
                (id) => idOf(String(id))
              )
            )
            .pipe(Stream.take(1000), Stream.runCount)
      )
      assert.strictEqual(Either.getOrThrow(result), 1000)
      assert.isAtMost(calls.length, 10 + 25)
    })
  )

  it.effect("as requests made together takes one call for each hundred", () =>
    Effect.gen(function* () {
      const { calls, result } = yield* running(
        () => json(served),
        (service) => Effect.forEach(["1", "2", "1"].map(idOf), service.detailsById, { batching: true })
      )
      assert.deepStrictEqual(
        Either.getOrThrow(result).map(({ _tag, id }) => `${_tag} ${id}`),
        ["Detailed 1", "Detailed 2", "Detailed 1"]
      )
      assert.lengthOf(calls, 1)
    })
  )

  it.effect("by walking takes the calls of the walk", () =>
    Effect.gen(function* () {
      const { calls, result } = yield* running(
        () => json(served),
        (service) => Effect.map(Stream.runCollect(service.walkDetails()), Chunk.toReadonlyArray)
      )
      assert.deepStrictEqual(
        Either.getOrThrow(result).map(({ details }) => values(details)),
        ["all: 12=Acme 13=||a||b||", "all: "]
      )
      assert.lengthOf(calls, 1)
    })
  )
})
