import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck, Option, Schema, type Scope, Stream } from "effect"
import {
  ActiveCampaignClient,
  BulkImport,
  ImportAnswer,
  ImportStatus,
  PollPolicy,
  PollState,
  RateBudget,
  RetryPolicy
} from "effect-activecampaign"
import { answering, batchId, connect, type Reply, unreachable, vendor, withVirtualTime } from "./support.js"

type Step = Parameters<typeof vendor>[0]

const bulkImportOf = (script: ReadonlyArray<Step>) =>
  Effect.gen(function* () {
    const [first, ...others] = script
    assert(first !== undefined)
    const { calls, http } = vendor(first, ...others)
    const client = yield* connect(http, { retry: RetryPolicy.standard })
    const bulkImport = yield* Effect.provideService(
      BulkImport.make,
      ActiveCampaignClient.ActiveCampaignClient,
      client
    )
    return { bulkImport, calls }
  }).pipe(Effect.provide(RateBudget.layerUnlimited))

const virtually = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) =>
  Effect.runPromise(withVirtualTime(Effect.scoped(effect)))

const ids = FastCheck.array(FastCheck.constantFrom("1", "2"), { maxLength: 2 })
const unsettled = FastCheck.oneof(
  FastCheck.constantFrom(answering(false), answering("waiting"), answering("paused")),
  FastCheck.record({ success: ids }).map((lists) => answering("active", lists))
)
const settled = FastCheck.tuple(FastCheck.constantFrom("completed", "failed", "interrupted"), ids).map(
  ([status, success]) => answering(status, { success })
)
const course = FastCheck.tuple(FastCheck.array(unsettled, { maxLength: 8 }), settled).map(
  ([before, last]): ReadonlyArray<Reply> => [...before, last]
)

const faults = FastCheck.constantFrom<Step>(
  { status: 500 },
  { status: 502, body: "<html>" },
  { status: 429, headers: { "retry-after": "2" } },
  { status: 503 },
  { body: "" },
  { body: '{"status":"compl' },
  unreachable(new Error("reset"))
)

const policy = { ...PollPolicy.fixed("1 second"), unsetGrace: "1 hour" } as const

describe("any wait", () => {
  it(
    "ends with the same answer as without faults, as long as these are fewer than the retries",
    () =>
      FastCheck.assert(
        FastCheck.asyncProperty(
          course,
          FastCheck.array(FastCheck.array(faults, { maxLength: 5 }), { maxLength: 9 }),
          async (answers, troubles) => {
            const troubled = answers.flatMap(
              (answer, index): ReadonlyArray<Step> => [...(troubles[index] ?? []), answer]
            )
            const ending = (script: ReadonlyArray<Step>) =>
              virtually(
                Effect.flatMap(bulkImportOf(script), ({ bulkImport }) =>
                  bulkImport.awaitSettled(batchId, policy)
                )
              )
            assert.isTrue(ImportAnswer.Equivalence(await ending(troubled), await ending(answers)))
          }
        ),
        { numRuns: 200 }
      ),
    120_000
  )

  it("emits no answer twice in a row, nothing after a settled one, and everything else", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(course, async (answers) => {
        const seen = await virtually(
          Effect.flatMap(bulkImportOf([...answers, answering("active")]), ({ bulkImport }) =>
            bulkImport.changes(batchId, policy).pipe(
              Stream.map((snapshot) => snapshot.body),
              Stream.runCollect
            )
          )
        )
        const expected = answers
          .map(({ body }) => body)
          .filter((body, index, all) => index === 0 || body !== all[index - 1])
        assert.deepStrictEqual([...seen], expected)
      }),
      { numRuns: 200 }
    ))

  it("has the same end after as many calls, even if other processes continue it", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(course, FastCheck.nat(8), async (answers, takenOverAfter) => {
        const codec = Schema.parseJson(PollState.PollState)
        const [answer, calls] = await virtually(
          Effect.gen(function* () {
            const { bulkImport, calls } = yield* bulkImportOf(answers)
            const last = yield* bulkImport
              .states(batchId, policy)
              .pipe(Stream.take(takenOverAfter), Stream.runLast)
            const state = Option.isSome(last) ? last.value : yield* PollState.start(batchId)
            const stored = yield* Schema.encode(codec)(state)
            const answer = yield* bulkImport.awaitSettled(yield* Schema.decode(codec)(stored), policy)
            return [answer, calls] as const
          })
        )
        const expected = Schema.decodeUnknownSync(Schema.parseJson(ImportAnswer.ImportAnswer))(
          answers.at(-1)?.body
        )
        assert.isTrue(ImportAnswer.Equivalence(answer, expected))
        assert.deepStrictEqual(
          calls.map(({ at }) => at),
          answers.map((_answer, index) => index * 1000)
        )
      }),
      { numRuns: 200 }
    ))

  it("keeps to the delays of its policy", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(
        FastCheck.constantFrom(
          { policy: PollPolicy.default, from: 2000, factor: 1.5, to: 30_000 },
          { policy: PollPolicy.eager, from: 1000, factor: 1.25, to: 5000 }
        ),
        FastCheck.integer({ min: 1, max: 30 }),
        async ({ factor, from, policy, to }, length) => {
          const answers = [...Array.from({ length }, () => answering("active")), answering("completed")]
          const times = await virtually(
            Effect.gen(function* () {
              const { bulkImport, calls } = yield* bulkImportOf(answers)
              yield* bulkImport.awaitSettled(batchId, policy)
              return calls.map(({ at }) => at)
            })
          )
          assert.strictEqual(times[0], 1000)
          for (const [index, at] of times.slice(1).entries()) {
            const gap = at - (times[index] ?? 0)
            const planned = Math.min(to, from * factor ** index)
            assert.isAtLeast(gap, 0.8 * planned - 1)
            assert.isAtMost(gap, 1.2 * planned + 1)
          }
        }
      ),
      { numRuns: 50 }
    ))
})

