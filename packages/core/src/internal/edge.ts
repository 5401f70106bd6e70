import * as HttpApiClient from "@effect/platform/HttpApiClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Tracer from "effect/Tracer"
import { ActiveCampaignApi } from "../ActiveCampaignApi.js"
import type { ActiveCampaignError } from "../ActiveCampaignError.js"
import type * as RateBudget from "../RateBudget.js"
import { normalizeAccountUrl } from "./accountUrl.js"
import { type Attempt, requestIdOf } from "./attempt.js"
import { budgetOf } from "./budgets.js"
import { InvalidApiToken } from "../SetupError.js"
import { type Failure, fromFailure, fromSubmission, timedOut } from "./failures.js"
import { type Options, settings } from "./clientOptions.js"
import { makeSecrets } from "./hide.js"
import { measureOf } from "./measure.js"
import { makeCurrentTime } from "./steadyTime.js"
import { Trouble } from "./trouble.js"
import { timeLimit } from "./timeLimit.js"
import { isTooSlow } from "./slowness.js"
import { longestRetryAfter, waitWithoutRetryAfter } from "./waits.js"
import { asAttempt, onWire, withoutToken, withoutTokenInScope } from "./wire.js"

/**
 * Everything between the client's methods and the account: the derived client, and `call`, which makes one request of it
 * with budget, time limit, retries and span.
 */
export const make = (options: Options) =>
  Effect.gen(function* () {
    const url = yield* normalizeAccountUrl(options.url)
    const { maxBodyBytes, retry, timeout, userAgent } = yield* settings(options)
    const { host } = new URL(url)
    const budget = yield* budgetOf(host)
    const secrets = makeSecrets()
    const currentTime = makeCurrentTime()

    const { apiToken } = options
    const readToken = Effect.flatMap(
      Effect.isEffect(apiToken) ? apiToken : Effect.succeed(apiToken),
      (redacted) => {
        const token = Redacted.value(redacted)
        // Anything else is not valid in a header, and would look like a broken connection.
        if (!/^[\x21-\x7e]+$/.test(token)) return new InvalidApiToken()
        secrets.add(token)
        return Effect.succeed(token)
      }
    )
    yield* readToken
    yield* withoutTokenInScope

    const { transformClient = identity } = options
    const client = transformClient(yield* HttpClient.HttpClient)
    // Only what the caller wraps around the client sees requests.
    const shown = options.transformClient === undefined ? identity : withoutToken
    const httpClient = onWire(client, {
      url,
      userAgent,
      maxBodyBytes,
      hideInAnswer: secrets.hideInAnswer,
      budget
    })
    const api = yield* HttpApiClient.makeWith(ActiveCampaignApi, { httpClient })

    const holdOn = (error: ActiveCampaignError, kind: RateBudget.Kind) => {
      if (error._tag !== "RateLimited") return Effect.void
      const asked = Option.getOrElse(error.retryAfter, () => waitWithoutRetryAfter)
      // The 400 is about imports a minute. Reading may go on.
      const whom = error.status === 400 && kind !== "read" ? kind : undefined
      return budget.hold(Duration.min(asked, longestRetryAfter), whom)
    }

    let workedBefore = false
    /** A request as errors name it, with its proxy. */
    const named = (request: string) =>
      options.proxy === undefined ? request : `${request} through proxy ${options.proxy}`

    /** One request: `name` of the operation, `request` as errors and spans show it, `effect` of the derived client. */
    const call = <A>(
      {
        attributes,
        describe,
        kind = "read",
        name,
        request: asked,
        retry: mode = "read",
        slowRetries = Number.POSITIVE_INFINITY
      }: CallOptions<A>,
      effect: Effect.Effect<A, Failure, Attempt>
    ): Effect.Effect<A, ActiveCampaignError> => {
      const measure = measureOf(name)
      const request = named(asked)
      const [method = "", target = ""] = asked.split(/[ ?]/)
      const http = {
        "http.request.method": method,
        "server.address": host,
        "url.path": `${new URL(url).pathname}${target}`
      }

      /** One request whose turn has come. `seen` gets its ID from the answer. */
      const attempt = (token: string, seen: { requestId?: string }) => {
        const answered = asAttempt({
          token,
          answered: (headers) => {
            const requestId = requestIdOf(headers)
            if (requestId !== undefined) seen.requestId = secrets.hide(requestId)
          }
        })(effect)
        const failed = (failure: Failure) =>
          fromFailure({ request, hide: secrets.hide, workedBefore, named: seen }, failure)
        const limited = shown(Effect.catchAll(answered, failed)).pipe(
          timeLimit(timeout, () => timedOut(request, timeout))
        )
        if (mode === "read") return limited
        const submitted = Effect.mapError(limited, fromSubmission)
        // From here on it may have left: whatever else fails, its answer is awaited.
        return Effect.checkInterruptible((isInterruptible) =>
          Effect.uninterruptible(
            isInterruptible
              ? Effect.tap(submitted, (answer) => tellIfNobodyHears(request, describe?.(answer)))
              : submitted
          )
        )
      }

      return Effect.suspend(() => {
        let attempts = 0
        let budgetWait = 0
        let scheduleWait = 0

        const once = Effect.gen(function* () {
          attempts += 1
          const askedAt = yield* currentTime
          yield* budget.take(kind)
          const waited = ((yield* currentTime) - askedAt) / 1000
          budgetWait += waited
          yield* measure.wait(waited)
          const token = yield* readToken
          const seen: { requestId?: string } = {}
          return yield* whereTraced(attempt(token, seen), "attempt", {
            kind: "client",
            attributes: { ...http, attempt: attempts, budgetWaitSeconds: waited },
            atEnd: () => seen
          })
        }).pipe(
          Effect.tapBoth({
            onSuccess: () => {
              workedBefore = true
              return measure.call("ok")
            },
            onFailure: (error) =>
              Effect.zipRight(
                error._tag === "RateLimited"
                  ? Effect.zipRight(measure.throttle(String(error.status)), holdOn(error, kind))
                  : Effect.void,
                Effect.zipRight(
                  measure.call(error._tag),
                  Effect.flatMap(Trouble, ({ heard }) => heard(error))
                )
              )
          })
        )

        // Not Effect.retry: most calls work and need no driver, and retries are counted and timed.
        let slow = 0
        const again =
          (driver: Schedule.ScheduleDriver<unknown, ActiveCampaignError>) =>
          (error: ActiveCampaignError): Effect.Effect<A, ActiveCampaignError> => {
            if (isTooSlow(error)) slow += 1
            if (slow > slowRetries) return Effect.fail(error)
            return Effect.flatMap(currentTime, (failedAt) =>
              Effect.matchEffect(driver.next(error), {
                onFailure: () => Effect.fail(error),
                onSuccess: () =>
                  Effect.flatMap(currentTime, (now) => {
                    scheduleWait += (now - failedAt) / 1000
                    return Effect.zipRight(measure.retry(error._tag), Effect.catchAll(once, again(driver)))
                  })
              })
            )
          }

        return Effect.catchAll(once, (error) =>
          Effect.flatMap(Schedule.driver(retry), (driver) => again(driver)(error))
        ).pipe((calling) =>
          whereTraced(calling, name, {
            attributes: attributes ?? {},
            atEnd: (exit) => ({
              ...(Exit.isSuccess(exit) && describe?.(exit.value)),
              attempts,
              budgetWaitSeconds: budgetWait,
              scheduleWaitSeconds: scheduleWait
            })
          })
        )
      })
    }

    return { url, api, call, hide: secrets.hide, named }
  })

