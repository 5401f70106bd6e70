import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { BulkImport, type Submission } from "effect-activecampaign"

/** Submits all contacts and records what became of each part before the next one is sent. */
export const submitAll = <E, R>(
  contacts: ReadonlyArray<Submission.ImportContact>,
  record: (part: Either.Either<BulkImport.PartQueued, BulkImport.PartRefused>) => Effect.Effect<void, E, R>
) =>
  BulkImport.submitAll({ contacts, exclude_automations: true }).pipe(
    Stream.tap(record),
    Stream.tap(
      Either.match({
        onLeft: ({ error, place }) =>
          Effect.logWarning(`contacts from ${place.firstContact} on: ${error.message}`),
        onRight: ({ place, queued }) =>
          Effect.logInfo(`contacts from ${place.firstContact} on are queued as ${queued.batchId}`)
      })
    ),
    Stream.runDrain
  )
