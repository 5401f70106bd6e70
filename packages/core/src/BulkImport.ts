/**
 * Bulk imports: submitted, asked about once, watched, or awaited.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
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
import type { QueuedImport, Submission } from "./Submission.js"
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
  /** Asks once on behalf of a wait: the state with the answer in it. A settled state is returned without asking. */
  readonly poll: (state: PollState.PollState) => Effect.Effect<PollState.PollState, ActiveCampaignError>
  /**
   * Asks until the batch settles, and emits each answer that differs from the one before, the settled one last.
   * Given a state, goes on from there: after the answer it holds, and with nothing to emit where that has settled.
   * Fails with `StillRunning` at the deadline, and with `UnknownBatch` where nothing but `unset` came for too long.
   */
  readonly changes: (
    batch: BatchId | PollState.PollState,
    policy?: PollPolicy.Input
  ) => Stream.Stream<ImportSnapshot, WaitError>
  /** The same wait as the states it goes through, one for each call: store the last one to resume the wait. */
  readonly states: (
    batch: BatchId | PollState.PollState,
    policy?: PollPolicy.Input
  ) => Stream.Stream<PollState.PollState, WaitError>
  /** Waits until the batch has settled. A batch that `failed` or was `interrupted` is an answer, no error. */
  readonly awaitSettled: (
    batch: BatchId | PollState.PollState,
    policy?: PollPolicy.Input
  ) => Effect.Effect<Settled, WaitError>
  /** How much the account has imported a day, all of its integrations together. */
  readonly totals: Effect.Effect<ImportTotals, ActiveCampaignError>
  /** Submits at most 250 contacts. Retried only where nothing can have been queued. */
  readonly submit: (submission: Submission) => Effect.Effect<QueuedImport, SubmissionError>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class BulkImport extends Context.Tag("effect-activecampaign/BulkImport")<BulkImport, Service>() {}

const stateOf = (batch: BatchId | PollState.PollState) =>
  typeof batch === "string" ? PollState.start(batch) : Effect.succeed(batch)

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
          Stream.map((step) => step.snapshot)
        ),
      states: (batch, policy) => Stream.map(waitFor(batch, policy), (step) => step.state),
      awaitSettled: (batch, policy) =>
        Effect.flatMap(stateOf(batch), (state) => wait.settled(state, PollPolicy.make(policy))),
      totals: client.importTotals,
      submit: client.submitImport
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
