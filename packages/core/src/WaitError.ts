/**
 * How a wait for a batch can end without a settled answer.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ActiveCampaignError } from "./ActiveCampaignError.js"
import { BatchId } from "./BatchId.js"
import type { ImportAnswer } from "./ImportAnswer.js"
import { Millis, maybe } from "./internal/json.js"
import { PollState } from "./PollState.js"

/**
 * The deadline passed, or the schedule ended, before the batch settled. The import may still be running: ask again later,
 * or resume the wait from `state`.
 *
 * @since 0.1.0
 * @category errors
 */
export class StillRunning extends Schema.TaggedError<StillRunning>("effect-activecampaign/StillRunning")(
  "StillRunning",
  {
    state: PollState,
    waited: Millis,
    /** Why the last attempt to ask failed, if no answer has come since. The client was still trying. */
    lastTrouble: maybe(ActiveCampaignError)
  }
) {
  readonly isTransient = true
  get batchId(): BatchId {
    return this.state.batchId
  }
  /** The last answer received before the deadline, if there was one. */
  get lastAnswer(): Option.Option<ImportAnswer> {
    return Option.map(this.state.last, ({ answer }) => answer)
  }
  override get message() {
    const status = Option.match(this.lastAnswer, {
      onNone: () => "it has not answered",
      onSome: (answer) => `its last status is ${answer.status}`
    })
    const trouble = Option.match(this.lastTrouble, {
      onNone: () => "",
      onSome: ({ message }) => ` The last attempt to ask failed: ${message}`
    })
    return `Batch ${this.batchId} has not settled after ${Duration.format(this.waited)}: ${status}.${trouble}`
  }
}

/**
 * The batch answered nothing but JSON `false` for longer than the policy's `unsetGrace`: the account does not have it, or
 * no longer.
 *
 * @since 0.1.0
 * @category errors
 */
export class UnknownBatch extends Schema.TaggedError<UnknownBatch>("effect-activecampaign/UnknownBatch")(
  "UnknownBatch",
  { batchId: BatchId, waited: Millis }
) {
  readonly isTransient = false
  override get message() {
    return `Batch ${this.batchId}: ActiveCampaign has answered for ${Duration.format(this.waited)} that it has no status. It does not know this batch, or no longer does: check the ID and the account.`
  }
}

/**
 * Everything a wait can fail with, as a schema: the error of an RPC or a workflow that waits.
 *
 * @since 0.1.0
 * @category errors
 */
export const WaitError = Schema.Union(...ActiveCampaignError.members, StillRunning, UnknownBatch)

/**
 * @since 0.1.0
 * @category errors
 */
export type WaitError = ActiveCampaignError | StillRunning | UnknownBatch
