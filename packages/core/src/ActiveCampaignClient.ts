/**
 * The client of one account: its URL, its token, its share of the rate limit.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { ContactsQuery } from "./ActiveCampaignApi.js"
import type { ActiveCampaignError, InvalidAccountUrl, InvalidApiToken } from "./ActiveCampaignError.js"
import type { BatchId } from "./BatchId.js"
import type { Contact, ContactsPage } from "./Contact.js"
import type { ContactId } from "./ContactId.js"
import type { ContactsError } from "./ContactsError.js"
import type { ImportSnapshot } from "./ImportSnapshot.js"
import type { ImportTotals } from "./ImportTotals.js"
import { normalizeAccountUrl } from "./internal/accountUrl.js"
import type { Options } from "./internal/clientOptions.js"
import { getContact, listContacts } from "./internal/contactCalls.js"
import * as Edge from "./internal/edge.js"
import { statusCall } from "./internal/statusCall.js"
import { makeSubmit } from "./internal/submit.js"
import type { QueuedImport, Submission } from "./Submission.js"
import type { SubmissionError } from "./SubmissionError.js"

export type {
  /**
   * @since 0.1.0
   * @category models
   */
  Options
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** The account's API address in its one canonical form, `https://host/api/3`. */
  readonly url: string
  /** One status call, retried on what is transient. */
  readonly importInfo: (batchId: BatchId) => Effect.Effect<ImportSnapshot, ActiveCampaignError>
  /** How much the account has imported a day, all of its integrations together. */
  readonly importTotals: Effect.Effect<ImportTotals, ActiveCampaignError>
  /** Submits at most 250 contacts. Retried only where nothing can have been queued. */
  readonly submitImport: (submission: Submission) => Effect.Effect<QueuedImport, SubmissionError>
  /**
   * One page of contacts, exactly as answered: 100 of any status in the order of their IDs, unless the query says
   * otherwise. The service may ignore a filter; `Contacts` checks for that.
   */
  readonly contacts: (query?: ContactsQuery) => Effect.Effect<ContactsPage, ActiveCampaignError>
  /** One contact; `None` where the account has none of this ID. */
  readonly contact: (id: ContactId) => Effect.Effect<Option.Option<Contact>, ContactsError>
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
 * An account's URL in its one canonical form, as `Service.url` has it: what names the account where several processes
 * share something that is the account's, such as a budget of their own.
 *
 * @since 0.1.0
 * @category models
 */
export const accountUrl: (url: string | URL) => Either.Either<string, InvalidAccountUrl> = normalizeAccountUrl

/**
 * A client in the current scope. Its token is redacted in the logs and spans of that scope, too.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options
): Effect.Effect<Service, InvalidAccountUrl | InvalidApiToken, HttpClient.HttpClient | Scope.Scope> =>
  Effect.map(Edge.make(options), (edge) => {
    const { api, call, url } = edge
    return {
      url,
      importInfo: statusCall(edge),
      importTotals: call(
        { name: "importTotals", request: "GET /import/bulk_import" },
        api.bulkImport.totals()
      ),
      submitImport: makeSubmit(edge),
      contacts: listContacts(edge),
      contact: getContact(edge)
    }
  })

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
): Layer.Layer<ActiveCampaignClient, InvalidAccountUrl | InvalidApiToken, HttpClient.HttpClient> =>
  Layer.scoped(ActiveCampaignClient, make(options))

/**
 * Reads `ACTIVECAMPAIGN_URL` and `ACTIVECAMPAIGN_API_KEY`.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  options: Omit<Options, "url" | "apiToken"> = {}
): Layer.Layer<
  ActiveCampaignClient,
  ConfigError.ConfigError | InvalidAccountUrl | InvalidApiToken,
  HttpClient.HttpClient
> =>
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
