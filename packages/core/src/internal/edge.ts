import * as Headers from "@effect/platform/Headers"
import * as HttpApiClient from "@effect/platform/HttpApiClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { ActiveCampaignApi } from "../ActiveCampaignApi.js"
import { type ActiveCampaignError, InvalidApiToken, RateLimited } from "../ActiveCampaignError.js"
import * as RateBudget from "../RateBudget.js"
import * as RetryPolicy from "../RetryPolicy.js"
import { normalizeAccountUrl } from "./accountUrl.js"
import { NestedTooDeep, readBody } from "./boundedBody.js"
import { type Failure, fromFailure, fromSubmission, timedOut } from "./call.js"
import type { Options } from "./clientOptions.js"
import { hideInAnswers, hideToken } from "./hide.js"
import { measureOf } from "./measure.js"
import { isTooDeep } from "./nesting.js"
import { isTraced, requestRefs, withTokenHeader } from "./requestRefs.js"
import { leastOf } from "./retryAfter.js"
import { makeCurrentTime } from "./steadyTime.js"
import { timeLimit } from "./timeLimit.js"
import { Trouble } from "./trouble.js"
import { longestRetryAfter, waitWithoutRetryAfter } from "./waits.js"

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
    const read = readBody(options.maxBodyBytes ?? defaultMaxBodyBytes, hideInAnswers(token))

    yield* Effect.locallyScopedWith(Headers.currentRedactedNames, withTokenHeader)

    const observe = (response: HttpClientResponse.HttpClientResponse) => {
      const remaining = leastOf(response.headers["ratelimit-remaining"])
      const answer = expectReadable(response)
      if (remaining === undefined) return answer
      const limit = leastOf(response.headers["ratelimit-limit"])
      return Effect.zipRight(budget.observe({ remaining, limit }), answer)
    }

    const client = yield* HttpClient.HttpClient
    // One step around the client instead of one for each of these: each would cost some effects a call.
    const send = (request: HttpClientRequest.HttpClientRequest) => {
      const ours = HttpClientRequest.setHeader(HttpClientRequest.prependUrl(request, url), "Api-Token", token)
      return Effect.flatMap(Effect.flatMap(client.execute(ours), read), observe)
    }
    const httpClient = HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
      Effect.flatMap(send),
      Effect.succeed
    )
    const api = yield* HttpApiClient.makeWith(ActiveCampaignApi, { httpClient })

    const holdOn = (error: ActiveCampaignError, kind: RateBudget.Kind) => {
      if (!(error instanceof RateLimited)) return Effect.void
      // A 503 that names no time may be anybody's trouble; its own retries back off, the others need not wait.
      if (Option.isNone(error.retryAfter) && error.status === 503) return Effect.void
      const asked = Option.getOrElse(error.retryAfter, () => waitWithoutRetryAfter)
      // The 400 is about imports a minute, and no reason to stop reading.
      const whom = error.status === 400 && kind !== "read" ? kind : undefined
      return budget.hold(Duration.min(asked, longestRetryAfter), whom)
    }

    // Bodies and transport errors may repeat the token, whoever wrote them.
    const hide = hideToken(token)
    const currentTime = makeCurrentTime()
    let workedBefore = false
    /** A request as errors name it: what stands in the way belongs to it. */
    const named = (request: string) =>
      options.proxy === undefined ? request : `${request} through proxy ${options.proxy}`

    /** One request: `name` of the operation, `request` as errors and spans show it, `effect` of the derived client. */
    const call = <A>(
      { attributes, describe, kind = "read", name, request: asked, retry: mode = "read" }: CallOptions<A>,
      effect: Effect.Effect<A, Failure>
    ): Effect.Effect<A, ActiveCampaignError> => {
      const measure = measureOf(name)
      const request = named(asked)

      const waitForTurn = Effect.flatMap(currentTime, (askedAt) =>
        Effect.flatMap(budget.take(kind), () =>
          Effect.flatMap(currentTime, (now) => measure.wait(now - askedAt))
        )
      )
      const succeeded = (answer: A) => {
        workedBefore = true
        return Effect.as(measure.call("ok"), answer)
      }
      const failed = (error: ActiveCampaignError) =>
        Effect.zipRight(
          error._tag === "RateLimited"
            ? Effect.zipRight(measure.throttle(String(error.status)), holdOn(error, kind))
            : Effect.void,
          Effect.zipRight(
            measure.call(error._tag),
            Effect.zipRight(
              Effect.flatMap(Trouble, ({ heard }) => heard(error)),
              Effect.fail(error)
            )
          )
        )

      const answer = effect.pipe(
        Effect.catchAll((failure) => fromFailure({ request, hide, workedBefore }, failure)),
        timeLimit(timeout, () => timedOut(request, timeout), requestRefs)
      )
      const outcome = Effect.matchEffect(
        mode === "submission" ? Effect.mapError(answer, fromSubmission) : answer,
        { onSuccess: succeeded, onFailure: failed }
      )
      const attempt = Effect.flatMap(waitForTurn, () => outcome)

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

      const answered = Effect.catchAll(attempt, (error) =>
        Effect.flatMap(Schedule.driver(retry), (driver) => attemptAgain(driver)(error))
      )
      const traced = Effect.withSpan(
        describe === undefined
          ? answered
          : Effect.tap(answered, (answer) => Effect.annotateCurrentSpan(describe(answer))),
        `ActiveCampaignClient.${name}`,
        { captureStackTrace: false, ...(attributes === undefined ? {} : { attributes }) }
      )
      return Effect.withFiberRuntime((fiber) => (isTraced(fiber) ? traced : answered))
    }

    return { url, api, send, call, hide, named }
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

/** The contract declares refusals for the simulator; to the client all but a 200 that can be decoded is a failure. */
const expectReadable = (response: HttpClientResponse.HttpClientResponse) => {
  const { request, status } = response
  if (status !== 200) {
    const description = "not 200"
    return Effect.fail(
      new HttpClientError.ResponseError({ request, response, reason: "StatusCode", description })
    )
  }
  return Effect.flatMap(response.text, (body) =>
    isTooDeep(body)
      ? Effect.fail(
          new HttpClientError.ResponseError({
            request,
            response,
            reason: "Decode",
            cause: new NestedTooDeep()
          })
        )
      : Effect.succeed(response)
  )
}
