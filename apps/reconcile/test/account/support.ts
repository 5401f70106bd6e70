import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as SharedRate from "../../src/account/SharedRate.js"
import * as virtualClock from "../support/virtualClock.js"

export const account = "https://one.api-us1.com/api/3"

/** What a command of this machine has: a budget of its own on the file that all share. */
export const command = (folder: string, options: Partial<SharedRate.Options> = {}) => {
  const told: Array<string> = []
  const make = SharedRate.make({
    account,
    requestsPerSecond: 4,
    accountLimit: 5,
    folder: { path: folder },
    tell: (sentence) => Effect.sync(() => told.push(sentence)).pipe(Effect.asVoid),
    machineTime: Clock.currentTimeMillis,
    ...options
  })
  return Effect.map(make, (budget) => ({ ...budget, told }))
}

export const inVirtualTime = Effect.withClock(virtualClock.make(1_000_000))

export const now = Clock.currentTimeMillis

/** The most of these times within less than a second. */
export const busiest = (times: ReadonlyArray<number>) =>
  Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length))

/** Makes calls, as many at once as a command does, and tells when they went. */
export const calling = (budget: Effect.Effect.Success<ReturnType<typeof command>>, calls: number) =>
  Effect.forEach(Array.from({ length: calls }), () => Effect.zipRight(budget.take(), now), { concurrency: 8 })
