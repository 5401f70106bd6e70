import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { BulkImport, Contacts, RateBudget } from "effect-activecampaign"
import { Scenario, Truth } from "effect-activecampaign-simulator"
import { type Account, ada, detailsOf, type Input, layerOf, shown } from "./holdings.js"
import { coreLayer } from "./support.js"

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

  it("leaves a contact as the batch does that comes to it last, in whatever order they were submitted", () => {
    const contact = (
      company: string,
      afterwards: { readonly deletedAfterwards: boolean } | { readonly renamedTo: string }
    ) => ({
      email: "a@example.test",
      contactId: "1",
      sends: { fields: [{ id: "12", value: company }] },
      ...afterwards
    })
    const overtaken = (isDeleted: boolean) =>
      Scenario.make({
        batches: [
          {
            batchId: "slow",
            stages: { ...stages, waiting: 60_000 },
            contacts: [
              contact("slow", isDeleted ? { deletedAfterwards: true } : { renamedTo: "slow@example.test" })
            ]
          },
          {
            batchId: "fast",
            submittedAt: 10_000,
            stages,
            contacts: [
              contact("fast", isDeleted ? { deletedAfterwards: true } : { renamedTo: "fast@example.test" })
            ]
          }
        ]
      })
    const holds = [10_000, 60_000].map((at) => Truth.holdingsAt(overtaken(false), at).get("1")?.fields)
    assert.deepStrictEqual(holds, [{ "12": "fast" }, { "12": "slow" }])
    assert.strictEqual(Truth.contactsAt(overtaken(false), 60_000)[0]?.email, "slow@example.test")
    assert.deepStrictEqual(Truth.contactsAt(overtaken(true), 60_000), [])
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
