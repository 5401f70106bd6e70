import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ActiveCampaignClient } from "effect-activecampaign/ActiveCampaignClient"
import type { Service as Contacts } from "effect-activecampaign/Contacts"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import type { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import type { RunEvent, StepProblem } from "./RunEvent.js"

/** A step of the job that asks the account about contacts, within a number of calls and until a time. */
export interface AccountStep {
  readonly client: ActiveCampaignClient["Type"]
  readonly contacts: Contacts
  readonly calls: CallBudget
  /** In milliseconds since the epoch. */
  readonly endsAt: number
  readonly onEvent: (event: RunEvent) => Effect.Effect<void>
  /** Records and tells trouble that leaves something open. */
  readonly onProblem: (problem: StepProblem) => Effect.Effect<void, LedgerError, Ledger>
}

/** How many more calls the steps of a run may make; retries of one call count as that one. */
export interface CallBudget {
  readonly left: () => number
  readonly spend: (calls: number) => void
}

export const callBudget = (most: number): CallBudget => {
  let left = most
  return {
    left: () => left,
    spend: (calls) => {
      left = Math.max(0, left - calls)
    }
  }
}

/** Whether the step may go on: time and calls are left. */
export const mayGoOn = ({ calls, endsAt }: AccountStep) =>
  Effect.map(Clock.currentTimeMillis, (now) => now < endsAt && calls.left() > 0)

/** A call that would outlast the step is given up. */
export const withinTime =
  ({ endsAt }: AccountStep) =>
  <A, E, R>(call: Effect.Effect<A, E, R>) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.timeoutOption(call, Duration.millis(Math.max(0, endsAt - now)))
    )

export const problemOf = (step: StepProblem["step"], error: ContactsError): StepProblem => ({
  step,
  error: error._tag,
  message: error.message
})

/** Trouble ends a step and is told; a refused token ends the run, for it is the trouble of every call. */
export const orProblem =
  (step: AccountStep, name: StepProblem["step"]) =>
  <R>(asking: Effect.Effect<void, ContactsError | LedgerError, R>) =>
    Effect.catchAll(
      asking,
      (error): Effect.Effect<void, ContactsError | LedgerError, Ledger> =>
        error._tag === "LedgerError" || error._tag === "AuthenticationFailed"
          ? Effect.fail(error)
          : step.onProblem(problemOf(name, error))
    )
