import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import {
  type ActiveCampaignClient,
  BulkImport,
  type ContactDetails,
  ContactId,
  Contacts,
  RateBudget,
  type Resolved,
  RetryPolicy
} from "effect-activecampaign"
import { Scenario, Simulator, Truth } from "effect-activecampaign-simulator"
import { coreLayer, get } from "./support.js"

type Input = Scenario.ScenarioInput
type Account = NonNullable<Input["account"]>

const layerOf = (input: Input, options: Partial<ActiveCampaignClient.Options> = {}) =>
  Contacts.layer.pipe(
    Layer.provideMerge(coreLayer(Scenario.make({ rateLimit: null, ...input }), options)),
    Layer.provide(RateBudget.layerUnlimited)
  )

const detailsOf = (...ids: ReadonlyArray<string>) =>
  Effect.map(
    Stream.runCollect(Contacts.details(Stream.fromIterable(ids.map((id) => ContactId.make(id))))),
    Chunk.toReadonlyArray
  )

/** What a contact holds, in short. A part that may be incomplete has a question mark, one that is missing a dash. */
const shown = (found: Resolved.ResolvedInDetail) => {
  if (found._tag === "Gone") return "gone"
  const { fieldValues, firstName, lists, tags } = found.details
  const rowsOf = <Row>(
    part: { readonly _tag: string; readonly rows?: ReadonlyArray<Row> },
    word: (row: Row) => string
  ) =>
    part.rows === undefined ? "-" : `${part.rows.map(word).join(",")}${part._tag === "Incomplete" ? "?" : ""}`
  return [
    Option.getOrElse(firstName, () => "-"),
    rowsOf(fieldValues, ({ field, value }) => `${field}=${value}`),
    rowsOf(tags, ({ name, tag }) => Option.getOrElse(name, () => tag)),
    rowsOf(lists, ({ list, status }) => `${list}:${status}`)
  ].join(" | ")
}

const ada = {
  contactId: "1",
  email: "ada@example.test",
  holds: {
    firstName: "Ada",
    fields: { "12": "Acme", "13": "||a||b||" },
    tags: ["vip", "new"],
    lists: { "3": 1, "4": 2 }
  }
}
const bob = { contactId: "2", email: "bob@example.test" }
const whole = "Ada | 12=Acme,13=||a||b|| | vip,new | 3:1,4:2"

const heldIn = (account: Account) =>
  Effect.map(detailsOf("1", "2"), (found) => found.map(shown)).pipe(
    Effect.provide(layerOf({ account: { existing: [ada, bob], ...account } }, { retry: RetryPolicy.none }))
  )

