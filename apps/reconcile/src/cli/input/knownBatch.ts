import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Batches from "../../ledger/facts/Batches.js"
import * as Reports from "../../ledger/reports/Reports.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"

/** A batch of the file, or an error that it has no batch with this ID. */
export const knownBatch = (db: string, batchId: string) =>
  Effect.flatMap(
    Reports.batch(batchId),
    Option.match({
      onSome: Effect.succeed,
      onNone: () =>
        Effect.flatMap(Batches.inOtherCase(batchId), ([other]) =>
          Effect.fail(
            new ConfigurationError({
              problem: `${db} has no batch ${batchId}.`,
              hint:
                other === undefined
                  ? "See 'ac-reconcile batches list', or add it with 'ac-reconcile batches add --id BATCH_ID'."
                  : `It has ${other}, which differs only in letter case.`
            })
          )
        )
    })
  )
