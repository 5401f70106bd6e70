import { assert, describe, it } from "@effect/vitest"
import { HttpClient } from "@effect/platform"
import { Clock, Effect, Either, Option, Stream } from "effect"
import { ContactDetails, type Contacts, type ContactsError, RetryPolicy } from "effect-activecampaign"
import { contactsOf, idOf } from "./account.js"
import { type Reply, respond, withVirtualTime } from "./support.js"
import { contact, include, range, json, running, detailsOf, values, lists } from "./contactDetails.js"

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
    ["is answered 503", () => json({}, 503)],
    ["is answered 503 and asked to wait", () => ({ ...json({}, 503), headers: { "retry-after": "1" } })],
    ["is answered 504", () => json({}, 504)],
    ["is answered with something else", () => ({ body: "<html>" })],
    ["makes it ignore the filter", () => json({ contacts: [contact(9999)], meta: { total: "1" } })]
  ]
  for (const [name, instead] of failing) {
    it.effect(`costs no contact if it ${name}, and is given up with the first page`, () =>
      Effect.gen(function* () {
        const { calls, result, sideloading } = yield* running(
          (url) => (url.searchParams.has("include") ? instead(url) : ignoring(url)),
          (service) => detailsOf(range(1, 3000))(service)
        )
        const found = Either.getOrThrow(result)
        assert.strictEqual(found.filter(({ _tag }) => _tag === "Detailed").length, 3000)
        assert.strictEqual(sideloading, "refused")
        // Four calls are on their way when the first of them fails, each with two forms of `include`.
        assert.isAtMost(calls.filter((call) => call.includes("include")).length, 8)
        assert.strictEqual(calls.filter((call) => !call.includes("include")).length, 30)
      })
    )
  }

  it.effect.each([500, 503])(
    "takes no more calls than the retries of each form if it is answered %s",
    (status) =>
      Effect.gen(function* () {
        const asked: Array<string> = []
        const http = HttpClient.make((request, url) =>
          Effect.sync(() => {
            asked.push(url.searchParams.get("include") ?? "nothing")
            return respond(request, url.searchParams.has("include") ? json({}, status) : ignoring(url))
          })
        )
        yield* contactsOf(http, { retry: RetryPolicy.standard }).pipe(
          Effect.flatMap((service) =>
            Effect.zipRight(service.detailsById(idOf("1")), service.detailsById(idOf("2")))
          ),
          Effect.scoped,
          withVirtualTime
        )
        const times = (parts: string) => Array.from({ length: 6 }, () => parts)
        assert.deepStrictEqual(asked, [
          ...times(include),
          ...times("fieldValues,contactTags.tag"),
          "nothing",
          "nothing"
        ])
      })
  )

  it.effect("is not to blame for a rate limit, whose call is not made again with less", () =>
    Effect.gen(function* () {
      const { calls, result, sideloading } = yield* running(() => json({}, 429), detailsOf([1]))
      assert.strictEqual(Either.getOrThrow(Either.flip(result))._tag, "RateLimited")
      assert.deepStrictEqual([calls.length, sideloading], [1, "untried"])
    })
  )

  it.effect("is asked for less if it fails with the lists of contacts", () =>
    Effect.gen(function* () {
      const { calls, result, sideloading } = yield* running(
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
      const less = ["some (empty): ", "not sideloaded"]
      assert.deepStrictEqual(parts, [less, less, less, less])
      assert.strictEqual(sideloading, "without-lists")
      assert.strictEqual(calls.filter((call) => decodeURIComponent(call).includes("contactLists")).length, 1)
    })
  )

  it.effect("is asked again if a call with it works after one that failed", () =>
    Effect.gen(function* () {
      const { calls, sideloading } = yield* running(
        (url, call) => (call % 4 === 1 ? { body: "<html>" } : ignoring(url)),
        (service) =>
          Effect.forEach(range(1, 6), (id) => service.detailsById(idOf(String(id))), { concurrency: 1 })
      )
      assert.strictEqual(sideloading, "ignored")
      assert.strictEqual(calls.filter((call) => decodeURIComponent(call).includes("contactLists")).length, 6)
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
        const no = () =>
          Effect.sync(() => {
            asked += 1
            return false
          })
        const { calls, result } = yield* running(
          () => json({ message: "no" }, 400),
          (service) => Effect.provideService(ask(service), ContactDetails.AskAgain, no)
        )
        assert.strictEqual(Either.getOrThrow(Either.flip(result))._tag, "RequestRejected")
        assert.deepStrictEqual([calls.length, asked], [1, 2])
      })
    )
  }

  it.effect("still shows the names and phone numbers that every answer has", () =>
    Effect.gen(function* () {
      const { result } = yield* running(
        (url) =>
          url.searchParams.has("include")
            ? json({ message: "no" }, 400)
            : json({
                contacts: [{ ...contact(1), firstName: "Ada", phone: "555" }],
                // Not asked for, so it says nothing.
                fieldValues: [],
                meta: { total: "1" }
              }),
        detailsOf([1])
      )
      const [one] = Either.getOrThrow(result)
      assert(one?._tag === "Detailed")
      assert.deepStrictEqual(
        [one.details.firstName, one.details.phone],
        [Option.some("Ada"), Option.some("555")]
      )
      assert.strictEqual(values(one.details), "not sideloaded")
    })
  )

  it.effect("is asked for less with the last calls, and for nothing with the very last", () =>
    Effect.gen(function* () {
      for (const [left, asked] of [
        [0, 1],
        [1, 2],
        [2, 3]
      ] as const) {
        let callsLeft = left
        const mayMake = (calls: number) =>
          Effect.sync(() => {
            if (callsLeft < calls) return false
            callsLeft -= 1
            return true
          })
        const { calls, result } = yield* running(
          (url) => (url.searchParams.has("include") ? json({ message: "no" }, 400) : ignoring(url)),
          (service) => Effect.provideService(detailsOf([1])(service), ContactDetails.AskAgain, mayMake)
        )
        assert.lengthOf(calls, asked)
        assert.strictEqual(Either.isRight(result), left > 0)
        assert.strictEqual(callsLeft, 0)
      }
    })
  )

  it.effect("is made again once if it takes too long, then without the lists, and remembered", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const http = HttpClient.make((request, url) => {
        const parts = url.searchParams.get("include")
        asked.push(parts ?? "nothing")
        const answer = Effect.sync(() => respond(request, ignoring(url)))
        return parts === null ? answer : Effect.delay(answer, "45 seconds")
      })
      const took = yield* contactsOf(http, { retry: RetryPolicy.standard }).pipe(
        Effect.flatMap((service) =>
          Effect.gen(function* () {
            const began = yield* Clock.currentTimeMillis
            yield* service.detailsById(idOf("1"))
            yield* service.detailsById(idOf("2"))
            assert.strictEqual(yield* service.sideloading, "refused")
            return (yield* Clock.currentTimeMillis) - began
          })
        ),
        Effect.scoped,
        withVirtualTime
      )
      assert.deepStrictEqual(asked, [include, include, "fieldValues,contactTags.tag", "nothing", "nothing"])
      assert.isAtMost(took, 95_000)
    })
  )

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
