import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { type ContactDetails, ContactId, Contacts, RetryPolicy } from "effect-activecampaign"
import { Simulator } from "effect-activecampaign-simulator"
import { type Account, ada, detailsOf, layerOf, shown } from "./holdings.js"
import { get } from "./support.js"

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
    ["cut", ["Ada | 12=Acme? | vip? | 3:1?", " |  |  | "]],
    ["empty", ["Ada | ? | ? | ?", " | ? | ? | ?"]]
  ] as const)("is never taken for something else if the lists come as %s", ([as, expected]) =>
    Effect.map(heldIn({ include: { as } }), (held) => assert.deepStrictEqual(held, [...expected]))
  )

  it.effect.each([
    ["ignored", ["Ada | - | - | -", " | - | - | -"]],
    ["refused", ["Ada | - | - | -", " | - | - | -"]],
    ["drops-ids", ["Ada | - | - | -", " | - | - | -"]]
  ] as const)("is known but for names if `include` is %s", ([effect, expected]) =>
    Effect.map(
      heldIn({
        include: { effect },
        existing: [ada, bob, { contactId: "3", email: "cy@example.test" }]
      }),
      (held) => assert.deepStrictEqual(held, [...expected])
    )
  )

  it.effect("is given up if `include` takes too long, but for names", () =>
    Effect.gen(function* () {
      const account = { existing: [ada, bob], include: { takes: 60_000 } }
      const layer = layerOf({ account }, { retry: RetryPolicy.none, timeout: "5 seconds" })
      const asking = Effect.map(detailsOf("1", "2"), (found) => found.map(shown))
      const fiber = yield* Effect.fork(Effect.provide(asking, layer))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* Fiber.join(fiber), ["Ada | - | - | -", " | - | - | -"])
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
      "cut" as const,
      "empty" as const
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
