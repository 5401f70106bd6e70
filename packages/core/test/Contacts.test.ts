import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Either, FastCheck, Option, Schema, Stream } from "effect"
import { ContactsError, Resolved } from "effect-activecampaign"
import { account, contactsOf, type Held, idOf, type Manners } from "./account.js"
import { withVirtualTime } from "./support.js"

const held = (...ids: ReadonlyArray<number>): Array<Held> =>
  ids.map((id) => ({ id: String(id), email: `c${id}@example.test` }))
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** Resolves IDs against an account and tells what came out, with the calls it took. */
const resolve = (ids: ReadonlyArray<string>, contacts: ReadonlyArray<Held>, manners: Manners = {}) => {
  const { calls, http } = account(contacts, manners)
  return contactsOf(http).pipe(
    Effect.flatMap((service) =>
      Stream.runCollect(service.resolve(Stream.fromIterable(ids.map((id) => idOf(id)))))
    ),
    Effect.map(Chunk.toReadonlyArray),
    Effect.either,
    Effect.map((result) => ({ calls, result })),
    Effect.scoped,
    withVirtualTime
  )
}
const words = (resolved: ReadonlyArray<Resolved.Resolved>) =>
  resolved.map((one) => (one._tag === "Link" ? `${one.id} ${one.contact.email}` : `${one.id} gone`))

describe("resolving IDs", () => {
  it.effect(
    "gives a link for each ID in the account, and reports the others as gone, in the order asked",
    () =>
      Effect.gen(function* () {
        const { result } = yield* resolve(["3", "9", "1"], held(1, 2, 3))
        assert.deepStrictEqual(
          Either.map(result, words),
          Either.right(["3 c3@example.test", "9 gone", "1 c1@example.test"])
        )
      })
  )

  it.effect("asks for each ID once, 100 in each call", () =>
    Effect.gen(function* () {
      const ids = range(1, 250).map(String)
      const { calls, result } = yield* resolve([...ids, ...ids], held(...range(1, 250)))
      assert.deepStrictEqual(
        calls.map((url) => url.searchParams.getAll("ids[]").length),
        [100, 100, 50]
      )
      assert.deepStrictEqual(
        calls.flatMap((url) => url.searchParams.getAll("ids[]")),
        ids
      )
      assert.strictEqual(Either.getOrThrow(result).length, 250)
    })
  )

  it.effect("sends exactly this", () =>
    Effect.gen(function* () {
      const { calls } = yield* resolve(["1", "2"], held(1, 2))
      assert.deepStrictEqual(calls.map(String), [
        "https://acme.api-us1.com/api/3/contacts?ids%5B%5D=1&ids%5B%5D=2&orders%5Bid%5D=ASC&limit=100&status=-1"
      ])
    })
  )

  it.effect("asks nothing for no IDs", () =>
    Effect.gen(function* () {
      const { calls, result } = yield* resolve([], held(1))
      assert.deepStrictEqual([calls, result], [[], Either.right([])])
    })
  )

  it.effect("fails if the filter was ignored, and gives no contact", () =>
    Effect.gen(function* () {
      const { result } = yield* resolve(["2"], held(1, 2), { honours: [] })
      const error = Either.getOrThrow(Either.flip(result))
      assert.instanceOf(error, ContactsError.FilterIgnored)
      assert.include(error.message, "ids[]")
      assert.include(error.message, "contact 1,")
    })
  )

  it.effect("asks again for those that a short page did not show", () =>
    Effect.gen(function* () {
      const { calls, result } = yield* resolve(range(1, 60).map(String), held(...range(1, 50)), {
        pageSize: 20
      })
      assert.strictEqual(calls.length, 3)
      const resolved = Either.getOrThrow(result)
      assert.strictEqual(resolved.filter(({ _tag }) => _tag === "Gone").length, 10)
    })
  )

  it.effect("does not mind an item that cannot be read beside all that was asked for", () =>
    Effect.gen(function* () {
      const contacts = [...held(1, 2), null]
      const { result } = yield* resolve(["1", "2"], [], {
        instead: () => ({ body: JSON.stringify({ contacts }) })
      })
      assert.deepStrictEqual(
        Either.map(result, words),
        Either.right(["1 c1@example.test", "2 c2@example.test"])
      )
    })
  )

  it.effect("fails with the error of the call", () =>
    Effect.gen(function* () {
      const { result } = yield* resolve(["1"], held(1), { instead: () => ({ status: 403, body: "{}" }) })
      assert.strictEqual(Either.getOrThrow(Either.flip(result))._tag, "AuthenticationFailed")
    })
  )

  it.effect("gives links that survive being stored and read again", () =>
    Effect.gen(function* () {
      const { result } = yield* resolve(["1", "2"], held(1))
      const codec = Schema.parseJson(Schema.Array(Schema.Union(Resolved.Link, Resolved.Gone)))
      const resolved = Either.getOrThrow(result)
      const restored = yield* Schema.decode(codec)(yield* Schema.encode(codec)(resolved))
      assert.deepStrictEqual(words(restored), words(resolved))
    })
  )

  const worlds = FastCheck.record({
    // By default, fast-check draws at most ten of them, which fit on any page.
    asked: FastCheck.array(FastCheck.integer({ min: 1, max: 300 }), { maxLength: 300, size: "max" }),
    there: FastCheck.uniqueArray(FastCheck.integer({ min: 1, max: 300 }), { maxLength: 300, size: "max" }),
    pageSize: FastCheck.constantFrom(7, 20, 100),
    total: FastCheck.constantFrom("string" as const, "number" as const, "missing" as const),
    honoured: FastCheck.boolean()
  })

  it("gives exactly one link or gone for each distinct ID, and never another contact, for any account", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(worlds, async ({ asked, honoured, pageSize, there, total }) => {
        const honours = honoured ? (["ids[]"] as const) : []
        const { result } = await Effect.runPromise(
          resolve(asked.map(String), held(...there), { pageSize, total, honours })
        )
        const distinct = [...new Set(asked)]
        if (Either.isLeft(result)) {
          assert.isFalse(honoured)
          assert.instanceOf(result.left, ContactsError.FilterIgnored)
          return
        }
        assert.deepStrictEqual(
          words(result.right),
          distinct.map((id) => (there.includes(id) ? `${id} c${id}@example.test` : `${id} gone`))
        )
      }),
      { numRuns: 30 }
    ))
})

