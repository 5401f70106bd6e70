import * as Effect from "effect/Effect"
import type { BatchId } from "effect-activecampaign/BatchId"
import { span } from "../text/numbers.js"
import { type Failure, type Topic, silent } from "./Failure.js"
import type { BatchProblem } from "./RunEvent.js"
import { steadyMillis } from "./steadyTime.js"
import type { Troubles } from "./Troubles.js"

/** What is known of a batch that gave no answer. */
interface Unanswered {
  readonly batch: { readonly batchId: BatchId }
  readonly topic: Topic
  readonly asked: boolean
  /** When it last answered, on the steady clock and as a date. */
  readonly answered: { readonly time: number; readonly at: string } | null
}

export const noAnswer = silent("No answer came before the run had to end.")

/** What kept a batch from being asked about. */
const ofTheOthers = (troubles: Troubles) => {
  const last = troubles.ofAll()
  return last === undefined || last.error === noAnswer.error
    ? "Give it more time with --deadline."
    : `No batch had an answer by then. The last call failed: ${last.message}`
}

/** The problem of a batch that gave no answer, or no readable one. */
export const problemOf = (
  troubles: Troubles,
  { answered, asked, batch: { batchId }, topic }: Unanswered,
  last: Failure
): Effect.Effect<BatchProblem> =>
  Effect.map(steadyMillis, (now) => {
    const streak = troubles.streakOf(topic)
    const since = answered?.time ?? streak?.began ?? troubles.sentAt(topic) ?? now
    const withoutAnswer = Math.round(now - since)
    const calls = streak?.calls ?? 0
    const failed = calls > 1 ? ` in ${calls} calls` : ""
    const length = span(withoutAnswer)
    const message = !last.isOfTheWay
      ? last.message
      : !asked
        ? `Batch ${batchId} was not asked about: the run ended before its turn. ${ofTheOthers(troubles)}`
        : answered === null
          ? `Batch ${batchId} gave no answer for ${length}${failed}. ${last.message}`
          : `Batch ${batchId} has given no answer since ${answered.at}, for ${length}${failed}. ${last.message}`
    const error = asked ? last.error : "NotAsked"
    return { batchId, error, message, calls, withoutAnswer, answeredAt: answered?.at ?? null }
  })
