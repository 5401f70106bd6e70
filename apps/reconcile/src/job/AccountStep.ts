import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { ActiveCampaignClient } from "effect-activecampaign/ActiveCampaignClient"
import { AskAgain } from "effect-activecampaign/ContactDetails"
import type { Service as Contacts } from "effect-activecampaign/Contacts"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import type { Recorded } from "../ledger/asSent/Looks.js"
import type { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import type { ContactStep } from "../ledger/schema/words.js"
import { isEverybodys, isOfTheWay, neverConnected, provesNothing } from "./blame.js"
import type { Journal } from "./Journal.js"
import { accountAnswers } from "./probe.js"
import type { RunEvent, StepProblem } from "./RunEvent.js"
import { millisUntil, steadyMillis } from "./steadyTime.js"
import { type Failure, failureOf, silence, silent } from "./Failure.js"

/** A step of the job that asks the account about contacts, within a number of calls and until a time. */
export interface AccountStep {
  readonly name: ContactStep
  readonly client: ActiveCampaignClient["Type"]
  readonly contacts: Contacts
  /** Whether contacts are fetched with what they hold, because some were sent with something declared. */
  readonly inDetail: boolean
  /** Counts sent contacts that were compared, in whatever call. */
  readonly countLooks: (looks: Recorded) => void
  readonly calls: CallBudget
  /** On the steady clock. */
  readonly endsAt: number
  readonly journal: Journal
  readonly onEvent: (event: RunEvent) => Effect.Effect<void>
  /** Reports trouble that leaves something open. */
  readonly onProblem: (problem: StepProblem) => Effect.Effect<void>
}

/** How many more calls the steps of a run may make; retries of one call count as that one. */
export interface CallBudget {
  readonly left: () => number
  readonly spend: (calls: number) => void
}

/** `onSpent` gets the calls that are left. */
export const callBudget = (most: number, onSpent: (left: number) => void = () => {}) => {
  let left = most
  return {
    left: () => left,
    spend: (calls: number) => {
      left = Math.max(0, left - calls)
      onSpent(left)
    },
    renew: () => {
      left = most
      onSpent(left)
    }
  }
}

/** Whether the step may continue: time and calls are left. */
export const mayGoOn = ({ calls, endsAt }: Pick<AccountStep, "calls" | "endsAt">) =>
  Effect.map(steadyMillis, (now) => now < endsAt && calls.left() > 0)

/** Gives up a call that would outlast the step. */
export const withinTime =
  ({ endsAt }: Pick<AccountStep, "endsAt">) =>
  <A, E, R>(call: Effect.Effect<A, E, R>) =>
    Effect.flatMap(millisUntil(endsAt), (left) => Effect.timeoutOption(call, Duration.millis(left)))

/** After this many failed calls in a row, the account has to show that it still answers others. */
const mostInARow = { everybodys: 2, slow: 16, quick: 40 }

const limitOf = (error: ContactsError) => {
  if (isEverybodys(error)) return mostInARow.everybodys
  return isOfTheWay(error) ? mostInARow.slow : mostInARow.quick
}

/** Nothing came before the step had to end. */
export const cut = "cut"

export type Asked<A> = Either.Either<A, ContactsError | typeof cut>

/** The calls of a step, and whether a failure concerns one of them or all. */
export interface Calls {
  /** `unpaid`: calls under way that are counted once they are answered. */
  readonly make: <A>(
    call: Effect.Effect<A, ContactsError | LedgerError, Ledger>,
    unpaid?: number
  ) => Effect.Effect<Asked<A>, LedgerError, Ledger>
  /** Whether the account no longer answers anything, so that the next call would only fail like the last ones. */
  readonly isHopeless: () => boolean
  /** Leaves open what was asked for, for this reason. */
  readonly leave: (error: ContactsError) => Effect.Effect<void, LedgerError, Ledger>
  /** Reports what stays open. Fails if every call of the run must fail the same way. */
  readonly finish: Effect.Effect<void, ContactsError | LedgerError, Ledger>
}

export const makeCalls = (step: AccountStep): Calls => {
  const { journal, name, onProblem } = step
  const topic = { _tag: "Step", step: name } as const
  const left = new Map<string, StepProblem>()
  const oneAtATime = Effect.unsafeMakeSemaphore(1)
  let inARow = 0
  let last: ContactsError | null = null
  let isHopeless = false
  /** Whether it has shown in this step that it answers while single calls fail. */
  let hasShown = false

  const open = ({ error, message }: Failure) =>
    left.set(error, { step: name, error, message, calls: (left.get(error)?.calls ?? 0) + 1 })

  const leaveFor = (failure: Failure, error?: ContactsError) =>
    Effect.gen(function* () {
      open(failure)
      yield* journal.troubles.givenUp(topic, failure, { again: null, ...(error && { error }) })
      yield* journal.flush
    })

  /** A call that had only just begun when time ran out is left for the next run, like those not made. */
  const leaveCut = Effect.gen(function* () {
    const streak = journal.troubles.streakOf(topic)
    if (streak !== undefined) {
      if (!streak.last.provesNothing) yield* journal.heardFrom
      open(streak.last)
      journal.troubles.keep(topic)
      return yield* journal.flush
    }
    const sentAt = journal.troubles.sentAt(topic)
    if (sentAt === undefined || (yield* steadyMillis) - sentAt <= silence) return
    yield* journal.heardFrom
    yield* leaveFor(cutShort)
  })

  const isQuestionable = (error: ContactsError) =>
    inARow >= (hasShown ? Math.max(mostInARow.quick, limitOf(error)) : limitOf(error))

  /** If no call may be made or none gets through, it has not answered. */
  const answersStill = (error: ContactsError) =>
    Effect.suspend(() => {
      if (neverConnected(error) || step.calls.left() === 0) return Effect.succeed(false)
      step.calls.spend(1)
      return accountAnswers(step.contacts, journal)
    })

  /** Finds out whether the last calls failed because of what they asked for. */
  const question = (error: ContactsError) =>
    oneAtATime.withPermits(1)(
      Effect.gen(function* () {
        if (isHopeless || !isQuestionable(error)) return
        hasShown = yield* answersStill(error)
        isHopeless = !hasShown
        inARow = 0
      })
    )

  /** A call made once more, without what it failed with, is another one. */
  const askAgain = (unpaid: number) => (atLeast: number) =>
    Effect.sync(() => {
      if (step.calls.left() < unpaid + atLeast) return false
      step.calls.spend(1)
      return true
    })

  return {
    make: (call, unpaid = 0) =>
      Effect.gen(function* () {
        const answer = yield* journal.troubles
          .listen(topic)(call)
          .pipe(Effect.provideService(AskAgain, askAgain(unpaid)), Effect.either, withinTime(step))
        if (Option.isNone(answer)) return yield* Effect.as(leaveCut, Either.left<typeof cut>(cut))
        if (answer.value._tag === "Right") {
          inARow = 0
          last = null
          yield* journal.answered(topic)
          return Either.right(answer.value.right)
        }
        const error = answer.value.left
        if (error._tag === "LedgerError") return yield* Effect.fail(error)
        inARow += 1
        last = error
        yield* question(error)
        return Either.left(error)
      }),
    isHopeless: () => isHopeless,
    leave: (error) =>
      Effect.zipRight(
        provesNothing(error) ? Effect.void : journal.heardFrom,
        leaveFor(failureOf(error), error)
      ),
    finish: Effect.gen(function* () {
      if (last !== null && (isHopeless || !journal.hasAnswered())) {
        const isStranger = provesNothing(last) && !journal.hasHeard()
        const isEnd = last._tag === "AuthenticationFailed" || isStranger
        if (isEnd && (isHopeless || !(yield* answersStill(last)))) return yield* Effect.fail(last)
      }
      yield* Effect.forEach(left.values(), onProblem, { discard: true })
      if (!journal.hasHeard()) return
      yield* journal.troubles.stepEnded(name, { isWhole: left.size === 0 })
      yield* journal.flush
    })
  }
}

const cutShort = silent("A call about contacts ran out of time without an answer.")