describe("what contacts hold", () => {
  it.effect("comes with the contacts", () =>
    Effect.map(heldIn({}), (held) => assert.deepStrictEqual(held, [whole, " |  |  | "]))
  )

  it.effect.each([
    ["numbers", [whole, " |  |  | "]],
    ["objects", ["Ada | 12=Acme,13=||a||b||? | vip,new? | 3:1,4:2?", " | ? | ? | ?"]],
    ["null", ["Ada | - | - | -", " | - | - | -"]],
    ["half-broken", ["Ada | 12=Acme? | vip? | 3:1?", " | ? | ? | ?"]],
    ["strangers", ["Ada | ? | ? | ?", " | ? | ? | ?"]],
    ["cut", ["Ada | 12=Acme? | vip? | 3:1?", " |  |  | "]]
  ] as const)("is never taken for something else if the lists come as %s", ([as, expected]) =>
    Effect.map(heldIn({ include: { as } }), (held) => assert.deepStrictEqual(held, [...expected]))
  )

  it.effect.each([
    ["ignored", ["Ada | - | - | -", " | - | - | -"]],
    ["refused", ["- | - | - | -", "- | - | - | -"]],
    ["drops-ids", ["- | - | - | -", "- | - | - | -"]]
  ] as const)("is not known if `include` is %s, and the contacts are", ([effect, expected]) =>
    Effect.map(
      heldIn({
        include: { effect },
        existing: [ada, bob, { contactId: "3", email: "cy@example.test" }]
      }),
      (held) => assert.deepStrictEqual(held, [...expected])
    )
  )

  it.effect("is given up if `include` takes too long, and the contacts are not", () =>
    Effect.gen(function* () {
      const account = { existing: [ada, bob], include: { takes: 60_000 } }
      const layer = layerOf({ account }, { retry: RetryPolicy.none, timeout: "5 seconds" })
      const asking = Effect.map(detailsOf("1", "2"), (found) => found.map(shown))
      const fiber = yield* Effect.fork(Effect.provide(asking, layer))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* Fiber.join(fiber), ["- | - | - | -", "- | - | - | -"])
    })
  )

  it.effect("is known of one contact by itself, its tags by ID", () =>
    Effect.gen(function* () {
      const contacts = yield* Contacts.Contacts
      assert.strictEqual(
        shown(yield* contacts.detailsByItself(ContactId.make("1"))),
        "Ada | 12=Acme,13=||a||b|| | - | 3:1,4:2"
      )
      assert.strictEqual(
        shown(yield* contacts.detailsByItself(ContactId.make("1"), { tags: true })),
        "Ada | 12=Acme,13=||a||b|| | 1,2 | 3:1,4:2"
      )
      assert.strictEqual(shown(yield* contacts.detailsByItself(ContactId.make("9"))), "gone")
    }).pipe(Effect.provide(layerOf({ account: { existing: [ada, bob] } })))
  )

  it.effect("is the same page under `/contactLists` and `/contactTags`, whatever the filter", () =>
    Effect.gen(function* () {
      for (const path of ["/contactLists", "/contactTags"]) {
        const all = yield* get(`/api/3${path}`)
        assert.include(all.body, '"contact":"1"')
        assert.strictEqual((yield* get(`/api/3${path}?filters[contact]=2`)).body, all.body)
        assert.strictEqual((yield* get(`/api/3${path}`, { token: "wrong" })).status, 403)
      }
    }).pipe(Effect.provide(layerOf({ account: { existing: [ada, bob] } })))
  )
})

const stages = { unset: 0, waiting: 0, claimed: 0, active: 0 }
const sends = {
  first_name: "",
  tags: ["VIP", "gold"],
  fields: [
    { id: 12, value: "Apex" },
    { id: "14", value: "2031-04-02" }
  ],
  subscribe: [{ listid: 4 }, { listid: 5 }],
  unsubscribe: [{ listid: 3 }]
}
type Mishaps = NonNullable<NonNullable<NonNullable<Input["batches"]>[number]["contacts"]>[number]["mishaps"]>

const imported = (mishaps: Mishaps, account: Account = {}) =>
  Scenario.make({
    rateLimit: null,
    account: { existing: [ada], ...account },
    batches: [
      { batchId: "b-1", stages, contacts: [{ email: ada.email, becomes: "updated", sends, mishaps }] }
    ]
  })

/** What contact 1 holds by the truth and by the answers, which must agree. */
const after = (scenario: Scenario.Scenario) =>
  Effect.gen(function* () {
    yield* TestClock.adjust("1 minute")
    const [one] = yield* detailsOf("1")
    assert(one?._tag === "Detailed")
    const truth = Truth.holdingsAt(scenario, 60_000).get("1")
    assert(truth !== undefined)
    const { fields, firstName, lists, tags } = truth
    const words = (record: { readonly [key: string]: unknown }, sign: string) =>
      Object.entries(record)
        .map(([key, value]) => `${key}${sign}${value}`)
        .join(",")
    const line = shown(one)
    assert.strictEqual(line, [firstName, words(fields, "="), tags.join(","), words(lists, ":")].join(" | "))
    return line
  }).pipe(
    Effect.provide(
      Contacts.layer.pipe(Layer.provideMerge(coreLayer(scenario)), Layer.provide(RateBudget.layerUnlimited))
    )
  )

