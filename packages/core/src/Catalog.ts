/**
 * The names of an account: its custom fields with their options, its tags, its lists and its exclusions, all pages of each.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import { ActiveCampaignClient } from "./ActiveCampaignClient.js"
import type { Exclusion, Field, List, Tag } from "./CatalogEntry.js"
import type { ContactsError } from "./ContactsError.js"
import { allPages } from "./internal/catalogCalls.js"

/**
 * Each stream asks for 100 items in each call. One that ends without a failure has given them all, each once. An item that
 * cannot be read is left out, and the stream then fails with `AnswerIncomplete` at its end; at once, if a page only repeats
 * what earlier ones had.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** The custom fields of contacts. */
  readonly fields: Stream.Stream<Field, ContactsError>
  readonly tags: Stream.Stream<Tag, ContactsError>
  readonly lists: Stream.Stream<List, ContactsError>
  /** The exclusion list: addresses, beginnings and endings of addresses that are not imported. */
  readonly exclusions: Stream.Stream<Exclusion, ContactsError>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class Catalog extends Context.Tag("effect-activecampaign/Catalog")<Catalog, Service>() {}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, ActiveCampaignClient> = Effect.map(
  ActiveCampaignClient,
  ({ catalog }): Service => ({
    fields: allPages("/fields", catalog.fields),
    tags: allPages("/tags", catalog.tags),
    lists: allPages("/lists", catalog.lists),
    exclusions: allPages("/lists/exclusions", catalog.exclusions)
  })
)

/**
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 * import { Catalog } from "effect-activecampaign"
 *
 * const titles = Effect.gen(function* () {
 *   const { fields } = yield* Catalog.Catalog
 *   return yield* Stream.runCollect(Stream.map(fields, ({ id, title }) => [id, title] as const))
 * })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Catalog, never, ActiveCampaignClient> = Layer.effect(Catalog, make)
