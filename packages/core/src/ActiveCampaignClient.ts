/**
 * The client of one account: its URL, its token, its share of the rate limit.
 *
 * @since 0.1.0
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Headers from "@effect/platform/Headers"
import * as HttpApiClient from "@effect/platform/HttpApiClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { ActiveCampaignApi } from "./ActiveCampaignApi.js"
import { type ActiveCampaignError, type InvalidAccountUrl, RateLimited } from "./ActiveCampaignError.js"
import type { BatchId } from "./BatchId.js"
import type { ImportSnapshot } from "./ImportSnapshot.js"
import { normalizeAccountUrl } from "./internal/accountUrl.js"
import { fromFailure, timedOut } from "./internal/call.js"
import * as RateBudget from "./RateBudget.js"
import * as RetryPolicy from "./RetryPolicy.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** The account's API address in its one canonical form, `https://host/api/3`. */
  readonly url: string
  /** One status call, retried on what is transient. */
  readonly importInfo: (batchId: BatchId) => Effect.Effect<ImportSnapshot, ActiveCampaignError>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class ActiveCampaignClient extends Context.Tag("effect-activecampaign/ActiveCampaignClient")<
  ActiveCampaignClient,
  Service
>() {}

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The account's address, with or without `/api/3`. https only, except for loopback addresses. */
  readonly url: string | URL
  readonly apiToken: Redacted.Redacted
  /** Longest wait for one attempt's answer. Default 30 seconds. */
  readonly timeout?: Duration.DurationInput | undefined
  /** Default: `RetryPolicy.standard`. */
  readonly retry?: RetryPolicy.RetryPolicy | undefined
}

/** Held for this long where a 429 names no time: the documented sample says 30. */
const holdWithoutRetryAfter = Duration.seconds(30)

/**
 * A client in the current scope. Its token is redacted in the logs and spans of that scope, too.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options
): Effect.Effect<Service, InvalidAccountUrl, HttpClient.HttpClient | Scope.Scope> =>
  Effect.gen(function* () {
    const url = yield* normalizeAccountUrl(options.url)
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
          HttpClient.mapRequest(HttpClientRequest.setHeader("Api-Token", Redacted.value(options.apiToken))),
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

    // Bodies and transport errors may repeat the header: fetch quotes a value it finds invalid.
    const hideToken = (text: string) => {
      const token = Redacted.value(options.apiToken)
      return token === "" ? text : text.replaceAll(token, "<redacted>")
    }

    const importInfo = (batchId: BatchId) => {
      const request = `GET /import/info?${new URLSearchParams({ batchId })}`
      return budget.take.pipe(
        Effect.zipRight(
          api.bulkImport.info({ urlParams: { batchId }, withResponse: true }).pipe(
            Effect.flatMap(([answer, response]) =>
              Effect.zipWith(response.arrayBuffer, DateTime.now, (body, receivedAt) => ({
                batchId,
                answer,
                receivedAt,
                body: new TextDecoder().decode(body)
              }))
            ),
            Effect.catchAll((error) => fromFailure(request, error, hideToken)),
            Effect.timeoutFail({ duration: timeout, onTimeout: () => timedOut(request, timeout) })
          )
        ),
        Effect.tapError(holdOn),
        Effect.retry(retry),
        Effect.withSpan("ActiveCampaignClient.importInfo", { attributes: { batchId } }),
        // The caller's fiber need not have inherited the names set above.
        Effect.locallyWith(Headers.currentRedactedNames, withTokenHeader)
      )
    }

    return { url, importInfo }
  })

const withTokenHeader = (names: ReadonlyArray<string | RegExp>) => [...names, "api-token"]

const withoutRedirects = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Effect.serviceOption(FetchHttpClient.RequestInit), (init) =>
    Effect.provideService(effect, FetchHttpClient.RequestInit, {
      ...Option.getOrElse(init, () => ({})),
      redirect: "manual"
    })
  )

/**
 * @example
 * ```ts
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 * import { ActiveCampaignClient } from "effect-activecampaign"
 *
 * const ClientLive = ActiveCampaignClient.layer({
 *   url: "https://youraccountname.api-us1.com",
 *   apiToken: Redacted.make("…")
 * }).pipe(Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options: Options
): Layer.Layer<ActiveCampaignClient, InvalidAccountUrl, HttpClient.HttpClient> =>
  Layer.scoped(ActiveCampaignClient, make(options))

/**
 * Reads `ACTIVECAMPAIGN_URL` and `ACTIVECAMPAIGN_API_KEY`.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  options: Omit<Options, "url" | "apiToken"> = {}
): Layer.Layer<ActiveCampaignClient, ConfigError.ConfigError | InvalidAccountUrl, HttpClient.HttpClient> =>
  Layer.scoped(
    ActiveCampaignClient,
    Effect.flatMap(
      Config.all({
        url: Config.string("ACTIVECAMPAIGN_URL"),
        apiToken: Config.redacted("ACTIVECAMPAIGN_API_KEY")
      }),
      (account) => make({ ...options, ...account })
    )
  )
