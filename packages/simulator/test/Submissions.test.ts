import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as TestContext from "effect/TestContext"
import {
  ActiveCampaignClient,
  ContactId,
  Contacts,
  ImportAnswer,
  RateBudget,
  RetryPolicy
} from "effect-activecampaign"
import { Scenario, Truth } from "effect-activecampaign-simulator"
import { coreLayer } from "./support.js"

const served = (input: Scenario.ScenarioInput = {}) => {
  const scenario = Scenario.make({ rateLimit: null, ...input })
  return Layer.provideMerge(
    Contacts.layer,
    coreLayer(scenario, { retry: RetryPolicy.none }).pipe(Layer.provide(RateBudget.layerUnlimited))
  )
}
const submit = (...emails: ReadonlyArray<string>) =>
  Effect.flatMap(ActiveCampaignClient.ActiveCampaignClient, (client) =>
    client.submitImport({ contacts: emails.map((email) => ({ email })) })
  )
const tagOf = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.either(effect), (result) => (Either.isLeft(result) ? result.left._tag : "ok"))

describe("a submission", () => {
  it.effect("becomes a batch that goes through the stages, and contacts that can be resolved", () =>
    Effect.gen(function* () {
      const client = yield* ActiveCampaignClient.ActiveCampaignClient
      const { batchId, queued } = yield* submit("ada@example.test", "old@example.test", "bob@nodot")
      assert.deepStrictEqual(queued, Option.some(3))
      assert.strictEqual((yield* client.importInfo(batchId)).answer.status, "unset")
      yield* TestClock.adjust("10 seconds")
      const { answer } = yield* client.importInfo(batchId)
      assert.strictEqual(answer.status, "completed")
      const { failure, success } = ImportAnswer.lists(answer)
      assert.deepStrictEqual(failure, Option.some(["bob@nodot"]))
      const links = yield* Stream.runCollect(
        Contacts.resolve(Stream.fromIterable(Option.getOrElse(success, () => [])))
      )
      assert.sameMembers(
        Chunk.toReadonlyArray(links).map((link) => (link._tag === "Link" ? link.contact.email : "gone")),
        ["ada@example.test", "old@example.test"]
      )
      assert.isTrue(Option.isSome(yield* Contacts.findByEmail("ADA@example.test")))
      assert.isTrue(Option.isNone(yield* Contacts.findByEmail("bob@nodot")))
      assert.deepStrictEqual((yield* client.importTotals).recentlyCompleted[0]?.contacts, 3)
    }).pipe(Effect.provide(served({ account: { existing: [{ email: "old@example.test" }] } })))
  )

  it.effect("gives each batch a unique ID, and keeps those of the scenario", () =>
    Effect.gen(function* () {
      const first = yield* submit("a@example.test")
      const second = yield* submit("b@example.test")
      assert.deepStrictEqual(
        [first, second].map(({ batchId }) => String(batchId)),
        ["submitted-2", "submitted-3"]
      )
    }).pipe(Effect.provide(served({ batches: [{ batchId: "submitted-1" }] })))
  )

  it.effect("is rejected as a whole for one bad address if the scenario says so", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(submit("ada@example.test", "bob@nodot"))
      assert.strictEqual(error._tag, "SubmissionRejected")
      assert.include(error.message, "contact 2: Field ‘email’ incorrect format")
      yield* TestClock.adjust("1 hour")
      assert.isTrue(Option.isNone(yield* Contacts.findByEmail("ada@example.test")))
    }).pipe(Effect.provide(served({ submissions: { badAddresses: "reject-all" } })))
  )

  it.effect("is accepted with 201 and with either spelling of the flag", () =>
    Effect.gen(function* () {
      for (const flag of ["Success", "success"] as const) {
        for (const status of [200, 201] as const) {
          const layer = served({ submissions: { flag, status } })
          assert.strictEqual(yield* tagOf(Effect.provide(submit("a@example.test"), layer)), "ok")
        }
      }
    })
  )

  it.effect("is one of 20 a minute with one contact, one of 100 with more", () =>
    Effect.gen(function* () {
      const limited = function* (most: number, emails: ReadonlyArray<string>) {
        for (let sent = 0; sent < most; sent += 1) assert.strictEqual(yield* tagOf(submit(...emails)), "ok")
        assert.strictEqual(yield* tagOf(submit(...emails)), "RateLimited")
      }
      yield* limited(20, ["a@example.test"])
      yield* limited(100, ["a@example.test", "b@example.test"])
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* tagOf(submit("a@example.test")), "ok")
    }).pipe(Effect.provide(served()))
  )

  it.effect("is rejected when empty", () =>
    Effect.map(tagOf(submit()), (tag) => assert.strictEqual(tag, "SubmissionRejected")).pipe(
      Effect.provide(served())
    )
  )
})

describe("a fault", () => {
  it.effect("hits the calls of its endpoint", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* tagOf(submit("a@example.test")), "OutcomeUnknown")
      assert.strictEqual(yield* tagOf(submit("a@example.test")), "ok")
      assert.strictEqual(yield* tagOf(Contacts.findByEmail("x@example.test")), "ok")
      assert.strictEqual(yield* tagOf(Contacts.findByEmail("x@example.test")), "ContractBroken")
    }).pipe(
      Effect.provide(
        served({
          faults: [
            { on: { endpoint: "submit", calls: [1] }, fault: { _tag: "Reset" } },
            { on: { endpoint: "contacts", calls: [2] }, fault: { _tag: "HtmlWith200" } }
          ]
        })
      )
    )
  )
})

const fates = FastCheck.constantFrom(
  "created" as const,
  "updated" as const,
  "rejected" as const,
  "silent" as const,
  "unreported" as const,
  "contradictory" as const
)
const worlds = FastCheck.record({
  rows: FastCheck.array(FastCheck.record({ becomes: fates, gone: FastCheck.boolean() }), { maxLength: 40 }),
  pageSize: FastCheck.constantFrom("asked" as const, "always-20" as const),
  totalAs: FastCheck.constantFrom("string" as const, "number" as const, "missing" as const),
  emailCase: FastCheck.constantFrom("kept" as const, "upper" as const)
})

describe("resolving against the simulator", () => {
  it("links every ID with the address it was sent for, whatever became of the contacts", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(worlds, ({ emailCase, pageSize, rows, totalAs }) => {
        const scenario: Scenario.ScenarioInput = {
          batches: [
            {
              batchId: "b-1",
              contacts: rows.map(({ becomes, gone }, index) => ({
                email: `c${index}@example.test`,
                becomes,
                deletedAfterwards: gone
              }))
            }
          ],
          account: { pageSize, totalAs, emailCase }
        }
        return Effect.gen(function* () {
          yield* TestClock.adjust("1 minute")
          for (const { became, contactId, email } of Truth.truth(Scenario.make(scenario))) {
            if (Option.isNone(contactId)) continue
            const resolved = yield* Contacts.byId(ContactId.make(contactId.value))
            const gone = rows[Number(email.slice(1).split("@")[0])]?.gone === true
            assert.strictEqual(resolved._tag, gone ? "Gone" : "Link", became)
            if (resolved._tag === "Link") assert.strictEqual(resolved.emailKey, email)
            const found = yield* Contacts.findByEmail(email)
            assert.deepStrictEqual(
              Option.map(found, ({ id }) => String(id)),
              gone ? Option.none() : contactId
            )
          }
        }).pipe(Effect.provide(served(scenario)), Effect.provide(TestContext.TestContext), Effect.runPromise)
      }),
      { numRuns: 30 }
    ))
})
