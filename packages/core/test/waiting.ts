import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { ActiveCampaignClient, BulkImport, PollPolicy, WaitError } from "effect-activecampaign"
import { answering, connect, vendor } from "./support.js"

export type Script = Parameters<typeof vendor>

/** Bulk imports of a scripted account; without retries unless the test asks for them. */
export const scripted = (script: Script, options: Partial<ActiveCampaignClient.Options> = {}) =>
  Effect.gen(function* () {
    const { calls, http } = vendor(...script)
    const client = yield* connect(http, options)
    const bulkImport = yield* Effect.provideService(
      BulkImport.make,
      ActiveCampaignClient.ActiveCampaignClient,
      client
    )
    return { bulkImport, calls, times: () => calls.map(({ at }) => at) }
  })

export const everySecond = PollPolicy.fixed("1 second", "1 minute")
export const completed = answering("completed", { success: ["1", "2"], failure: ["a@x.yz"] })

export const stillRunning = <E>(error: E) => {
  assert(error instanceof WaitError.StillRunning)
  return error
}
