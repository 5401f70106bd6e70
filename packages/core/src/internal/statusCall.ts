import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { info } from "../ActiveCampaignApi.js"
import type { ActiveCampaignError } from "../ActiveCampaignError.js"
import type { BatchId } from "../BatchId.js"
import type { ImportSnapshot } from "../ImportSnapshot.js"
import type { Edge } from "./edgeOf.js"
import { makeQuery } from "./query.js"

/** The call that is made all day. */
export const statusCall = ({
  call,
  send
}: Edge): ((batchId: BatchId) => Effect.Effect<ImportSnapshot, ActiveCampaignError>) => {
  const query = makeQuery(info, send)
  return (batchId) =>
    call(
      {
        name: "importInfo",
        request: `GET /import/info?${new URLSearchParams({ batchId })}`,
        attributes: { batchId },
        describe: ({ answer }) => ({ status: answer.status })
      },
      Effect.flatMap(query({ batchId }), ({ answer, body }) =>
        Effect.map(DateTime.now, (receivedAt) => ({ batchId, answer, receivedAt, body }))
      )
    )
}