describe("the transition between two answers", () => {
  const answer = FastCheck.oneof(unsettled, settled).map(({ body }) =>
    Schema.decodeUnknownSync(Schema.parseJson(ImportAnswer.ImportAnswer))(body)
  )
  it("is Same between equal ones, and only between them", () =>
    FastCheck.assert(
      FastCheck.property(answer, answer, (before, after) => {
        assert.strictEqual(ImportAnswer.transition(before, before)._tag, "Same")
        assert.strictEqual(
          ImportAnswer.transition(before, after)._tag === "Same",
          ImportAnswer.Equivalence(before, after)
        )
      })
    ))
  it("is Impossible from settled to anything of another status", () =>
    FastCheck.assert(
      FastCheck.property(answer, answer, (before, after) => {
        FastCheck.pre(ImportAnswer.isSettled(before) && before.status !== after.status)
        const reason = ImportAnswer.isSettled(after) ? "resettled" : "unsettled"
        assert.deepStrictEqual(ImportAnswer.transition(before, after), { _tag: "Impossible", reason })
      })
    ))
  it("is Impossible in one of the two directions if the lists of one have more than the other's", () => {
    const [one, two] = [answering("active", { success: ["1"] }), answering("active", { success: ["2", "1"] })]
    const [less, more] = [one, two].map(({ body }) =>
      Schema.decodeUnknownSync(Schema.parseJson(ImportAnswer.ImportAnswer))(body)
    )
    assert(less !== undefined && more !== undefined)
    assert.deepStrictEqual(ImportAnswer.transition(less, more), { _tag: "Progress" })
    assert.deepStrictEqual(ImportAnswer.transition(more, less), {
      _tag: "Impossible",
      reason: "success-shrank"
    })
  })
  it("does not treat a missing list as one that shrank", () => {
    const known = ImportAnswer.make("active", { failure: ["a@x.yz"] })
    assert.deepStrictEqual(ImportAnswer.transition(known, ImportAnswer.make("active")), { _tag: "Progress" })
  })
})

describe("the order of statuses", () => {
  it("runs from unset over waiting, claimed and active to the settled ones", () => {
    const course = ["unset", "waiting", "claimed", "active", "completed"] as const
    for (const [index, status] of course.entries()) {
      for (const [other, later] of course.entries()) {
        assert.strictEqual(ImportStatus.Order(status, later), Math.sign(index - other))
      }
    }
    assert.strictEqual(ImportStatus.Order("failed", "interrupted"), 0)
  })
})
