import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { ActiveCampaignError } from "../ActiveCampaignError.js"
import type { BatchId } from "../BatchId.js"
import type { ImportSnapshot } from "../ImportSnapshot.js"
import { requestIdOf } from "./attempt.js"
import type { Edge } from "./edgeOf.js"

/** The call that is made all day. */
export const statusCall =
  ({ api, call, hide }: Edge) =>
  (batchId: BatchId): Effect.Effect<ImportSnapshot, ActiveCampaignError> =>
    call(
      {
        name: "importInfo",
        request: `GET /import/info?${new URLSearchParams({ batchId })}`,
        attributes: { batchId },
        describe: ({ answer }) => ({ status: answer.status })
      },
      Effect.gen(function* () {
        const [answer, response] = yield* api.bulkImport.info({ urlParams: { batchId }, withResponse: true })
        const requestId = requestIdOf(response.headers)
        return {
          batchId,
          answer,
          receivedAt: yield* DateTime.now,
          body: yield* response.text,
          ...(requestId === undefined ? {} : { requestId: hide(requestId) })
        }
      })
    )
