import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { ActiveCampaignClient } from "effect-activecampaign/ActiveCampaignClient"
import * as Contacts from "effect-activecampaign/Contacts"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import { reconcileStale } from "../ledger/conclusions/Reconciliation.js"
import * as Batches from "../ledger/facts/Batches.js"
import { whileLeased } from "../ledger/lease/Lease.js"
import { checkAccount, type Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import { callBudget, withinTime } from "./AccountStep.js"
import { plan } from "./LookUp.js"
import * as checkPlan from "./checkPlan.js"
import type { LookupPlan } from "./lookupPlan.js"
import * as Round from "./Round.js"
import type { RunReport } from "./RunReport.js"
import { watch } from "./Watch.js"

export type { AccountOptions } from "./Round.js"

export interface RunOptions extends Round.Options {
  /** Whether to ask about the batches that have not settled; without it, only what `account` says is done. */
  readonly follow: boolean
  /**
   * Go on as batches are added, until this ends; there is no deadline then. Without it, the run ends once all that is open
   * has been asked about.
   */
  readonly watch?: Effect.Effect<void> | undefined
}

/** Longer than any watch. */
const noDeadline = Duration.days(36_500)

const begin = (options: RunOptions) =>
  Effect.gen(function* () {
    const client = yield* ActiveCampaignClient
    yield* checkAccount(client.url)
    yield* reconcileStale()
    const open = options.follow ? yield* Batches.open : []
    return { open, rounds: yield* Round.make(options, open.length) }
  })

const oneRound = (options: RunOptions) =>
  whileLeased(
    Effect.gen(function* () {
      const { open, rounds } = yield* begin(options)
      return yield* options
        .onEvent({ _tag: "Started", open: open.length })
        .pipe(
          Effect.zipRight(rounds.round(open, null)),
          Effect.zipRight(rounds.report(null)),
          Effect.ensuring(Effect.ignore(rounds.journal.finish))
        )
    })
  )

const watched = (options: RunOptions, stopped: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const { open, rounds } = yield* begin({ ...options, deadline: noDeadline })
    let isIdle = false
    const watching = watch(rounds, {
      onEvent: options.onEvent,
      onIdle: (now) => {
        isIdle = now
      }
    })
    yield* options.onEvent({ _tag: "Started", open: open.length })
    yield* Effect.raceFirst(watching, stopped).pipe(Effect.ensuring(Effect.ignore(rounds.journal.finish)))
    return yield* rounds.report(isIdle ? "idle" : "busy")
  })

/**
 * Asks about every open batch until it settles, records each change, and computes the outcomes.
 *
 * Trouble with one batch or contact is recorded and named, and never ends the run. A refused token does, and so does an
 * account that cannot be reached at all, because these affect every call.
 */
export const run = (
  options: RunOptions
): Effect.Effect<RunReport, ContactsError | LedgerError, Ledger | ActiveCampaignClient> =>
  (options.watch === undefined ? oneRound(options) : watched(options, options.watch)).pipe(
    Effect.withSpan("reconcile.run", { attributes: { once: options.once } })
  )

/** How contacts would be compared with what they were sent with. Asks nothing. */
export const planCheckOnly = (options: {
  readonly sample: number
  readonly maxCalls: number
}): Effect.Effect<checkPlan.CheckPlan, LedgerError, Ledger> =>
  Effect.gen(function* () {
    yield* reconcileStale()
    return yield* checkPlan.planOnly({ sample: options.sample, again: "all", budget: options.maxCalls })
  })

/** How the unaccounted addresses would be looked up. Records nothing. */
export const planOnly = (options: {
  readonly deadline: Duration.Duration
  readonly maxCalls: number
}): Effect.Effect<LookupPlan, ContactsError | LedgerError, Ledger | ActiveCampaignClient> =>
  Effect.gen(function* () {
    const client = yield* ActiveCampaignClient
    const contacts = yield* Contacts.make
    yield* checkAccount(client.url)
    yield* reconcileStale()
    const step = { calls: callBudget(options.maxCalls), endsAt: yield* Round.endOf(options.deadline) }
    return yield* plan(step, Effect.map(withinTime(step)(contacts.newestId), Option.flatten))
  })
