import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type { Clock } from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scenario from "effect-activecampaign-simulator/Scenario"
import type { SetBy, Timeline } from "../../support/virtualClock.js"

export const hour = 3_600_000
const day = 24 * hour

/** A year in hours: a leap day more than most. */
export const hours = 366 * 24

/** When the account is down, when it limits the rate, and when clocks are set. Days count from 0. */
const downOn = 100
const limitedDays = { from: 150, to: 180 }
const noon = 12
const clocks = [
  { at: 80 * day + 2 * hour, by: hour },
  { at: 200 * day + 5.5 * hour, by: 2 * day },
  { at: 200 * day + 9 * hour, by: -2 * day },
  { at: 300 * day + 2 * hour, by: -hour }
]

export const setBy: SetBy = (elapsed) =>
  clocks.reduce((sum, { at, by }) => (at <= elapsed ? sum + by : sum), 0)

export const isDown = (elapsed: number) => Math.floor(elapsed / day) === downOn

/** A quarter of an hour in which every call is refused. */
export const isLimited = (elapsed: number) => {
  const at = elapsed / day
  return (
    at >= limitedDays.from &&
    at < limitedDays.to &&
    Math.floor((elapsed % day) / hour) === noon &&
    elapsed % hour < hour / 4
  )
}

const becomes = ["created", "created", "updated", "created", "rejected", "silent", "unreported"] as const

/** The batch of each day. Some addresses are sent again months later. */
const batchOf = (at: number): NonNullable<Scenario.ScenarioInput["batches"]>[number] => ({
  batchId: `day-${at}`,
  // Before the pass of nine o'clock.
  submittedAt: at * day + 8.5 * hour,
  stages: { unset: 60_000, waiting: 120_000, claimed: 60_000, active: (at % 9) * hour },
  // One is never done.
  ends: at === 210 ? "never" : at % 13 === 5 ? "failed" : at % 29 === 7 ? "interrupted" : "completed",
  ...(at % 13 === 5 ? { processed: 3 } : {}),
  contacts: becomes.map((one, index) => ({
    email: `c${at % 120 < 3 ? at % 120 : at}-${index}@example.test`,
    becomes: one
  }))
})

export const batches = Array.from({ length: hours / 24 }, (_, at) => batchOf(at))

export interface Call {
  readonly at: number
  readonly batchId: string | null
}

/** The account as a client of the job meets it in that year. */
export const outdoors = (
  inside: HttpClient.HttpClient,
  { steady, timeline }: { readonly steady: Clock; readonly timeline: Timeline },
  onCall: (call: Call) => void
) =>
  HttpClient.make((request, url) => {
    const at = timeline.elapsed()
    onCall({ at, batchId: url.searchParams.get("batchId") })
    if (isDown(at)) {
      const cause = Object.assign(new Error("connect ECONNREFUSED 192.0.2.1:443"), { code: "ECONNREFUSED" })
      return Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport", cause }))
    }
    if (isLimited(at)) {
      const headers = { "retry-after": "60" }
      return Effect.sync(() =>
        HttpClientResponse.fromWeb(request, new Response("{}", { status: 429, headers }))
      )
    }
    // The account has a clock of its own.
    return Effect.withClock(inside.execute(request), steady)
  })
