/**
 * The state of a wait for one batch, as a value that one process can store and another can continue.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { BatchId } from "./BatchId.js"
import { ImportAnswer, isSettled, type Settled } from "./ImportAnswer.js"
import { maybe } from "./internal/json.js"

const Count = Schema.NonNegativeInt

/**
 * What a wait knows so far. Encodes to JSON: times as ISO-8601 text in UTC, the answer as the service sent it.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 * import { BatchId, BulkImport, PollState } from "effect-activecampaign"
 *
 * const codec = Schema.parseJson(PollState.PollState)
 *
 * // One process asks once and stores the state …
 * const first = Effect.gen(function* () {
 *   const state = yield* PollState.start(BatchId.make("b-0001"))
 *   return yield* Schema.encode(codec)(yield* BulkImport.poll(state))
 * })
 *
 * // … another continues the wait.
 * const second = (stored: string) =>
 *   Effect.flatMap(Schema.decode(codec)(stored), (state) => BulkImport.awaitSettled(state))
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export class PollState extends Schema.Class<PollState>("effect-activecampaign/PollState")({
  batchId: BatchId,
  /** When the wait began: deadline and grace count from here. */
  startedAt: Schema.DateTimeUtc,
  /** How many answers have come. */
  polls: Count,
  /** Whether an answer other than `unset` has come. Only a batch that the account knows gets one. */
  known: Schema.Boolean,
  /** The last answer, and when it came. */
  last: maybe(Schema.Struct({ answer: ImportAnswer, receivedAt: Schema.DateTimeUtc }))
}) {}

/**
 * A wait that begins now, or that began at the time of the submission.
 *
 * @since 0.1.0
 * @category constructors
 */
export const start = (batchId: BatchId, startedAt?: DateTime.Utc): Effect.Effect<PollState> =>
  Effect.map(
    startedAt === undefined ? DateTime.now : Effect.succeed(startedAt),
    (startedAt) => new PollState({ batchId, startedAt, polls: 0, known: false, last: Option.none() })
  )

/**
 * The state after one more answer.
 *
 * @since 0.1.0
 * @category combinators
 */
export const next = (state: PollState, answer: ImportAnswer, receivedAt: DateTime.Utc): PollState =>
  new PollState({
    batchId: state.batchId,
    startedAt: state.startedAt,
    polls: state.polls + 1,
    known: state.known || answer._tag !== "Unset",
    last: Option.some({ answer, receivedAt })
  })

/**
 * The settled answer, if there is one.
 *
 * @since 0.1.0
 * @category getters
 */
export const settled = (state: PollState): Option.Option<Settled> =>
  Option.filter(
    Option.map(state.last, ({ answer }) => answer),
    isSettled
  )

/**
 * How long the wait has lasted. Never below zero, even if the clocks of two processes differ.
 *
 * @since 0.1.0
 * @category getters
 */
export const elapsed = (state: PollState): Effect.Effect<Duration.Duration> =>
  Effect.map(Clock.currentTimeMillis, (now) =>
    Duration.millis(Math.max(0, now - DateTime.toEpochMillis(state.startedAt)))
  )
