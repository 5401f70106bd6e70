import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Headers from "@effect/platform/Headers"
import * as HttpApiClient from "@effect/platform/HttpApiClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { ActiveCampaignApi } from "../ActiveCampaignApi.js"
import type { Options } from "../ActiveCampaignClient.js"
import { type ActiveCampaignError, InvalidApiToken, RateLimited } from "../ActiveCampaignError.js"
import * as RateBudget from "../RateBudget.js"
import * as RetryPolicy from "../RetryPolicy.js"
import { normalizeAccountUrl } from "./accountUrl.js"
import { type Failure, fromFailure, timedOut } from "./call.js"

/** Held for this long where a 429 names no time: the documented sample says 30. */
const holdWithoutRetryAfter = Duration.seconds(30)

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

    yield* Effect.locallyScopedWith(Headers.currentRedactedNames, withTokenHeader)

    const api = yield* HttpApiClient.make(ActiveCampaignApi, {
      baseUrl: url,
      transformClient: (client) =>
        client.pipe(
          // Trace headers are ours, not the vendor's.
          HttpClient.withTracerPropagation(false),
          HttpClient.mapRequest(HttpClientRequest.setHeader("Api-Token", token)),
          HttpClient.transform(withoutRedirects),
          HttpClient.filterStatus((status) => status === 200)
        )
    })

    const holdOn = (error: ActiveCampaignError) => {
      if (!(error instanceof RateLimited)) return Effect.void
      // A 503 that names no time may be anybody's trouble; its own retries back off, the others need not wait.
      if (Option.isNone(error.retryAfter) && error.status === 503) return Effect.void
      const asked = Option.getOrElse(error.retryAfter, () => holdWithoutRetryAfter)
      return budget.hold(Duration.min(asked, RetryPolicy.longestRetryAfter))
    }

    // Bodies and transport errors may repeat the token, whoever wrote them.
    const hideToken = (text: string) => text.replaceAll(token, "<redacted>")

    /** One request: `name` of the operation, `request` as errors and spans show it, `effect` of the derived client. */
    const call = <A>(
      { attributes, name, request }: CallOptions,
      effect: Effect.Effect<A, Failure>
    ): Effect.Effect<A, ActiveCampaignError> =>
      budget.take.pipe(
        Effect.zipRight(
          effect.pipe(
            Effect.catchAll((failure) => fromFailure(request, failure, hideToken)),
            Effect.timeoutFail({ duration: timeout, onTimeout: () => timedOut(request, timeout) })
          )
        ),
        Effect.tapError(holdOn),
        Effect.retry(retry),
        Effect.withSpan(`ActiveCampaignClient.${name}`, { attributes }),
        // The caller's fiber need not have inherited the names set above.
        Effect.locallyWith(Headers.currentRedactedNames, withTokenHeader)
      )

    return { url, api, call }
  })

export interface CallOptions {
  readonly name: string
  /** Method, path and query, never headers. */
  readonly request: string
  readonly attributes?: Record<string, unknown>
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true })

/** The body of a reply, untouched. The derived client has read it, so nothing is read twice. */
export const bodyOf = (response: HttpClientResponse.HttpClientResponse) =>
  Effect.map(response.arrayBuffer, (bytes) => utf8.decode(bytes))

const withTokenHeader = (names: ReadonlyArray<string | RegExp>) => [...names, "api-token"]

const withoutRedirects = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Effect.serviceOption(FetchHttpClient.RequestInit), (init) =>
    Effect.provideService(effect, FetchHttpClient.RequestInit, {
      ...Option.getOrElse(init, () => ({})),
      redirect: "manual"
    })
  )
