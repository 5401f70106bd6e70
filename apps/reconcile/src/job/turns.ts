import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberHandle from "effect/FiberHandle"
import * as FiberId from "effect/FiberId"
import * as FiberSet from "effect/FiberSet"
import type * as Option from "effect/Option"
import { Line } from "./Attempts.js"
import type { DueQueue, Followable } from "./dueQueue.js"
import { steadyMillis } from "./steadyTime.js"

/** Makes an effect interruptible again inside a part that is not. */
export type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

export interface Visits<A, E, R> {
  readonly endsAt: number
  /**
   * Makes one call about a batch, and reports the result to the queue. It is interrupted when following must end, and then
   * has to do what is done for waiting batches. Only what it restores is interruptible.
   */
  readonly visit: (batch: A, restore: Restore) => Effect.Effect<void, E, R>
  /** Runs for each batch that still waits at the end. */
  readonly atTheEnd: (batch: A) => Effect.Effect<void, E, R>
  /** Runs beside, with the turns that are left. Following lasts at least as long. */
  readonly beside?: Effect.Effect<void, E, R> | null
}

const never = Number.POSITIVE_INFINITY

/** Waiting calls in the order in which they came. Each gets true when it is let in, and false when following is over. */
type Waiting = Array<Deferred.Deferred<boolean>>

/**
 * Waits for a change, at most until a time. The alarm stays set when something changes first: most waits end like that, and
 * the next one is rarely shorter. To set it for each would cost two fibers for each call.
 */
const makeAlarm = (changed: Effect.Latch) =>
  Effect.map(FiberHandle.make<void>(), (handle) => {
    let goesOffAt = never
    const goOff = Effect.sync(() => {
      goesOffAt = never
      changed.unsafeOpen()
    })
    const rest = (until: number): Effect.Effect<void> =>
      Effect.flatMap(steadyMillis, (now) => {
        if (until >= goesOffAt) return changed.await
        goesOffAt = until
        // A wait too short to move a clock would be repeated forever.
        const sleep = Effect.sleep(Duration.millis(Math.max(1, until - now)))
        return Effect.zipRight(FiberHandle.run(handle, Effect.zipRight(sleep, goOff)), changed.await)
      })
    return { rest }
  })

/**
 * The turns at the account's rate while batches are followed. Only one attempt at a time waits for the rate, so that the next
 * call is chosen when it can go out, and not before.
 *
 * Batches that are due and retries of failed calls alternate, so that neither blocks the other, however many there are. Calls
 * that are not about batches get the turns that are left.
 */