describe("looking an address up", () => {
  const find = (address: string, contacts: ReadonlyArray<Held>, manners: Manners = {}) => {
    const { calls, http } = account(contacts, manners)
    return contactsOf(http).pipe(
      Effect.flatMap((service) => service.findByEmail(address)),
      Effect.map(Option.map((contact) => contact.id)),
      Effect.either,
      Effect.map((result) => ({ calls, result })),
      Effect.scoped
    )
  }

  it.effect("finds the contact in any letter case of the account", () =>
    Effect.gen(function* () {
      const { result } = yield* find(" ada@example.test", [{ id: "7", email: "Ada@Example.test" }])
      assert.deepStrictEqual(result, Either.right(Option.some(idOf("7"))))
    })
  )

  it.effect("finds nobody if there is nobody", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* find("x@example.test", held(1))).result, Either.right(Option.none()))
    })
  )

  it.effect("finds nobody for an empty address, and does not ask", () =>
    Effect.gen(function* () {
      const { calls, result } = yield* find("  ", [{ id: "1", email: "" }])
      assert.deepStrictEqual([calls, result], [[], Either.right(Option.none())])
    })
  )

  it.effect("sends a plus as %2B", () =>
    Effect.gen(function* () {
      const { calls } = yield* find("ada+news@example.test", [])
      assert.deepStrictEqual(calls.map(String), [
        "https://acme.api-us1.com/api/3/contacts?email=ada%2Bnews%40example.test&orders%5Bid%5D=ASC&limit=100&status=-1"
      ])
    })
  )

  it.effect("fails if the filter was ignored, even if the contact is among those shown", () =>
    Effect.gen(function* () {
      const { result } = yield* find("c2@example.test", held(1, 2), { honours: [] })
      assert.instanceOf(Either.getOrThrow(Either.flip(result)), ContactsError.FilterIgnored)
    })
  )

  it.effect("prefers the lowest ID, in any order of the contacts", () =>
    Effect.gen(function* () {
      const email = "ada@example.test"
      const { result } = yield* find(email, [
        { id: "10", email },
        { id: "9", email },
        { id: "8", email, deleted: "1" }
      ])
      assert.deepStrictEqual(result, Either.right(Option.some(idOf("9"))))
    })
  )

  it.effect("prefers a contact that is not deleted", () =>
    Effect.gen(function* () {
      const email = "ada@example.test"
      const { result } = yield* find(email, [
        { id: "1", email, deleted: "1" },
        { id: "2", email }
      ])
      assert.deepStrictEqual(result, Either.right(Option.some(idOf("2"))))
    })
  )
})
