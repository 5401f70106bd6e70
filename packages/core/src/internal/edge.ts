import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Headers from "@effect/platform/Headers"
import * as HttpApiClient from "@effect/platform/HttpApiClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Tracer from "effect/Tracer"
import { ActiveCampaignApi } from "../ActiveCampaignApi.js"
import { type ActiveCampaignError, InvalidApiToken, RateLimited } from "../ActiveCampaignError.js"
import * as RateBudget from "../RateBudget.js"
import * as RetryPolicy from "../RetryPolicy.js"
import { normalizeAccountUrl } from "./accountUrl.js"
import { readBody } from "./boundedBody.js"
import { type Failure, fromFailure, fromSubmission, timedOut } from "./call.js"
import type { Options } from "./clientOptions.js"
import { measureOf } from "./measure.js"
import { timeLimit } from "./timeLimit.js"

/** Held for this long where a 429 names no time: the documented sample says 30. */
const holdWithoutRetryAfter = Duration.seconds(30)

const defaultMaxBodyBytes = 10 * 1024 * 1024

/**
 * Everything that stands between the client's methods and the account: the derived client with token and
 * without redirects, and `call`, which makes one request of it under budget, timeout, retry and span.
 */
export const make = (options: Options) =>
  Effect.gen(function* () {
    const url = yield* normalizeAccountUrl(options.url)
    const token = Redacted.value(options.apiToken)
    // Anything else cannot stand in a header, and would be told as a broken connection.
    if (!/^[\x21-\x7e]+$/.test(token)) return yield* new InvalidApiToken()
    const timeout = Duration.decode(options.timeout ?? "30 seconds")
    const retry = options.retry ?? RetryPolicy.standard
    const provided = yield* Effect.serviceOption(RateBudget.RateBudget)
    const budget = Option.isSome(provided) ? provided.value : yield* RateBudget.make()
    const read = readBody(options.maxBodyBytes ?? defaultMaxBodyBytes)

    yield* Effect.locallyScopedWith(Headers.currentRedactedNames, withTokenHeader)

    const observe = (response: HttpClientResponse.HttpClientResponse) => {
      const remaining = wholeNumber(response.headers["ratelimit-remaining"])
      if (remaining === undefined) return Effect.succeed(response)
      const limit = wholeNumber(response.headers["ratelimit-limit"])
      return Effect.as(budget.observe({ remaining, limit }), response)
    }

    const api = yield* HttpApiClient.make(ActiveCampaignApi, {
      baseUrl: url,
      transformClient: (client) =>
        client.pipe(
          HttpClient.mapRequest(HttpClientRequest.setHeader("Api-Token", token)),
          HttpClient.transformResponse((response) => Effect.flatMap(Effect.flatMap(response, read), observe)),
          HttpClient.filterStatus((status) => status === 200)
        )
    })

    const holdOn = (error: ActiveCampaignError, kind: RateBudget.Kind) => {
      if (!(error instanceof RateLimited)) return Effect.void
      // A 503 that names no time may be anybody's trouble; its own retries back off, the others need not wait.
      if (Option.isNone(error.retryAfter) && error.status === 503) return Effect.void
      const asked = Option.getOrElse(error.retryAfter, () => holdWithoutRetryAfter)
      // The 400 is about imports a minute, and no reason to stop reading.
      const whom = error.status === 400 && kind !== "read" ? kind : undefined
      return budget.hold(Duration.min(asked, RetryPolicy.longestRetryAfter), whom)
    }

    // Bodies and transport errors may repeat the token, whoever wrote them.
    const hide = (text: string) => text.replaceAll(token, "<redacted>")
    let workedBefore = false

    /** One request: `name` of the operation, `request` as errors and spans show it, `effect` of the derived client. */
    const call = <A>(
      { attributes, describe, kind = "read", name, request, retry: mode = "read" }: CallOptions<A>,
      effect: Effect.Effect<A, Failure>
    ): Effect.Effect<A, ActiveCampaignError> => {
      const measure = measureOf(name)

      const waitForTurn = Effect.flatMap(Clock.currentTimeMillis, (askedAt) =>
        Effect.zipRight(
          budget.take(kind),
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            Metric.update(measure.waits, Math.max(0, now - askedAt))
          )
        )
      )
      const succeeded = (answer: A) => {
        workedBefore = true
        const counted = measure.call("ok")
        return describe === undefined
          ? counted
          : Effect.zipRight(counted, Effect.annotateCurrentSpan(describe(answer)))
      }
      const failed = (error: ActiveCampaignError) =>
        Effect.zipRight(
          error._tag === "RateLimited"
            ? Effect.zipRight(measure.throttle(String(error.status)), holdOn(error, kind))
            : Effect.void,
          measure.call(error._tag)
        )

      const answer = Effect.zipRight(prepareFiber, effect).pipe(
        Effect.catchAll((failure) => fromFailure({ request, hide, workedBefore }, failure)),
        timeLimit(timeout, () => timedOut(request, timeout))
      )
      const attempt = Effect.zipRight(
        waitForTurn,
        (mode === "submission" ? Effect.mapError(answer, fromSubmission) : answer).pipe(
          Effect.tapBoth({ onSuccess: succeeded, onFailure: failed })
        )
      )

      // Not Effect.retry: calls that work, nearly all, need no driver, and retries are counted.
      const attemptAgain =
        (driver: Schedule.ScheduleDriver<unknown, ActiveCampaignError>) =>
        (error: ActiveCampaignError): Effect.Effect<A, ActiveCampaignError> => {
          // Whatever the policy: this would submit twice.
          if (error._tag === "OutcomeUnknown") return Effect.fail(error)
          return Effect.matchEffect(driver.next(error), {
            onFailure: () => Effect.fail(error),
            onSuccess: () =>
              Effect.zipRight(measure.retry(error._tag), Effect.catchAll(attempt, attemptAgain(driver)))
          })
        }

      return attempt.pipe(
        Effect.catchAll((error) =>
          Effect.flatMap(Schedule.driver(retry), (driver) => attemptAgain(driver)(error))
        ),
        Effect.withSpan(`ActiveCampaignClient.${name}`, {
          captureStackTrace: false,
          ...(attributes === undefined ? {} : { attributes })
        })
      )
    }

    return { url, api, call }
  })

