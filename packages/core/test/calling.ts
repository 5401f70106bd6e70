import { Effect } from "effect"
import { RetryPolicy } from "effect-activecampaign"
import { answering, batchId, connect, during, vendor } from "./support.js"

export const html = "<html><body>Bad gateway</body></html>"
export const settled = answering("completed", { success: ["1"], failure: [] })
export const retrying = { retry: RetryPolicy.standard }
export const gapsOf = (calls: ReadonlyArray<{ readonly at: number }>) =>
  calls.slice(1).map(({ at }, index) => at - (calls[index]?.at ?? 0))

export type Script = Parameters<typeof vendor>

/** Calls once with the standard retries and tells when the calls were made and how it ended. */
export const callsOf = (...script: Script) =>
  Effect.gen(function* () {
    const { calls, http } = vendor(...script)
    const client = yield* connect(http, retrying)
    const result = yield* during("1 hour")(Effect.either(client.importInfo(batchId)))
    return { calls, result }
  }).pipe(Effect.scoped)
