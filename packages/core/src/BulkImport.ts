/**
 * Bulk imports: submit one, ask about it once, watch it, or wait for it.
 *
 * @since 0.1.0
 */
import * as Arr from "effect/Array"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { ActiveCampaignClient } from "./ActiveCampaignClient.js"
import type { ActiveCampaignError } from "./ActiveCampaignError.js"
import type { BatchId } from "./BatchId.js"
import type { ImportAnswer, Settled } from "./ImportAnswer.js"
import type { ImportSnapshot } from "./ImportSnapshot.js"
import type { ImportTotals } from "./ImportTotals.js"
import { makeWait } from "./internal/wait.js"
import * as PollPolicy from "./PollPolicy.js"
import * as PollState from "./PollState.js"
import { type QueuedImport, type Submission, split } from "./Submission.js"
import type { SubmissionError } from "./SubmissionError.js"
import type { WaitError } from "./WaitError.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Asks once: the status and both lists. */
  readonly info: (batchId: BatchId) => Effect.Effect<ImportAnswer, ActiveCampaignError>
  /** Asks once and keeps the time and the body beside the answer. */
  readonly snapshot: (batchId: BatchId) => Effect.Effect<ImportSnapshot, ActiveCampaignError>
  /** Asks once for a wait, and returns its state with the answer. A settled state is returned without asking. */
  readonly poll: (state: PollState.PollState) => Effect.Effect<PollState.PollState, ActiveCampaignError>
  /**
   * Asks until the batch settles, and emits each answer that differs from the one before, the settled one last.
   * Given a state, it continues after the answer in it, and emits nothing if that has settled. Fails with `StillRunning` at
   * the deadline, and with `UnknownBatch` if nothing but `unset` came for too long.
   */
  readonly changes: (
    batch: BatchId | PollState.PollState,
    policy?: PollPolicy.Input
  ) => Stream.Stream<ImportSnapshot, WaitError>
  /** The same wait as a stream of its states, one for each call. Store the last one to resume the wait. */
  readonly states: (
    batch: BatchId | PollState.PollState,
    policy?: PollPolicy.Input
  ) => Stream.Stream<PollState.PollState, WaitError>
  /** Waits until the batch has settled. A batch that `failed` or was `interrupted` is an answer, not an error. */
  readonly awaitSettled: (
    batch: BatchId | PollState.PollState,
    policy?: PollPolicy.Input
  ) => Effect.Effect<Settled, WaitError>
  /** How much the account imported each day, all of its integrations together. */
  readonly totals: Effect.Effect<ImportTotals, ActiveCampaignError>
  /**
   * Submits at most 250 contacts. Retried only if nothing can have been queued. Once a request may have left, it cannot be
   * interrupted: it ends with its answer, or as `OutcomeUnknown` at its time limit.
   */
  readonly submit: (submission: Submission) => Effect.Effect<QueuedImport, SubmissionError>
  /**
   * Submits any number of contacts in parts, as `Submission.split` makes them, and emits the result of each part as it
   * ends: a `PartQueued`, or a `PartRefused` on the left. A refused part ends neither the stream nor the other parts.
   *
   * By default a part is sent only after the result of the one before has been taken from the stream, so that it can be
   * recorded. With a `concurrency`, several are sent at once and end in any order.
   */
  readonly submitAll: (
    submission: Submission,
    options?: SubmitAllOptions
  ) => Stream.Stream<Either.Either<PartQueued, PartRefused>>
}

/**
 * The place of a part in the whole submission. Both numbers count from 0.
 *
 * @since 0.1.0
 * @category models
 */
export interface Place {
  /** The number of the part. */
  readonly part: number
  /** The number of its first contact among all. */
  readonly firstContact: number
}

/**
 * A part that was queued. It is not imported yet.
 *
 * @since 0.1.0
 * @category models
 */
export interface PartQueued {
  readonly place: Place
  readonly submission: Submission
  readonly queued: QueuedImport
}

/**
 * A part that was not queued. If the error is `OutcomeUnknown`, it may have been.
 *
 * @since 0.1.0
 * @category models
 */
export interface PartRefused {
  readonly place: Place
  readonly submission: Submission
  readonly error: SubmissionError
}

/**
 * @since 0.1.0
 * @category models
 */
export interface SubmitAllOptions {
  /** How many parts are sent at once. Default 1. */
  readonly concurrency?: number | undefined
}

/**
 * @since 0.1.0
 * @category tags
 */
export class BulkImport extends Context.Tag("effect-activecampaign/BulkImport")<BulkImport, Service>() {}

const stateOf = (batch: BatchId | PollState.PollState) =>
  typeof batch === "string" ? PollState.start(batch) : Effect.succeed(batch)

const placed = (parts: ReadonlyArray<Submission>): ReadonlyArray<readonly [Place, Submission]> =>
  Arr.mapAccum(parts, 0, (firstContact, submission, part) => [
    firstContact + submission.contacts.length,
    [{ part, firstContact }, submission] as const
  ])[1]

const spanned = (name: string, batch: BatchId | PollState.PollState) =>
  Stream.withSpan(`BulkImport.${name}`, {
    captureStackTrace: false,
    attributes: { batchId: typeof batch === "string" ? batch : batch.batchId }
  })