describe("an import", () => {
  it.effect("writes what it sends: empty texts overwrite, tags are added, who left a list stays away", () =>
    Effect.map(after(imported([])), (line) =>
      assert.strictEqual(line, " | 12=Apex,13=||a||b||,14=2031-04-02 | vip,new,gold | 3:2,4:2,5:1")
    )
  )

  it.effect("drops the value of a field that the account does not have", () =>
    Effect.map(after(imported([], { fields: [{ id: "12", title: "Company" }] })), (line) =>
      assert.strictEqual(line, " | 12=Apex,13=||a||b|| | vip,new,gold | 3:2,4:2,5:1")
    )
  )

  it.effect.each([
    [{ _tag: "FieldDropped", field: "12" }, "12=Acme,13=||a||b||,14=2031-04-02 | vip,new,gold | 3:2,4:2,5:1"],
    [{ _tag: "DateLost", field: "14" }, "12=Apex,13=||a||b||,14=1899-11-30 | vip,new,gold | 3:2,4:2,5:1"],
    [
      { _tag: "TagMisspelt", tag: "gold", as: "glod" },
      "12=Apex,13=||a||b||,14=2031-04-02 | vip,new,glod | 3:2,4:2,5:1"
    ],
    [{ _tag: "MadeActive", list: "4" }, "12=Apex,13=||a||b||,14=2031-04-02 | vip,new,gold | 3:2,4:1,5:1"],
    [
      { _tag: "EditedLater", field: "12", value: "Acme & Co", after: 30_000 },
      "12=Acme & Co,13=||a||b||,14=2031-04-02 | vip,new,gold | 3:2,4:2,5:1"
    ]
  ] as const)("may go wrong: %o", ([mishap, expected]) =>
    Effect.map(after(imported([mishap])), (line) => assert.strictEqual(line, ` | ${expected}`))
  )

  it("moves the time of the last change when it is edited later", () => {
    const edited = imported([{ _tag: "EditedLater", field: "12", value: "x", after: 30_000 }])
    const updatedAt = (millis: number) => Truth.contactsAt(edited, millis)[0]?.updatedAt
    assert.deepStrictEqual([updatedAt(29_999), updatedAt(30_000)], [0, 30_000])
  })

  it("stays as it was imported if the contact was deleted before it would have been edited", () => {
    const contact = {
      email: "a@example.test",
      contactId: "1",
      sends: { fields: [{ id: "12", value: "Acme" }] }
    }
    const mishaps = [{ _tag: "EditedLater" as const, field: "12", value: "x", after: 30_000 }]
    const gone = Scenario.make({
      batches: [
        { batchId: "a", stages, contacts: [{ ...contact, deletedAfterwards: true, mishaps }] },
        { batchId: "b", stages, submittedAt: 10_000, contacts: [contact] }
      ]
    })
    assert.deepStrictEqual(Truth.holdingsAt(gone, 60_000).get("1")?.fields, { "12": "Acme" })
  })

  it.effect("that is submitted writes, too, with the mishaps of submissions", () =>
    Effect.gen(function* () {
      yield* BulkImport.submit({ contacts: [{ email: "new@example.test", ...sends }] })
      yield* TestClock.adjust("1 minute")
      const found = yield* Stream.runCollect(Contacts.walkDetails())
      assert.deepStrictEqual(Chunk.toReadonlyArray(found).map(shown), [
        " | 14=2031-04-02 | VIP,gold | 3:2,4:1,5:1"
      ])
    }).pipe(
      Effect.provide(layerOf({ submissions: { stages, mishaps: [{ _tag: "FieldDropped", field: "12" }] } }))
    )
  )
})

