/**
 * The status of bulk imports: asked once, watched, or awaited.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { ActiveCampaignClient } from "./ActiveCampaignClient.js"
import type { ActiveCampaignError } from "./ActiveCampaignError.js"
import { BatchId } from "./BatchId.js"
import { ImportAnswer, isSettled, type Settled } from "./ImportAnswer.js"
import type { ImportSnapshot } from "./ImportSnapshot.js"
import * as PollPolicy from "./PollPolicy.js"

/**
 * The deadline passed before the batch settled. The import may well go on: ask again later.
 *
 * @since 0.1.0
 * @category errors
 */
export class StillRunning extends Schema.TaggedError<StillRunning>("effect-activecampaign/StillRunning")(
  "StillRunning",
  {
    batchId: BatchId,
    /** The last answer received before the deadline, if there was one. */
    lastAnswer: Schema.OptionFromSelf(Schema.typeSchema(ImportAnswer)),
    waited: Schema.DurationFromMillis
  }
) {
  readonly isTransient = true
  override get message() {
    const status = Option.match(this.lastAnswer, {
      onNone: () => "it has not answered",
      onSome: (answer) => `its last status is ${answer.status}`
    })
    return `Batch ${this.batchId} has not settled after ${Duration.format(this.waited)}: ${status}.`
  }
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Asks once: the status and both lists. */
  readonly info: (batchId: BatchId) => Effect.Effect<ImportAnswer, ActiveCampaignError>
  /** Asks once and keeps the time and the untouched body beside the answer. */
  readonly snapshot: (batchId: BatchId) => Effect.Effect<ImportSnapshot, ActiveCampaignError>
  /**
   * Asks until the batch settles, and emits each answer that differs from the one before, the settled one
   * last. Fails with `StillRunning` at the deadline.
   */
  readonly changes: (
    batchId: BatchId,
    policy?: Partial<PollPolicy.PollPolicy>
  ) => Stream.Stream<ImportSnapshot, ActiveCampaignError | StillRunning>
  /** Waits until the batch has settled. A batch that `failed` or was `interrupted` is an answer, no error. */
  readonly awaitSettled: (
    batchId: BatchId,
    policy?: Partial<PollPolicy.PollPolicy>
  ) => Effect.Effect<Settled, ActiveCampaignError | StillRunning>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class BulkImport extends Context.Tag("effect-activecampaign/BulkImport")<BulkImport, Service>() {}

// Equal.equals compares the lists by reference.
const sameAnswer = Schema.equivalence(Schema.typeSchema(ImportAnswer))

/**
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, ActiveCampaignClient> = Effect.map(
  ActiveCampaignClient,
  (client): Service => {
    const watch = (batchId: BatchId, overrides: Partial<PollPolicy.PollPolicy> = {}) =>
      Stream.unwrap(
        Effect.gen(function* () {
          const policy = { ...PollPolicy.standard, ...overrides }
          const deadline = Duration.decode(policy.deadline)
          const startedAt = yield* Clock.currentTimeMillis
          const driver = yield* Schedule.driver(policy.schedule)
          let last: Option.Option<ImportSnapshot> = Option.none()

          const stillRunning = Effect.flatMap(
            Clock.currentTimeMillis,
            (now) =>
              new StillRunning({
                batchId,
                lastAnswer: Option.map(last, (snapshot) => snapshot.answer),
                waited: Duration.millis(now - startedAt)
              })
          )
          const withinDeadline = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E | StillRunning> =>
            Effect.flatMap(Clock.currentTimeMillis, (now) => {
              const left = Duration.subtract(deadline, now - startedAt)
              if (!Duration.isFinite(deadline)) return effect
              return Effect.timeoutTo(effect, {
                duration: left,
                onSuccess: Effect.succeed,
                onTimeout: () => stillRunning
              }).pipe(Effect.flatten)
            })

          const delay = Effect.suspend(() =>
            Option.match(last, {
              onNone: () => Effect.sleep(policy.firstDelay),
              onSome: (snapshot) => Effect.catchAll(driver.next(snapshot.answer), () => stillRunning)
            })
          )
          const poll = withinDeadline(Effect.zipRight(delay, client.importInfo(batchId))).pipe(
            Effect.tap((snapshot) =>
              Effect.sync(() => {
                last = Option.some(snapshot)
              })
            )
          )
          return Stream.repeatEffect(poll).pipe(
            Stream.takeUntil((snapshot) => isSettled(snapshot.answer)),
            Stream.changesWith((before, after) => sameAnswer(before.answer, after.answer))
          )
        })
      )

    return {
      info: (batchId) => Effect.map(client.importInfo(batchId), (snapshot) => snapshot.answer),
      snapshot: client.importInfo,
      changes: watch,
      awaitSettled: (batchId, policy) =>
        watch(batchId, policy).pipe(
          Stream.map((snapshot) => snapshot.answer),
          Stream.filter(isSettled),
          Stream.runHead,
          // `changes` ends with a settled answer or an error, so there always is one.
          Effect.flatMap(Effect.orDie),
          Effect.withSpan("BulkImport.awaitSettled", { attributes: { batchId } })
        )
    }
  }
)

/**
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<BulkImport, never, ActiveCampaignClient> = Layer.effect(BulkImport, make)
