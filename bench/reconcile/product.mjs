// The product's own recording and reconciling, without HTTP; bundled by ../reconcile.mjs as the command is.
// Usage: node product.js create LEDGER | record LEDGER ANSWERS.jsonl | reconcile LEDGER | incremental LEDGER BATCHES
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { BatchId } from "effect-activecampaign/BatchId"
import { ImportAnswer } from "effect-activecampaign/ImportAnswer"
import * as Answers from "../../apps/reconcile/src/ledger/Answers.js"
import * as Ledger from "../../apps/reconcile/src/ledger/Ledger.js"
import * as Reconciliation from "../../apps/reconcile/src/ledger/Reconciliation.js"
import { answersOf } from "./linesOf.mjs"

const [step, file, argument] = process.argv.slice(2)
const receivedAt = DateTime.unsafeMake("2031-04-02T08:15:00.000Z")
const decode = Schema.decodeSync(Schema.parseJson(ImportAnswer))

const steps = {
  create: () => Effect.void,
  record: () =>
    Effect.forEach(
      answersOf(argument),
      (line) => {
        const { batchId, body } = JSON.parse(line)
        return Answers.record({ batchId: BatchId.make(batchId), answer: decode(body), receivedAt, body })
      },
      { discard: true }
    ),
  reconcile: () => Effect.zipRight(Reconciliation.markAllStale, Reconciliation.reconcileStale()),
  incremental: () =>
    Effect.gen(function* () {
      const { sql, use } = yield* Ledger.Ledger
      yield* use(sql`INSERT INTO stale_marks
        SELECT batch FROM numbered_batches ORDER BY batch LIMIT ${Number(argument)}`)
      const started = performance.now()
      const { batches } = yield* Reconciliation.reconcileStale()
      console.log(JSON.stringify({ millisABatch: (performance.now() - started) / batches }))
    })
}

await Effect.runPromise(
  steps[step]().pipe(Effect.provide(Ledger.layer(file, { mustExist: step !== "create" })), Effect.scoped)
)
