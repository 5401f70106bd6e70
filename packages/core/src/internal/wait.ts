import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Service as Client } from "../ActiveCampaignClient.js"
import type { ActiveCampaignError } from "../ActiveCampaignError.js"
import { Equivalence, isSettled, type Settled } from "../ImportAnswer.js"
import type { ImportSnapshot } from "../ImportSnapshot.js"
import { settleTimes } from "../Metrics.js"
import type { PollPolicy } from "../PollPolicy.js"
import * as PollState from "../PollState.js"
import { StillRunning, UnknownBatch } from "../WaitError.js"
import { makePacer } from "./pacer.js"
import { makeCurrentTime } from "./steadyTime.js"
import { Trouble } from "./trouble.js"

/** One call of a wait. */
interface Step {
  readonly state: PollState.PollState
  readonly snapshot: ImportSnapshot
  /** Whether the answer differs from the one before. */
  readonly changed: boolean
}

/** The wait for one batch, on the calls of a client. */
export const makeWait = (client: Pick<Client, "importInfo">) => {
  const ask = (state: PollState.PollState): Effect.Effect<Step, ActiveCampaignError> =>
    Effect.map(client.importInfo(state.batchId), (snapshot) => ({
      snapshot,
      state: PollState.next(state, snapshot.answer, snapshot.receivedAt),
      changed: !Option.exists(state.last, ({ answer }) => Equivalence(answer, snapshot.answer))
    }))

  const poll = (state: PollState.PollState): Effect.Effect<PollState.PollState, ActiveCampaignError> =>
    Option.isSome(PollState.settled(state))
      ? Effect.succeed(state)
      : Effect.map(ask(state), (step) => step.state)

  const changes = (
    from: PollState.PollState,
    policy: PollPolicy
  ): Stream.Stream<Step, ActiveCampaignError | StillRunning | UnknownBatch> =>
    Stream.unwrap(
      Effect.gen(function* () {
        if (Option.isSome(PollState.settled(from))) return Stream.empty
        const deadline = Duration.decode(policy.deadline)
        const unsetGrace = Duration.decode(policy.unsetGrace)
        // Earlier times come from the wall clock, which processes share. From here on, time is measured.
        const before = Duration.toMillis(yield* PollState.elapsed(from))
        const currentTime = makeCurrentTime()
        const since = yield* currentTime
        const elapsed = Effect.map(currentTime, (now) => Duration.millis(before + now - since))
        const wholeElapsed = Effect.map(elapsed, (waited) =>
          Duration.millis(Math.round(Duration.toMillis(waited)))
        )
        const pacer = yield* makePacer(from, policy, currentTime)
        let state = from
        let lastTrouble = Option.none<ActiveCampaignError>()
        const listening = Effect.provideService(Trouble, {
          heard: (error) =>
            Effect.sync(() => {
              lastTrouble = Option.some(error)
            })
        })

        const stillRunning = Effect.flatMap(
          wholeElapsed,
          (waited) => new StillRunning({ state, waited, lastTrouble })
        )
        const withinDeadline = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E | StillRunning> =>
          Duration.isFinite(deadline)
            ? Effect.flatMap(elapsed, (waited) =>
                Effect.timeoutTo(effect, {
                  duration: Duration.subtract(deadline, waited),
                  onSuccess: Effect.succeed,
                  onTimeout: () => stillRunning
                }).pipe(Effect.flatten)
              )
            : effect
        const sleep = Effect.suspend(() =>
          Effect.flatMap(
            pacer.delay(state),
            Option.match({ onNone: () => stillRunning, onSome: (delay) => Effect.sleep(delay) })
          )
        )
        const step = Effect.suspend(() => withinDeadline(Effect.zipRight(sleep, listening(ask(state))))).pipe(
          Effect.tap((step) => {
            state = step.state
            lastTrouble = Option.none()
            if (state.known || step.snapshot.answer._tag !== "Unset") return Effect.void
            return Effect.flatMap(wholeElapsed, (waited) =>
              Duration.greaterThan(waited, unsetGrace)
                ? new UnknownBatch({ batchId: state.batchId, waited })
                : Effect.void
            )
          })
        )
        return Stream.repeatEffect(step).pipe(
          Stream.takeUntil(({ snapshot }) => isSettled(snapshot.answer)),
          Stream.tap(({ snapshot }) => Effect.flatMap(elapsed, (waited) => measured(snapshot, waited)))
        )
      })
    )

  const settled = (
    from: PollState.PollState,
    policy: PollPolicy
  ): Effect.Effect<Settled, ActiveCampaignError | StillRunning | UnknownBatch> =>
    Effect.gen(function* () {
      const last = yield* Stream.runLast(changes(from, policy))
      const state = Option.match(last, { onNone: () => from, onSome: (step) => step.state })
      // The stream ends with a settled answer or an error, or began with one.
      const answer = yield* Effect.orDie(PollState.settled(state))
      yield* Effect.annotateCurrentSpan({ status: answer.status, polls: state.polls })
      return answer
    }).pipe(
      Effect.withSpan("BulkImport.awaitSettled", {
        captureStackTrace: false,
        attributes: { batchId: from.batchId }
      })
    )

  return { poll, changes, settled }
}

const measured = ({ answer }: ImportSnapshot, waited: Duration.Duration): Effect.Effect<void> =>
  isSettled(answer)
    ? Metric.update(Metric.tagged(settleTimes, "status", answer.status), Duration.toSeconds(waited))
    : Effect.void
