import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Attempts } from "../../job/Attempts.js"
import { steadyMillis } from "../../job/steadyTime.js"
import { span } from "../../text/numbers.js"
import { printable } from "../output/text.js"

/** Who gives no answer; null means ActiveCampaign as a whole. */
export const nameOf = (batchId: string | null): string =>
  batchId === null ? "ActiveCampaign" : `Batch ${batchId}`

const worthTelling = Duration.toMillis("5 seconds")

/** What is waited for, and until when. */
export const waitingFor = (batchId: string | null, message: string, wait: number): string => {
  const next = wait > worthTelling ? ` Next call in ${span(wait)}.` : ""
  return `${nameOf(batchId)}: no answer yet, trying again. ${message}${next}`
}

/** For a command that makes one call: reports once what it waits for, if that takes more than 5 seconds. */
export const sayingWaits =
  (quiet: boolean) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() => {
      let since: number | undefined
      let saidUntil = Number.NEGATIVE_INFINITY
      return Effect.provideService(effect, Attempts, {
        sent: Effect.map(steadyMillis, (now) => {
          since ??= now
        }),
        failed: (error, next) =>
          Effect.flatMap(steadyMillis, (now) => {
            if (quiet || Option.isNone(next)) return Effect.void
            const wait = Duration.toMillis(next.value)
            const isSaid = saidUntil > Number.NEGATIVE_INFINITY
            if (isSaid ? now < saidUntil || wait < 60_000 : now - (since ?? now) + wait <= worthTelling) {
              return Effect.void
            }
            saidUntil = now + wait
            return Console.error(`ac-reconcile: ${printable(waitingFor(null, error.message, wait))}`)
          })
      })
    })
