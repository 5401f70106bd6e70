// The product's own recording and reconciling, without HTTP; bundled by ../reconcile.mjs as the command is.
// Usage: node product.js record LEDGER ANSWERS.jsonl | resolve LEDGER CONTACTS.csv | reconcile LEDGER | incremental LEDGER BATCHES
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { BatchId } from "effect-activecampaign/BatchId"
import { ContactId } from "effect-activecampaign/ContactId"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { ImportAnswer } from "effect-activecampaign/ImportAnswer"
import * as Answers from "../../apps/reconcile/src/ledger/facts/Answers.js"
import * as Ledger from "../../apps/reconcile/src/ledger/Ledger.js"
import * as Links from "../../apps/reconcile/src/ledger/facts/Links.js"
import * as Reconciliation from "../../apps/reconcile/src/ledger/conclusions/Reconciliation.js"
import { answersOf, linesOf } from "./linesOf.mjs"

const [step, file, argument] = process.argv.slice(2)
const receivedAt = DateTime.unsafeMake("2031-04-02T08:15:00.000Z")
const decode = Schema.decodeSync(Schema.parseJson(ImportAnswer))

const steps = {
  // What the account would say of every ID, 100 a call.
  resolve: () =>
    Stream.fromAsyncIterable(linesOf(argument), (error) => error).pipe(
      Stream.mapChunks(Chunk.flatMap(Chunk.unsafeFromArray)),
      Stream.map((line) => {
        const [email, id] = line.split(",")
        return { _tag: "Link", id: ContactId.make(id), emailKey: fromAddress(email), contact: { email } }
      }),
      Stream.grouped(100),
      Stream.runForEach((links) => Links.record(Chunk.toReadonlyArray(links), "2031-04-02T08:15:00.000Z"))
    ),
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
  steps[step]().pipe(Effect.provide(Ledger.layer(file, { mustExist: true })), Effect.scoped)
)
