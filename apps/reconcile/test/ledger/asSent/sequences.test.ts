import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { BatchId } from "effect-activecampaign/BatchId"
import { rebuild, reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { erase } from "../../../src/ledger/erase/Erase.js"
import { purge } from "../../../src/ledger/erase/Purge.js"
import * as Removals from "../../../src/ledger/erase/Removals.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { select } from "../../support/ledger.js"
import { batch, begin, email, fact, sentConclusions, sentBefore, take } from "../../support/sentFacts.js"

/** CI tries 150, with AC_SEQUENCES. */
const limits = { fastCheck: { numRuns: Number(process.env.AC_SEQUENCES ?? 60) }, timeout: 1_200_000 }

/** SQLite answers at once: without a turn of the event loop the test runner would take us for dead. */
const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

const taken = FastCheck.oneof(
  FastCheck.record({ kind: FastCheck.constant("remove batch" as const), batch }),
  FastCheck.record({
    kind: FastCheck.constant("remove source" as const),
    source: FastCheck.constantFrom("one.csv", "two.csv", "crm", "sent in b2")
  }),
  FastCheck.record({ kind: FastCheck.constant("erase" as const), email }),
  FastCheck.record({ kind: FastCheck.constant("purge" as const) })
)

type Step = typeof fact | typeof taken extends FastCheck.Arbitrary<infer One> ? One : never

const happen = (one: Step, at: DateTime.Utc) =>
  Effect.gen(function* () {
    switch (one.kind) {
      case "remove batch":
        return yield* Removals.removeBatches([BatchId.make(one.batch)])
      case "remove source": {
        const source = (yield* Removals.sources).find(({ name }) => name === one.source)
        return source === undefined ? undefined : yield* Removals.removeSource(source)
      }
      case "erase":
        return yield* erase(one.email)
      case "purge": {
        yield* reconcileStale()
        const now = DateTime.formatIso(at)
        return yield* purge({ now, before: now })
      }
      default:
        return yield* take(one, at)
    }
  })

const steps = FastCheck.array(
  FastCheck.oneof({ arbitrary: fact, weight: 5 }, { arbitrary: taken, weight: 1 }),
  {
    minLength: 2,
    maxLength: 12
  }
)

describe("any sequence of loads, answers, looks, names, changed times, removals, erasures and purges", () => {
  it.effect.prop(
    "leaves of sent values after each step exactly what a rebuild from the facts gives",
    [sentBefore, steps],
    ([before, drawn]) =>
      Effect.gen(function* () {
        const all = [...before, ...drawn]
        for (const [index, one] of all.entries()) {
          yield* happen(one, DateTime.add(begin, { minutes: index }))
          yield* reconcileStale()
          const stands = yield* sentConclusions
          yield* rebuild
          assert.deepStrictEqual(
            stands,
            yield* sentConclusions,
            `after step ${index + 1}, ${JSON.stringify(one)}`
          )
          assert.deepStrictEqual(yield* select("PRAGMA foreign_key_check"), [])
        }
      }).pipe(Effect.zipLeft(turn), Effect.provide(Ledger.layer(":memory:"))),
    limits
  )
})
