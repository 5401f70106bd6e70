import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Reports from "../ledger/Reports.js"
import { ConfigurationError } from "./account.js"

/** A batch of the file, or one sentence that it has none of this ID. */
export const knownBatch = (db: string, batchId: string) =>
  Effect.flatMap(
    Reports.batch(batchId),
    Option.match({
      onSome: Effect.succeed,
      onNone: () =>
        new ConfigurationError({
          problem: `${db} knows no batch ${batchId}.`,
          hint: "See 'ac-reconcile batches list', or add it with 'ac-reconcile batches add --id BATCH_ID'."
        })
    })
  )
