import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type { Clock } from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Random from "effect/Random"
import type { SetBy, Timeline } from "../../support/virtualClock.js"
import { world } from "./worlds.js"

type Answer = Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

/** What may happen to a call in place of its right answer. */
type Fault = (request: HttpClientRequest.HttpClientRequest, right: Answer) => Answer

const replying =
  (status: number, body: string, headers: Record<string, string> = {}): Fault =>
  (request) =>
    Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(body, { status, headers })))

const html = { "content-type": "text/html" }
const json = { "content-type": "application/json" }
const page = "<!DOCTYPE html><html><body>Something else</body></html>"

const reset: Fault = (request) =>
  Effect.fail(
    new HttpClientError.RequestError({ request, reason: "Transport", cause: new Error("read ECONNRESET") })
  )

/** The right answer, of which the second half is lost. */
const cut: Fault = (request, right) =>
  Effect.map(
    Effect.flatMap(right, (response) => response.text),
    (text) => {
      const half = new TextEncoder().encode(text.slice(0, text.length / 2))
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(half),
        pull: (controller) => controller.error(new TypeError("terminated: other side closed"))
      })
      return HttpClientResponse.fromWeb(request, new Response(body, { status: 200, headers: json }))
    }
  )

const late =
  (millis: number): Fault =>
  (_, right) =>
    Effect.delay(right, millis)

const nested = `{"status":${"[".repeat(3000)}${"]".repeat(3000)}}`

const faults = {
  "429 in seconds": replying(429, "{}", { "retry-after": "7" }),
  "429 until a date": replying(429, "{}", {
    date: "Wed, 02 Apr 2031 03:00:00 GMT",
    "retry-after": "Wed, 02 Apr 2031 03:00:09 GMT"
  }),
  "429 twice said": replying(429, "{}", { "retry-after": "2, 5" }),
  "429 without a time": replying(429, "Too Many Requests"),
  "500": replying(500, page, html),
  "502": replying(502, "", {}),
  "503": replying(503, page, html),
  "503 with a time": replying(503, page, { ...html, "retry-after": "3" }),
  "520": replying(520, page, html),
  reset,
  cut,
  hang: () => Effect.never,
  late: late(12_000),
  "very late": late(29_000),
  "200 html": replying(200, page, html),
  "200 empty": replying(200, "", json),
  "200 null": replying(200, "null", json),
  "200 list": replying(200, "[]", json),
  "200 word": replying(200, '"completed"', json),
  "200 object": replying(200, "{}", json),
  "200 number": replying(200, '{"status":7}', json),
  "200 nested": replying(200, nested, json),
  "302": replying(302, "", { location: "https://login.example.test/" }),
  "403 challenge": replying(403, page, { ...html, "cf-mitigated": "challenge" }),
  "403": replying(403, '{"message":"Forbidden"}', json),
  "404 html": replying(404, page, html)
} satisfies Record<string, Fault>

type FaultName = keyof typeof faults

const names = Object.keys(faults).filter((name): name is FaultName => name in faults)

const seconds = (most: number) => FastCheck.nat({ max: most }).map((count) => count * 1000)

/** A world, and the weather in which it is reconciled. Times are milliseconds from the beginning. */
const weather = FastCheck.record({
  world,
  /** How long an import runs. */
  active: FastCheck.constantFrom(0, 5_000, 30_000, 90_000),
  /** Each hits this share of the calls, in percent, while it lasts. */
  fronts: FastCheck.array(
    FastCheck.record({
      faults: FastCheck.uniqueArray(FastCheck.constantFrom(...names), { minLength: 1, maxLength: 4 }),
      from: FastCheck.constantFrom(0, 0, 1_000, 10_000, 40_000),
      lasts: seconds(120),
      share: FastCheck.constantFrom(10, 40, 80, 100)
    }),
    { minLength: 1, maxLength: 5 }
  ),
  jumps: FastCheck.array(
    FastCheck.record({
      at: seconds(60),
      by: FastCheck.constantFrom(-3_600_000, 3_600_000, -86_400_000, 86_400_000, -5_000, 5_000)
    }),
    { maxLength: 3 }
  ),
  /** The runs while it lasts; what they ask about contacts, too. */
  runs: FastCheck.array(
    FastCheck.record({
      once: FastCheck.boolean(),
      deadline: FastCheck.constantFrom(5_000, 20_000, 60_000, 180_000),
      asksContacts: FastCheck.boolean()
    }),
    { minLength: 1, maxLength: 3 }
  ),
  dice: FastCheck.integer()
})

export type Weather = typeof weather extends FastCheck.Arbitrary<infer Drawn> ? Drawn : never

/** How far the wall clock has been set, jump by jump. */
export const setBy =
  ({ jumps }: Weather): SetBy =>
  (elapsed) =>
    jumps.reduce((sum, { at, by }) => (at <= elapsed ? sum + by : sum), 0)

export const drawn = (seed: number): Weather => {
  const [one] = FastCheck.sample(weather, { seed, numRuns: 1 })
  if (one === undefined) throw new Error("nothing was drawn")
  return one
}

/** A call as it left, and when. */
export interface Call {
  readonly at: number
  readonly url: string
}

/** The client of a simulator out in the weather; `clear` ends it. */
export const outdoors = (
  inside: HttpClient.HttpClient,
  { dice, fronts }: Weather,
  time: { readonly timeline: Timeline; readonly steady: Clock },
  onCall: (call: Call) => void
) => {
  const random = Random.make(dice)
  let isClear = false
  const hit = Effect.gen(function* () {
    if (isClear) return undefined
    const now = time.timeline.elapsed()
    for (const { faults: possible, from, lasts, share } of fronts) {
      if (now < from || now > from + lasts) continue
      if ((yield* random.nextIntBetween(0, 100)) >= share) continue
      return possible[yield* random.nextIntBetween(0, possible.length)]
    }
    return undefined
  })
  const client = HttpClient.make((request, url) => {
    onCall({ at: time.timeline.elapsed(), url: `${url.pathname}${url.search}` })
    // The account has a clock of its own.
    const right = Effect.withClock(inside.execute(request), time.steady)
    return Effect.flatMap(hit, (name) => (name === undefined ? right : faults[name](request, right)))
  })
  return {
    client,
    clear: () => {
      isClear = true
    }
  }
}
