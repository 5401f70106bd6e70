import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Batches from "../../ledger/facts/Batches.js"
import * as Reports from "../../ledger/reports/Reports.js"
import { printable } from "../output/text.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"

const shown = 5

const ambiguous = (batchId: string, found: ReadonlyArray<string>) =>
  new ConfigurationError({
    problem: printable(
      `Several batches begin with ${batchId}: ${found.slice(0, shown).join(", ")}${found.length > shown ? " and more" : ""}.`
    ),
    hint: "Write more of the ID."
  })

const unknown = (db: string, batchId: string) =>
  Effect.flatMap(Batches.inOtherCase(batchId), ([other]) =>
    Effect.fail(
      new ConfigurationError({
        problem: printable(`${db} has no batch ${batchId}.`),
        hint:
          other === undefined
            ? "See 'ac-reconcile batches list', or add it with 'ac-reconcile batches add --id BATCH_ID'."
            : `It has ${printable(other)}, which differs only in letter case.`
      })
    )
  )

/** A batch of the file, by its ID or a beginning that only this ID has. Otherwise an error. */
export const knownBatch = (db: string, batchId: string) =>
  Effect.gen(function* () {
    const exact = yield* Reports.batch(batchId)
    if (Option.isSome(exact)) return exact.value
    const [first, ...others] = yield* Batches.startingWith(batchId)
    if (first === undefined) return yield* unknown(db, batchId)
    if (others.length > 0) return yield* ambiguous(batchId, [first, ...others])
    return yield* Effect.flatMap(
      Reports.batch(first),
      Option.match({ onSome: Effect.succeed, onNone: () => unknown(db, batchId) })
    )
  })
