import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as RateBudget from "effect-activecampaign/RateBudget"

/**
 * How old a turn may be when it arrives, in milliseconds. At 4 requests a second, calls that leave this late still leave at
 * most 5 in any rolling second: the sixth turn is 1250 ms after the first.
 */
export const freshness = 200

/** How much later than its turn arrived a call may leave, in milliseconds. */
export const readiness = 50

/** No turn may be older than this, however slow the runner is: the account is silent for as long. */
const oldest = 10_000

/** A turn: how long its caller stood in line, and for how long from then it may be used. In milliseconds. */
export interface Turn {
  readonly inLine: number
  readonly usableFor: number
}

/** Callers of one kind that ask at a time: hundreds would make each other's turns old before they are even asked for. */
const askingAtOnce = 16

/** What callers ask the budget of an account for, which may be on another machine. */
export interface Keeper<E> {
  readonly take: (asked: {
    readonly kind: RateBudget.Kind
    readonly usableFor: number
  }) => Effect.Effect<Turn, E>
  readonly hold: (asked: {
    readonly millis: number
    readonly kind: RateBudget.Kind | undefined
  }) => Effect.Effect<void, E>
  readonly observe: (observed: RateBudget.Observed) => Effect.Effect<void, E>
}

const currentMillis = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos / 1000n) / 1000)

/** The keeper of a budget, where it is. Without a limit a second, turns do not age. */
export const keeperOf = (budget: RateBudget.Service, isLimited: boolean): Keeper<never> => ({
  take: ({ kind, usableFor }) =>
    Effect.gen(function* () {
      const asked = yield* currentMillis
      yield* budget.take(kind)
      const inLine = (yield* currentMillis) - asked
      if (!isLimited) return { inLine, usableFor: Number.MAX_SAFE_INTEGER }
      // The spacing of turns allows for the usual age. While an older one may be used, there is no other.
      if (usableFor > freshness) yield* budget.hold(Duration.millis(usableFor + readiness))
      return { inLine, usableFor }
    }),
  hold: ({ kind, millis }) => budget.hold(Duration.millis(millis), kind),
  observe: budget.observe
})

const retryAfter = Duration.millis(100)

/**
 * After this time a call counts as lost, and is made again. Its connection may have ended without a word, and nothing else
 * would end the wait.
 */
const answerWithin = Duration.seconds(20)

/** The same for a turn, which may take as long as the line of the account's runners. */
const turnWithin = Duration.minutes(2)

/** Asks again until there is an answer: the keeper may be moving to another runner, which interrupts its calls. */
const persistently = <A, E>(call: Effect.Effect<A, E>, within: Duration.Duration): Effect.Effect<A> =>
  call.pipe(
    Effect.timeout(within),
    Effect.sandbox,
    Effect.retry({ while: (cause) => !Cause.isDie(cause), schedule: Schedule.spaced(retryAfter) }),
    Effect.catchAll((cause) => Effect.die(Cause.squash(cause)))
  )

/**
 * The budget of those who ask a keeper. A turn that is too old when it arrives is not used, because others may have left
 * since. A runner that is always that slow would never get one: so it asks for turns that it can use for longer.
 */
export const budgetFrom = <E>(keeper: Keeper<E>): Effect.Effect<RateBudget.Service> =>
  Effect.gen(function* () {
    const askers = {
      read: yield* Effect.makeSemaphore(askingAtOnce),
      "import-many": yield* Effect.makeSemaphore(askingAtOnce),
      "import-one": yield* Effect.makeSemaphore(askingAtOnce)
    }
    let usableFor = freshness
    const takeOnce = (kind: RateBudget.Kind) =>
      Effect.gen(function* () {
        const asked = yield* currentMillis
        const turn = yield* keeper.take({ kind, usableFor })
        const age = (yield* currentMillis) - asked - turn.inLine
        usableFor = Math.min(Math.max(freshness, 2 * Math.ceil(age)), oldest)
        return age <= turn.usableFor
      })
    return {
      take: (kind = "read") =>
        askers[kind].withPermits(1)(
          Effect.asVoid(
            Effect.repeat(persistently(takeOnce(kind), turnWithin), { until: (isFresh) => isFresh })
          )
        ),
      hold: (duration, kind) =>
        persistently(keeper.hold({ millis: Duration.toMillis(duration), kind }), answerWithin),
      // A budget slows down only if less than this remains.
      observe: (observed) =>
        observed.remaining < 2 ? persistently(keeper.observe(observed), answerWithin) : Effect.void
    }
  })
