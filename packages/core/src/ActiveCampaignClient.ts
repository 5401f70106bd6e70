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
import type { ContactsQuery, PageQuery } from "./ActiveCampaignApi.js"
import type { ActiveCampaignError } from "./ActiveCampaignError.js"
import type { BatchId } from "./BatchId.js"
import type { ExclusionsPage, FieldsPage, ListsPage, TagsPage } from "./CatalogEntry.js"
import type { Contact, ContactsPage } from "./Contact.js"
import type { Detailed } from "./ContactDetails.js"
import type { ContactId } from "./ContactId.js"
import type { ContactsError } from "./ContactsError.js"
import type { ImportSnapshot } from "./ImportSnapshot.js"
import type { ImportTotals } from "./ImportTotals.js"
import { normalizeAccountUrl } from "./internal/accountUrl.js"
import { catalogCalls } from "./internal/catalogCalls.js"
import type { Options } from "./internal/clientOptions.js"
import {
  type DetailedPage,
  type DetailsOptions,
  getContact,
  getDetails,
  listContacts,
  listDetails
} from "./internal/contactCalls.js"
import * as Edge from "./internal/edge.js"
import { statusCall } from "./internal/statusCall.js"
import { makeSubmit } from "./internal/submit.js"
import type { InvalidAccountUrl, SetupError } from "./SetupError.js"
import type { QueuedImport, Submission } from "./Submission.js"
import type { SubmissionError } from "./SubmissionError.js"

export type {
  /**
   * @since 0.1.0
   * @category models
   */
  DetailedPage,
  /**
   * @since 0.1.0
   * @category models
   */
  DetailsOptions,
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
  /** One status call. Transient errors are retried. */
  readonly importInfo: (batchId: BatchId) => Effect.Effect<ImportSnapshot, ActiveCampaignError>
  /** How much the account imported each day, all of its integrations together. */
  readonly importTotals: Effect.Effect<ImportTotals, ActiveCampaignError>
  /**
   * Submits at most 250 contacts. Retried only if nothing can have been queued. Once a request may have left, it cannot be
   * interrupted: it ends with its answer, or as `OutcomeUnknown` at its time limit.
   */
  readonly submitImport: (submission: Submission) => Effect.Effect<QueuedImport, SubmissionError>
  /**
   * One page of contacts, exactly as answered: by default 100 of any status, ordered by ID. The service may ignore a
   * filter; `Contacts` checks for that.
   */
  readonly contacts: (query?: ContactsQuery) => Effect.Effect<ContactsPage, ActiveCampaignError>
  /**
   * The same page, asked for with custom fields, tags and lists. The answer may have any of them, or none. It takes no more
   * calls than `contacts`. With `include: ""` it is asked for without them: then only the details that contacts always have
   * are there. A call with `include` that takes too long is made again at most once.
   */
  readonly contactDetails: (query?: ContactsQuery) => Effect.Effect<DetailedPage, ActiveCampaignError>
  /** One contact; `None` if the account has none with this ID. */
  readonly contact: (id: ContactId) => Effect.Effect<Option.Option<Contact>, ContactsError>
  /** One page of names, exactly as answered. `Catalog` reads all pages. */
  readonly catalog: {
    readonly fields: (query?: PageQuery) => Effect.Effect<FieldsPage, ActiveCampaignError>
    readonly tags: (query?: PageQuery) => Effect.Effect<TagsPage, ActiveCampaignError>
    readonly lists: (query?: PageQuery) => Effect.Effect<ListsPage, ActiveCampaignError>
    readonly exclusions: (query?: PageQuery) => Effect.Effect<ExclusionsPage, ActiveCampaignError>
  }
  /** One contact with its custom fields and lists in one call, and its tags by ID in a second one if asked for. */
  readonly contactWithDetails: (
    id: ContactId,
    options?: DetailsOptions
  ) => Effect.Effect<Option.Option<Detailed>, ContactsError>
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
 * An account's URL in its one canonical form, as in `Service.url`. It identifies the account for whatever processes share,
 * for instance a budget.
 *
 * @since 0.1.0
 * @category models
 */
export const accountUrl: (url: string | URL) => Either.Either<string, InvalidAccountUrl> = normalizeAccountUrl

/**
 * A client in the current scope. Its token is also redacted in the logs and spans of that scope. If no `RateBudget` is
 * provided, all clients of an account in this process share one.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options
): Effect.Effect<Service, SetupError, HttpClient.HttpClient | Scope.Scope> =>
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
      catalog: catalogCalls(edge),
      contactDetails: listDetails(edge),
      contact: getContact(edge),
      contactWithDetails: getDetails(edge)
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
): Layer.Layer<ActiveCampaignClient, SetupError, HttpClient.HttpClient> =>
  Layer.scoped(ActiveCampaignClient, make(options))

/**
 * Reads each option from the given `Config`. By default the address comes from `ACTIVECAMPAIGN_URL` and the token from
 * `ACTIVECAMPAIGN_API_KEY`. Wrap a plain value in `Config.succeed(…)`.
 *
 * @example
 * ```ts
 * import * as Config from "effect/Config"
 * import { ActiveCampaignClient } from "effect-activecampaign"
 *
 * const ClientLive = ActiveCampaignClient.layerConfig({
 *   apiToken: Config.redacted("AC_TOKEN"),
 *   timeout: Config.withDefault(Config.duration("AC_TIMEOUT"), "10 seconds")
 * })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  options: Config.Config.Wrap<Partial<Options>> = {}
): Layer.Layer<ActiveCampaignClient, ConfigError.ConfigError | SetupError, HttpClient.HttpClient> =>
  Layer.scoped(ActiveCampaignClient, Effect.flatMap(configured(options), make))

const configured = (
  options: Config.Config.Wrap<Partial<Options>>
): Effect.Effect<Options, ConfigError.ConfigError> =>
  Effect.gen(function* () {
    // `unwrap` cannot take an empty record.
    const given: Partial<Options> =
      Object.keys(options).length === 0 ? {} : yield* Config.unwrap<Partial<Options>>(options)
    return {
      ...given,
      url: given.url ?? (yield* Config.string("ACTIVECAMPAIGN_URL")),
      apiToken: given.apiToken ?? (yield* Config.redacted("ACTIVECAMPAIGN_API_KEY"))
    }
  })
