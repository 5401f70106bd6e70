import { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import type { Contacts } from "effect-activecampaign"
import { contactsOf, idOf } from "./account.js"
import { contact, detailsOf, json, range, running } from "./contactDetails.js"
import { type Reply, respond, unreachable, withVirtualTime } from "./support.js"

const shows = (url: URL, lists: object = {}) =>
  json({
    contacts: url.searchParams.getAll("ids[]").map((id) => contact(Number(id))),
    meta: { total: String(url.searchParams.getAll("ids[]").length) },
    ...lists
  })

const isWithLists = (url: URL) => url.searchParams.get("include")?.includes("contactLists") === true

/** One call for each contact, one after the other. */
const inTurn = (to: number) => (service: Contacts.Service) =>
  Effect.forEach(range(1, to), (id) => Effect.either(service.detailsById(idOf(String(id)))), {
    concurrency: 1
  })

describe("what an account does with `include`", () => {
  it.effect.each([
    ["served", { contactTags: [] }],
    ["served", { contactLists: [], fieldValues: null }],
    ["ignored", { fieldValues: null, contactTags: null, contactLists: null }],
    ["untried", { contacts: [], meta: { total: "0" } }]
  ] as const)("is %s as the last answer with a contact shows", ([word, lists]) =>
    Effect.map(
      running((url) => shows(url, lists), inTurn(1)),
      ({ sideloading }) => assert.strictEqual(sideloading, word)
    )
  )

  it.effect("is still tried with less if calls that were on their way together all fail", () =>
    Effect.map(
      running(
        (url) => (isWithLists(url) ? json({}, 504) : shows(url, { fieldValues: [] })),
        detailsOf(range(1, 1000))
      ),
      ({ sideloading }) => assert.strictEqual(sideloading, "without-lists")
    )
  )

  it.effect("is not to blame for an account that answers nothing for a while", () =>
    Effect.gen(function* () {
      const { calls, sideloading } = yield* running(
        (url, call) => (call <= 6 ? json({}, 504) : shows(url, { fieldValues: [] })),
        inTurn(8)
      )
      assert.strictEqual(sideloading, "served")
      assert.isTrue(calls.slice(6).every((call) => call.includes("contactLists")))
    })
  )

  it.effect("is not to blame for a network that is down", () =>
    Effect.gen(function* () {
      const calls: Array<string> = []
      const http = HttpClient.make((request, url) => {
        calls.push(url.href)
        return unreachable(new Error("down"))(request)
      })
      const service = yield* contactsOf(http)
      yield* inTurn(2)(service)
      assert.isTrue(calls.every((call) => call.includes("include")))
      assert.strictEqual(yield* service.sideloading, "untried")
    }).pipe(Effect.scoped, withVirtualTime)
  )

  it.effect("stays refused, whatever an answer says that comes late", () =>
    Effect.gen(function* () {
      const late = yield* Deferred.make<void>()
      const reply = (url: URL): Effect.Effect<Reply> => {
        if (!url.searchParams.has("include")) return Effect.succeed(shows(url))
        return url.searchParams.getAll("ids[]").includes("1")
          ? Effect.as(Deferred.await(late), shows(url, { fieldValues: [] }))
          : Effect.succeed(json({ message: "no" }, 400))
      }
      const http = HttpClient.make((request, url) => Effect.map(reply(url), (one) => respond(request, one)))
      const service = yield* contactsOf(http)
      const first = yield* Effect.fork(service.detailsById(idOf("1")))
      for (const id of ["2", "3", "4", "5"]) yield* service.detailsById(idOf(id))
      assert.strictEqual(yield* service.sideloading, "refused")
      yield* Deferred.succeed(late, undefined)
      yield* Fiber.join(first)
      assert.strictEqual(yield* service.sideloading, "refused")
    }).pipe(Effect.scoped, withVirtualTime)
  )
})
