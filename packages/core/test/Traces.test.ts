import type { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Option, Stream } from "effect"
import { ActiveCampaignClient, BulkImport, RetryPolicy } from "effect-activecampaign"
import { account, contactsOf } from "./account.js"
import { answering, batchId, connect, during, keptSpans, vendor } from "./support.js"

const settled = answering("completed", { success: ["1"], failure: [] })

/** Runs an effect and gives the spans it made, in the order of their beginning. */
const spansOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const { spans, tracer } = yield* keptSpans
    yield* Effect.withTracer(effect, tracer)
    return spans.map(({ attributes, name, parent, status }) => ({
      name,
      attributes: Object.fromEntries(attributes),
      parent: Option.getOrUndefined(
        Option.filterMap(parent, (span) => (span._tag === "Span" ? Option.some(span.name) : Option.none()))
      ),
      isOk: status._tag === "Ended" && Exit.isSuccess(status.exit)
    }))
  })

const importsOf = (http: HttpClient.HttpClient) =>
  Effect.flatMap(connect(http), (client) =>
    Effect.provideService(BulkImport.make, ActiveCampaignClient.ActiveCampaignClient, client)
  )

describe("the spans of a call", () => {
  it.scoped("show each attempt, and the waits for budget and schedule", () =>
    Effect.gen(function* () {
      const { http } = vendor({ status: 500 }, { ...settled, headers: { "x-request-id": "r-7" } })
      const client = yield* connect(http, { retry: RetryPolicy.make(RetryPolicy.standard) })
      // The turn of another call, for which this one has to wait.
      const spans = yield* during("1 minute")(
        spansOf(
          Effect.all([client.importTotals.pipe(Effect.ignore), client.importInfo(batchId)], {
            concurrency: 2
          })
        )
      )
      const call = spans.find(({ name }) => name === "ActiveCampaignClient.importInfo")
      const attempts = spans.filter(({ parent }) => parent === "ActiveCampaignClient.importInfo")
      assert.strictEqual(call?.attributes.attempts, attempts.length)
      assert.strictEqual(call?.attributes.status, "completed")
      assert.strictEqual(attempts[0]?.name, "ActiveCampaignClient.attempt")
      assert.strictEqual(attempts[0]?.attributes.attempt, 1)
      assert.strictEqual(attempts[0]?.attributes.budgetWaitSeconds, 0.25)
      assert.strictEqual(call?.attributes.budgetWaitSeconds, 0.25)
      assert.strictEqual(attempts.at(-1)?.attributes.requestId, "r-7")
      assert.strictEqual(attempts[0]?.attributes["url.path"], "/api/3/import/info")
      const other = spans.find(({ name }) => name === "ActiveCampaignClient.importTotals")
      assert.isAbove(Number(other?.attributes.scheduleWaitSeconds), 0.3)
    })
  )

  it.scoped("show no address that is looked up", () =>
    Effect.gen(function* () {
      const contacts = yield* contactsOf(account([{ id: "1", email: "ada@example.test" }]).http)
      const spans = yield* spansOf(contacts.findByEmail("ada@example.test"))
      assert.isNotEmpty(spans)
      assert.notMatch(JSON.stringify(spans), /ada|example\.test/)
    })
  )
})

describe("the spans of a wait", () => {
  it.scoped.each(["changes", "states"] as const)("exist for its stream: %s", (method) =>
    Effect.gen(function* () {
      const imports = yield* importsOf(vendor(answering("active"), settled).http)
      const spans = yield* during("1 hour")(
        spansOf(Stream.runDrain<unknown, unknown, never>(imports[method](batchId)))
      )
      const [wait] = spans
      assert.strictEqual(wait?.name, `BulkImport.${method}`)
      assert.strictEqual(wait?.attributes.batchId, batchId)
      assert.isTrue(wait?.isOk)
      const calls = spans.filter(({ name }) => name === "ActiveCampaignClient.importInfo")
      assert.deepStrictEqual(
        calls.map(({ parent }) => parent),
        [`BulkImport.${method}`, `BulkImport.${method}`]
      )
    })
  )
})