const idleTracer = Context.get(DefaultServices.liveServices, Tracer.Tracer)

/**
 * In a span, unless nobody keeps spans: the default tracer drops them, and making two costs a fifth of a call. The default
 * tracer of another copy of `effect` counts as one that keeps them, which only costs that time.
 */
const whereTraced = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  name: string,
  { atEnd, ...options }: Tracer.SpanOptions & { readonly atEnd: (exit: Exit.Exit<A, E>) => object }
): Effect.Effect<A, E, R> =>
  Effect.withFiberRuntime((fiber) =>
    fiber.currentTracer === idleTracer
      ? effect
      : effect.pipe(
          Effect.onExit((exit) => Effect.annotateCurrentSpan({ ...atEnd(exit) })),
          Effect.withSpan(`ActiveCampaignClient.${name}`, { captureStackTrace: false, ...options })
        )
  )

/** An interrupted caller does not get the answer, which names the batch. */
const tellIfNobodyHears = (request: string, answer: Record<string, unknown> = {}) =>
  Effect.flatMap(FiberRef.get(FiberRef.interruptedCause), (cause) =>
    Cause.isEmpty(cause)
      ? Effect.void
      : Effect.annotateLogs(
          Effect.logWarning(`${request} was answered after its caller had been interrupted`),
          answer
        )
  )

export interface CallOptions<A = unknown> {
  readonly name: string
  /** Method, path and query, never headers. */
  readonly request: string
  readonly attributes?: Record<string, unknown>
  /** The attributes that the answer adds to the span. */
  readonly describe?: (answer: A) => Record<string, unknown>
  /** Which of the account's limits the call counts against. Default `read`. */
  readonly kind?: RateBudget.Kind
  /** `submission`: only retried if nothing can have been queued. Default `read`. */
  readonly retry?: "read" | "submission"
  /** How often it is made again after it took too long. Default: as often as the policy says. */
  readonly slowRetries?: number | undefined
}