export interface CallOptions<A = unknown> {
  readonly name: string
  /** Method, path and query, never headers. */
  readonly request: string
  readonly attributes?: Record<string, unknown>
  /** What of the answer belongs into the span. */
  readonly describe?: (answer: A) => Record<string, unknown>
  /** Which of the account's limits the call counts against. Default `read`. */
  readonly kind?: RateBudget.Kind
  /** `submission`: only retried where nothing can have been queued. Default `read`. */
  readonly retry?: "read" | "submission"
}

const wholeNumber = (header: string | undefined) =>
  header !== undefined && /^\s*\d+\s*$/.test(header) ? Number(header) : undefined

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true })

/** The body of a reply, untouched. The derived client has read it, so nothing is read twice. */
export const bodyOf = (response: HttpClientResponse.HttpClientResponse) =>
  Effect.map(response.arrayBuffer, (bytes) => utf8.decode(bytes))

const withTokenHeader = (names: ReadonlyArray<string | RegExp>) => [...names, "api-token"]

const idleTracer = Context.get(DefaultServices.liveServices, Tracer.Tracer)

/**
 * What holds for a request: set in the fiber of its own that `timeLimit` runs it in, since `Effect.locally` for each
 * would cost more than the rest of the edge.
 */
const prepareFiber: Effect.Effect<void> = Effect.withFiberRuntime((fiber) => {
  const context = fiber.currentContext
  const init: RequestInit = Option.getOrElse(
    Context.getOption(context, FetchHttpClient.RequestInit),
    () => ({})
  )
  // Followed to another host, a redirect would take the token along.
  const withoutRedirects = Context.add(context, FetchHttpClient.RequestInit, { ...init, redirect: "manual" })
  // The caller's fiber need not have inherited the names that the client's scope has.
  const redacted = withTokenHeader(fiber.getFiberRef(Headers.currentRedactedNames))
  // The platform's span of each attempt, with its dozen attributes, costs a tenth of a call; not where nobody listens.
  const untraced =
    fiber.currentTracer === idleTracer
      ? FiberRef.set(HttpClient.currentTracerDisabledWhen, () => true)
      : Effect.void
  return FiberRef.set(FiberRef.currentContext, withoutRedirects).pipe(
    Effect.zipRight(FiberRef.set(Headers.currentRedactedNames, redacted)),
    // Trace headers are ours, not the vendor's.
    Effect.zipRight(FiberRef.set(HttpClient.currentTracerPropagation, false)),
    Effect.zipRight(untraced)
  )
})
