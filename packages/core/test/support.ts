import {
  type Headers,
  HttpClient,
  HttpClientError,
  type HttpClientRequest,
  HttpClientResponse
} from "@effect/platform"
import { Clock, Duration, Effect, Fiber, Option, Redacted, TestClock, Tracer } from "effect"
import { ActiveCampaignClient, BatchId, RateBudget, RetryPolicy } from "effect-activecampaign"

export const batchId = BatchId.make("b-0001")
export const token = "tok-5e82f1c0-never-to-be-seen"
export const accountUrl = "https://acme.api-us1.com"
export const call = "GET /import/info?batchId=b-0001"

export interface Reply {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: string
}

type Behaviour = (
  request: HttpClientRequest.HttpClientRequest
) => Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

export interface Call {
  readonly at: number
  readonly method: string
  readonly url: URL
  readonly headers: Headers.Headers
}

const bodyless: ReadonlySet<number> = new Set([204, 205, 304])

export const respond = (
  request: HttpClientRequest.HttpClientRequest,
  { body = "", headers = {}, status = 200 }: Reply
) =>
  HttpClientResponse.fromWeb(
    request,
    new Response(bodyless.has(status) ? null : body, {
      status,
      headers: { "content-type": "application/json", ...headers }
    })
  )

/** A status reply: what is left out is left out of the JSON, too. */
export const answering = (
  status: unknown,
  lists: { readonly success?: unknown; readonly failure?: unknown } = {}
): Reply => ({ body: JSON.stringify({ status, ...lists }) })

/** No answer, ever. */
export const silence: Behaviour = () => Effect.never

/** No connection, as `fetch` reports it: what went wrong stands in the cause of the cause. */
export const unreachable =
  (cause: unknown): Behaviour =>
  (request) =>
    Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport", cause }))

/** ActiveCampaign by script: each call gets the next reply, and the last reply is repeated for ever. */
export const vendor = (...script: readonly [Reply | Behaviour, ...ReadonlyArray<Reply | Behaviour>]) => {
  const calls: Array<Call> = []
  const http = HttpClient.make((request, url) =>
    Effect.flatMap(Clock.currentTimeMillis, (at) => {
      const step = script[Math.min(calls.length, script.length - 1)] ?? script[0]
      calls.push({ at, method: request.method, url, headers: request.headers })
      return typeof step === "function" ? step(request) : Effect.sync(() => respond(request, step))
    })
  )
  return { calls, http }
}

/** The budget of the test, or one of its own: clients of one test are no clients of one account. */
const ownBudget = Effect.flatMap(Effect.serviceOption(RateBudget.RateBudget), (provided) =>
  Option.isSome(provided) ? Effect.succeed(provided.value) : Effect.orDie(RateBudget.make())
)

/** A client of the scripted account; without retries unless the test asks for them. */
export const connect = (http: HttpClient.HttpClient, options: Partial<ActiveCampaignClient.Options> = {}) =>
  ActiveCampaignClient.make({
    url: accountUrl,
    apiToken: Redacted.make(token),
    retry: RetryPolicy.none,
    ...options
  }).pipe(
    Effect.provideServiceEffect(RateBudget.RateBudget, ownBudget),
    Effect.provideService(HttpClient.HttpClient, http)
  )

/** Runs an effect while this much virtual time goes by. */
export const during =
  (time: Duration.DurationInput) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(effect)
      yield* TestClock.adjust(time)
      return yield* Fiber.join(fiber)
    })

/**
 * Runs an effect on a clock that moves by itself to the next sleeper whenever nothing else can run. Properties
 * use it: `TestClock.adjust` costs some real milliseconds for each step. `wall` is what the wall clock shows by then,
 * where somebody sets it.
 */
export const withVirtualTime = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  wall: (now: number) => number = (now) => now
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    let now = 0
    let pumping = false
    const sleepers: Array<{ readonly at: number; readonly wake: () => void }> = []
    const pump = () => {
      const next = sleepers.shift()
      pumping = next !== undefined
      if (next === undefined) return
      now = Math.max(now, next.at)
      next.wake()
      setImmediate(pump)
    }
    const clock: Clock.Clock = {
      ...Clock.make(),
      [Clock.ClockTypeId]: Clock.ClockTypeId,
      unsafeCurrentTimeMillis: () => wall(now),
      unsafeCurrentTimeNanos: () => BigInt(Math.round(now * 1_000_000)),
      currentTimeMillis: Effect.sync(() => wall(now)),
      currentTimeNanos: Effect.sync(() => BigInt(Math.round(now * 1_000_000))),
      sleep: (duration) =>
        Effect.async((resume) => {
          const sleeper = { at: now + Duration.toMillis(duration), wake: () => resume(Effect.void) }
          const before = sleepers.findIndex((other) => other.at > sleeper.at)
          sleepers.splice(before === -1 ? sleepers.length : before, 0, sleeper)
          if (!pumping) {
            pumping = true
            setImmediate(pump)
          }
          return Effect.sync(() => {
            const index = sleepers.indexOf(sleeper)
            if (index !== -1) sleepers.splice(index, 1)
          })
        })
    }
    return Effect.withClock(effect, clock)
  })

/** A tracer that keeps the spans it makes, in the order of their beginning. */
export const keptSpans = Effect.map(Effect.tracer, (native) => {
  const spans: Array<Tracer.Span> = []
  const tracer = Tracer.make({
    span: (...args) => {
      const span = native.span(...args)
      spans.push(span)
      return span
    },
    context: native.context
  })
  return { spans, tracer }
})