/**
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, ActiveCampaignClient> = Effect.map(
  ActiveCampaignClient,
  (client): Service => {
    const wait = makeWait(client)
    const waitFor = (batch: BatchId | PollState.PollState, policy: PollPolicy.Input | undefined) =>
      Stream.unwrap(Effect.map(stateOf(batch), (state) => wait.changes(state, PollPolicy.make(policy))))
    return {
      info: (batchId) => Effect.map(client.importInfo(batchId), (snapshot) => snapshot.answer),
      snapshot: client.importInfo,
      poll: wait.poll,
      changes: (batch, policy) =>
        waitFor(batch, policy).pipe(
          Stream.filter((step) => step.changed),
          Stream.map((step) => step.snapshot),
          spanned("changes", batch)
        ),
      states: (batch, policy) =>
        waitFor(batch, policy).pipe(
          Stream.map((step) => step.state),
          spanned("states", batch)
        ),
      awaitSettled: (batch, policy) =>
        Effect.flatMap(stateOf(batch), (state) => wait.settled(state, PollPolicy.make(policy))),
      totals: client.importTotals,
      submit: client.submitImport,
      submitAll: (submission, { concurrency = 1 } = {}) =>
        Stream.fromIterable(placed(split(submission))).pipe(
          Stream.mapEffect(
            ([place, part]) =>
              Effect.map(Effect.either(client.submitImport(part)), (end) =>
                Either.mapBoth(end, {
                  onLeft: (error): PartRefused => ({ place, submission: part, error }),
                  onRight: (queued): PartQueued => ({ place, submission: part, queued })
                })
              ),
            { concurrency, unordered: true }
          ),
          Stream.withSpan("BulkImport.submitAll", {
            captureStackTrace: false,
            attributes: { contacts: submission.contacts.length }
          })
        )
    }
  }
)

/**
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<BulkImport, never, ActiveCampaignClient> = Layer.effect(BulkImport, make)

/**
 * `info` of the service in the context.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { BatchId, BulkImport } from "effect-activecampaign"
 *
 * const status = Effect.map(BulkImport.info(BatchId.make("b-0001")), (answer) => answer.status)
 * ```
 *
 * @since 0.1.0
 * @category accessors
 */
export const info = (batchId: BatchId): Effect.Effect<ImportAnswer, ActiveCampaignError, BulkImport> =>
  Effect.flatMap(BulkImport, (bulkImport) => bulkImport.info(batchId))

/**
 * `snapshot` of the service in the context.
 *
 * @since 0.1.0
 * @category accessors
 */
export const snapshot = (batchId: BatchId): Effect.Effect<ImportSnapshot, ActiveCampaignError, BulkImport> =>
  Effect.flatMap(BulkImport, (bulkImport) => bulkImport.snapshot(batchId))

/**
 * `poll` of the service in the context.
 *
 * @since 0.1.0
 * @category accessors
 */
export const poll = (
  state: PollState.PollState
): Effect.Effect<PollState.PollState, ActiveCampaignError, BulkImport> =>
  Effect.flatMap(BulkImport, (bulkImport) => bulkImport.poll(state))

/**
 * `changes` of the service in the context.
 *
 * @since 0.1.0
 * @category accessors
 */
export const changes = (
  batch: BatchId | PollState.PollState,
  policy?: PollPolicy.Input
): Stream.Stream<ImportSnapshot, WaitError, BulkImport> =>
  Stream.unwrap(Effect.map(BulkImport, (bulkImport) => bulkImport.changes(batch, policy)))

/**
 * `states` of the service in the context.
 *
 * @since 0.1.0
 * @category accessors
 */
export const states = (
  batch: BatchId | PollState.PollState,
  policy?: PollPolicy.Input
): Stream.Stream<PollState.PollState, WaitError, BulkImport> =>
  Stream.unwrap(Effect.map(BulkImport, (bulkImport) => bulkImport.states(batch, policy)))

/**
 * `awaitSettled` of the service in the context.
 *
 * @since 0.1.0
 * @category accessors
 */
export const awaitSettled = (
  batch: BatchId | PollState.PollState,
  policy?: PollPolicy.Input
): Effect.Effect<Settled, WaitError, BulkImport> =>
  Effect.flatMap(BulkImport, (bulkImport) => bulkImport.awaitSettled(batch, policy))

/**
 * `totals` of the service in the context.
 *
 * @since 0.1.0
 * @category accessors
 */
export const totals: Effect.Effect<ImportTotals, ActiveCampaignError, BulkImport> = Effect.flatMap(
  BulkImport,
  (bulkImport) => bulkImport.totals
)

/**
 * `submit` of the service in the context.
 *
 * @since 0.1.0
 * @category accessors
 */
export const submit = (submission: Submission): Effect.Effect<QueuedImport, SubmissionError, BulkImport> =>
  Effect.flatMap(BulkImport, (bulkImport) => bulkImport.submit(submission))

/**
 * `submitAll` of the service in the context.
 *
 * @since 0.1.0
 * @category accessors
 */
export const submitAll = (
  submission: Submission,
  options?: SubmitAllOptions
): Stream.Stream<Either.Either<PartQueued, PartRefused>, never, BulkImport> =>
  Stream.unwrap(Effect.map(BulkImport, (bulkImport) => bulkImport.submitAll(submission, options)))
