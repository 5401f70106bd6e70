import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Stream } from "effect"
import { ContactDetails, type Contacts, type ContactsError } from "effect-activecampaign"
import { idOf } from "./account.js"
import type { Reply } from "./support.js"
import { contact, range, json, running, detailsOf, values, lists } from "./contactDetails.js"

describe("an account that does not serve `include`", () => {
  const ignoring = (url: URL) =>
    json({
      contacts: url.searchParams.getAll("ids[]").map((id) => contact(Number(id))),
      meta: { total: "2" }
    })

  it.effect("still gives every contact, in as many calls, and says that it was ignored", () =>
    Effect.gen(function* () {
      const { calls, result, sideloading } = yield* running(ignoring, detailsOf([1, 2]))
      assert.lengthOf(calls, 1)
      assert.strictEqual(sideloading, "ignored")
      for (const one of Either.getOrThrow(result)) {
        assert(one._tag === "Detailed")
        assert.strictEqual(values(one.details), "not sideloaded")
      }
    })
  )

  const failing: ReadonlyArray<readonly [string, (url: URL) => Reply]> = [
    ["is answered 400", () => json({ message: "no" }, 400)],
    ["is answered 504", () => json({}, 504)],
    ["is answered with something else", () => ({ body: "<html>" })],
    ["makes it ignore the filter", () => json({ contacts: [contact(9999)], meta: { total: "1" } })]
  ]
  for (const [name, instead] of failing) {
    it.effect(`costs no contact if it ${name}, and is given up in two steps`, () =>
      Effect.gen(function* () {
        const { calls, result, sideloading } = yield* running(
          (url) => (url.searchParams.has("include") ? instead(url) : ignoring(url)),
          (service) => detailsOf(range(1, 3000))(service)
        )
        const found = Either.getOrThrow(result)
        assert.strictEqual(found.filter(({ _tag }) => _tag === "Detailed").length, 3000)
        assert.strictEqual(sideloading, "refused")
        // Four calls are on their way when the second of them fails, at each of two steps.
        assert.isAtMost(calls.filter((call) => call.includes("include")).length, 12)
        assert.strictEqual(calls.filter((call) => !call.includes("include")).length, 30)
      })
    )
  }

  it.effect("is asked for less if it fails with the lists of contacts", () =>
    Effect.gen(function* () {
      const { result, sideloading } = yield* running(
        (url) => {
          if (url.searchParams.get("include")?.includes("contactLists")) return json({}, 504)
          if (!url.searchParams.has("include")) return ignoring(url)
          return json({
            contacts: url.searchParams.getAll("ids[]").map((id) => contact(Number(id))),
            fieldValues: [],
            contactTags: []
          })
        },
        (service) =>
          Effect.forEach(range(1, 4), (id) => service.detailsById(idOf(String(id))), { concurrency: 1 })
      )
      const parts = Either.getOrThrow(result).map((one) => {
        assert(one._tag === "Detailed")
        return [values(one.details), lists(one.details)]
      })
      const nothing = ["not sideloaded", "not sideloaded"]
      const less = ["all: ", "not sideloaded"]
      assert.deepStrictEqual(parts, [nothing, nothing, less, less])
      assert.strictEqual(sideloading, "served")
    })
  )

  it.effect("is asked again if a call with it works after one that failed", () =>
    Effect.gen(function* () {
      const { calls, sideloading } = yield* running(
        (url, call) => (call % 4 === 1 ? json({}, 504) : ignoring(url)),
        (service) =>
          Effect.forEach(range(1, 6), (id) => service.detailsById(idOf(String(id))), { concurrency: 1 })
      )
      assert.strictEqual(sideloading, "ignored")
      assert.strictEqual(calls.filter((call) => call.includes("include")).length, 6)
    })
  )

  const ways: ReadonlyArray<
    readonly [string, (service: Contacts.Service) => Effect.Effect<unknown, ContactsError.ContactsError>]
  > = [
    ["a stream", detailsOf([1])],
    ["a walk", (service) => Stream.runCollect(service.walkDetails())],
    ["a request", (service) => service.detailsById(idOf("1"))]
  ]
  for (const [way, ask] of ways) {
    it.effect(`is not left out of a second call that ${way} may not make`, () =>
      Effect.gen(function* () {
        let asked = 0
        const no = Effect.sync(() => {
          asked += 1
          return false
        })
        const { calls, result } = yield* running(
          () => json({ message: "no" }, 400),
          (service) => Effect.provideService(ask(service), ContactDetails.AskAgain, no)
        )
        assert.strictEqual(Either.getOrThrow(Either.flip(result))._tag, "RequestRejected")
        assert.deepStrictEqual([calls.length, asked], [1, 1])
      })
    )
  }

  it.effect("is not to blame for a token that is refused or a network that is down", () =>
    Effect.gen(function* () {
      const { calls, result, sideloading } = yield* running(
        () => json({ message: "Forbidden" }, 403),
        detailsOf([1])
      )
      assert.strictEqual(Either.getOrThrow(Either.flip(result))._tag, "AuthenticationFailed")
      assert.deepStrictEqual([calls.length, sideloading], [1, "untried"])
    })
  )
})