export const make = () => {
  const changed = Effect.unsafeMakeLatch()
  const retries: Waiting = []
  const spares: Waiting = []
  let isFollowing = false
  let isInLine = false

  const leaveLine = Effect.sync(() => {
    isInLine = false
    changed.unsafeOpen()
  })

  /** Lets the first waiting call in. False: none waits. */
  const admit = (waiting: Waiting) => {
    const turn = waiting.shift()
    if (turn === undefined) return false
    isInLine = true
    Deferred.unsafeDone(turn, Exit.succeed(true))
    return true
  }

  /**
   * Waits to be let into the line, and leaves it if interrupted. False: following is over. `restore` makes the wait
   * interruptible. What follows must not be interruptible, or the place in the line could be lost.
   */
  const letIn = (waiting: Waiting, restore: Restore): Effect.Effect<boolean> =>
    Effect.suspend(() => {
      if (!isFollowing) return Effect.succeed(false)
      const turn = Deferred.unsafeMake<boolean>(FiberId.none)
      waiting.push(turn)
      changed.unsafeOpen()
      return Effect.onExit(restore(Deferred.await(turn)), (exit) => {
        if (Exit.isSuccess(exit)) return Effect.void
        const place = waiting.indexOf(turn)
        if (place === -1) return leaveLine
        waiting.splice(place, 1)
        return Effect.void
      })
    })

  /** A call that was let in for its first request. For each further request it waits again, with calls of its kind. */
  const inLine = <A, E, R>(call: Effect.Effect<A, E, R>, waiting: Waiting): Effect.Effect<A, E, R> =>
    Effect.suspend(() => {
      let isFirst = true
      const enter = (turn: Effect.Effect<void>) =>
        Effect.uninterruptibleMask((restore) => {
          const isLetIn = isFirst
          isFirst = false
          return Effect.zipRight(
            isLetIn ? Effect.void : letIn(waiting, restore),
            Effect.ensuring(restore(turn), leaveLine)
          )
        })
      const leave = Effect.suspend(() => (isFirst ? leaveLine : Effect.void))
      return Effect.ensuring(Effect.provideService(call, Line, { enter }), leave)
    })

  const spare = <A, E, R>(call: Effect.Effect<A, E, R>): Effect.Effect<Option.Option<A>, E, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(letIn(spares, restore), (isLetIn) =>
        isLetIn ? Effect.asSome(inLine(restore(call), spares)) : Effect.succeedNone
      )
    )

  const follow = <A extends Followable, E, R>(
    queue: DueQueue<A>,
    { atTheEnd, beside = null, endsAt, visit }: Visits<A, E, R>
  ): Effect.Effect<void, E, R> =>
    Effect.gen(function* () {
      const failure = yield* Deferred.make<void, E>()
      const visits = yield* FiberSet.make<void>()
      const alarm = yield* makeAlarm(changed)
      let isAlone = beside === null
      if (beside !== null) {
        yield* Effect.forkScoped(
          spare(beside).pipe(
            Effect.catchAllCause((cause) => Deferred.failCause(failure, cause)),
            Effect.zipRight(
              Effect.sync(() => {
                isAlone = true
                changed.unsafeOpen()
              })
            )
          )
        )
      }
      const ask = (batch: A) =>
        Effect.uninterruptibleMask((restore) =>
          inLine(visit(batch, restore), retries).pipe(
            Effect.catchAllCause((cause) => Deferred.failCause(failure, cause)),
            Effect.zipRight(Effect.sync(() => changed.unsafeOpen()))
          )
        )
      const cutVisits = Effect.forEach(visits, Fiber.interruptAsFork(FiberId.none), { discard: true })
      let wasRetry = false
      const loop = Effect.gen(function* () {
        while (queue.size() > 0 || !isAlone) {
          changed.unsafeClose()
          const now = yield* steadyMillis
          if (now >= endsAt) {
            yield* Effect.forEach(queue.takeRest(), atTheEnd, { discard: true })
            yield* cutVisits
            if (queue.size() > 0) yield* changed.await
            continue
          }
          if (isInLine) {
            yield* alarm.rest(endsAt)
            continue
          }
          if (!wasRetry && admit(retries)) {
            wasRetry = true
            continue
          }
          wasRetry = false
          const turn = queue.next(now)
          if (turn._tag === "Ask") {
            isInLine = true
            yield* FiberSet.run(visits, ask(turn.batch))
          } else if (!admit(retries) && !admit(spares)) yield* alarm.rest(Math.min(turn.until, endsAt))
        }
      })
      // A failure does not wait for calls under way: leaving the scope interrupts them.
      yield* Effect.raceFirst(Deferred.await(failure), loop)
      if (yield* Deferred.isDone(failure)) yield* Deferred.await(failure)
    }).pipe(Effect.scoped)

  const end = Effect.sync(() => {
    isFollowing = false
    for (const turn of [...retries.splice(0), ...spares.splice(0)]) {
      Deferred.unsafeDone(turn, Exit.succeed(false))
    }
  })

  return {
    /** Asks about the batches of a queue, each when it is due, until none is left in it. */
    follow: <A extends Followable, E, R>(queue: DueQueue<A>, visits: Visits<A, E, R>) =>
      Effect.suspend(() => {
        isFollowing = true
        isInLine = false
        return Effect.ensuring(follow(queue, visits), end)
      }),
    /** Makes a call as soon as no batch is due. None: following ended before. */
    spare,
    /** To be called when a batch was added to the queue: it may be due before the others. */
    queueChanged: () => changed.unsafeOpen()
  }
}

export type Turns = ReturnType<typeof make>