describe("for any account and any shape of the lists", () => {
  const text = FastCheck.constantFrom("", "Acme", "||a||b||", "7", "ü")
  const key = FastCheck.constantFrom("3", "12", "13", "14")
  const holds = FastCheck.record({
    fields: FastCheck.dictionary(key, text),
    tags: FastCheck.uniqueArray(FastCheck.constantFrom("vip", "new", "gold", "x")),
    lists: FastCheck.dictionary(key, FastCheck.constantFrom(0, 1, 2, 3, 91))
  })
  const worlds = FastCheck.record({
    held: FastCheck.array(holds, { minLength: 1, maxLength: 8 }),
    as: FastCheck.constantFrom(
      "lists" as const,
      "numbers" as const,
      "objects" as const,
      "null" as const,
      "half-broken" as const,
      "strangers" as const,
      "cut" as const
    ),
    effect: FastCheck.constantFrom(
      "served" as const,
      "ignored" as const,
      "refused" as const,
      "drops-ids" as const
    )
  })

  /** Whether a part says nothing that is not so, and if it is complete, everything that is. */
  const agrees = <Row>(
    part: ContactDetails.Part<Row>,
    word: (row: Row) => string,
    truth: ReadonlyArray<string>
  ) => {
    if (part._tag === "NotSideloaded") return true
    const said = part.rows.map(word)
    return (
      said.every((one) => truth.includes(one)) && (part._tag === "Incomplete" || said.length === truth.length)
    )
  }

  it("no part says what is not so, and a complete part says all", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(worlds, async ({ as, effect, held }) => {
        const existing = held.map((one, index) => ({
          contactId: String(index + 1),
          email: `c${index}@example.test`,
          holds: one
        }))
        const found = await Effect.runPromise(
          detailsOf(...existing.map(({ contactId }) => contactId)).pipe(
            Effect.provide(
              layerOf({ account: { existing, include: { as, effect } } }, { retry: RetryPolicy.none })
            )
          )
        )
        assert.lengthOf(found, held.length)
        for (const [index, one] of found.entries()) {
          assert(one._tag === "Detailed")
          const { fields = {}, lists = {}, tags = [] } = held[index] ?? {}
          const { details } = one
          const pairs = (record: { readonly [key: string]: unknown }) =>
            Object.entries(record).map(([key, value]) => `${key}=${value}`)
          assert.isTrue(agrees(details.fieldValues, ({ field, value }) => `${field}=${value}`, pairs(fields)))
          assert.isTrue(agrees(details.tags, ({ name }) => Option.getOrElse(name, () => "?"), tags))
          assert.isTrue(agrees(details.lists, ({ list, status }) => `${list}=${status}`, pairs(lists)))
          if (as === "lists" && effect === "served") assert.strictEqual(details.fieldValues._tag, "Complete")
        }
      }),
      { numRuns: 300 }
    ))
})

describe("details of an account of 10,000 contacts with 12 fields", () => {
  it.effect("take no more calls than resolving", () =>
    Effect.gen(function* () {
      const fields = Object.fromEntries(
        Array.from({ length: 12 }, (_, index) => [String(index + 1), `v${index}`])
      )
      const existing = Array.from({ length: 10_000 }, (_, index) => ({
        contactId: String(index + 1),
        email: `c${index}@example.test`,
        holds: { fields }
      }))
      const ids = Stream.map(Stream.range(1, 10_000), (id) => ContactId.make(String(id)))
      const { complete, requests } = yield* Effect.gen(function* () {
        const complete = yield* Contacts.details(ids).pipe(
          Stream.filter(
            (found) =>
              found._tag === "Detailed" &&
              found.details.fieldValues._tag === "Complete" &&
              found.details.fieldValues.rows.length === 12
          ),
          Stream.runCount
        )
        return { complete, requests: yield* Simulator.requests }
      }).pipe(Effect.provide(layerOf({ account: { existing } })))
      assert.deepStrictEqual([complete, requests.length], [10_000, 100])
    })
  )
})
