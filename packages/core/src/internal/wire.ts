import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as RateBudget from "../RateBudget.js"
import { Attempt, type Service } from "./attempt.js"
import { NestedTooDeep, readBody } from "./boundedBody.js"
import type { Hide } from "./hide.js"
import { isTooDeep } from "./nesting.js"
import { leastOf } from "./retryAfter.js"

const withTokenHeader = (names: ReadonlyArray<string | RegExp>) => [...names, "api-token"]

/** Shown requests do not show the token. */
export const withoutToken = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.locallyWith(effect, Headers.currentRedactedNames, withTokenHeader)

/** `withoutToken` until the scope ends: the caller's logs and spans also show requests. */
export const withoutTokenInScope = Effect.locallyScopedWith(Headers.currentRedactedNames, withTokenHeader)

const never = { redirect: "manual" } as const

/** One attempt's context. Following a redirect to another host would send the token there. */
export const asAttempt = (attempt: Service) =>
  Effect.mapInputContext((context: Context.Context<never>) => {
    const init = Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit))
    return Context.add(
      Context.add(context, Attempt, attempt),
      FetchHttpClient.RequestInit,
      init === undefined ? never : { ...init, ...never }
    )
  })

/** The contract declares refusals for the simulator. For the client, anything but a decodable 200 is a failure. */
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

interface Wire {
  readonly url: string
  readonly userAgent: string | undefined
  readonly maxBodyBytes: number
  readonly hideInAnswer: Hide
  readonly budget: RateBudget.Service
}

/**
 * The client under the contract's client: requests go to the account with its token, follow no redirect and carry no trace
 * headers, which are not the vendor's business. Only a 200 that was read to its end passes.
 */
export const onWire = (
  client: HttpClient.HttpClient,
  { budget, hideInAnswer, maxBodyBytes, url, userAgent }: Wire
): HttpClient.HttpClient.With<HttpClientError.HttpClientError, Attempt> => {
  const read = readBody(maxBodyBytes, hideInAnswer)
  const observe = ({ headers }: HttpClientResponse.HttpClientResponse) => {
    const remaining = leastOf(headers["ratelimit-remaining"])
    return remaining === undefined
      ? Effect.void
      : budget.observe({ remaining, limit: leastOf(headers["ratelimit-limit"]) })
  }
  const named = HttpClientRequest.setHeaders(userAgent === undefined ? {} : { "user-agent": userAgent })
  return client.pipe(
    // An attempt has its own span. The platform's would show which address is looked up, and send trace headers.
    HttpClient.withTracerDisabledWhen(() => true),
    HttpClient.mapRequestEffect((request) =>
      Effect.map(Attempt, ({ token }) =>
        named(HttpClientRequest.setHeader(HttpClientRequest.prependUrl(request, url), "Api-Token", token))
      )
    ),
    HttpClient.transformResponse((response) =>
      Effect.flatMap(response, (received) =>
        Effect.flatMap(Attempt, ({ answered }) => {
          answered(received.headers)
          return Effect.flatMap(read(received), (whole) =>
            Effect.zipRight(observe(whole), expectReadable(whole))
          )
        })
      )
    )
  )
}
