/**
 * The contacts of the account: whose ID it is, and whether an address is there.
 *
 * ActiveCampaign answers a filter it does not understand with the first contacts of the account. So each contact of an
 * answer is compared with what was asked for, and one that was not asked for becomes the error `FilterIgnored`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ActiveCampaignClient } from "./ActiveCampaignClient.js"
import type { Contact } from "./Contact.js"
import type { Detailed, Sideloading } from "./ContactDetails.js"
import type { ContactId } from "./ContactId.js"
import type { ContactsError } from "./ContactsError.js"
import type { DetailsOptions } from "./internal/contactCalls.js"
import { makeDetailed, plain } from "./internal/fetch.js"
import { makeByEmailRequests, makeById } from "./internal/lookupRequests.js"
import { makeByEmail, makeByIds, type ResultOf, resolving } from "./internal/lookups.js"
import { makeNewestId, makeWalk, type WalkOptions } from "./internal/walk.js"
import { Gone, Link, type Resolved, type ResolvedInDetail } from "./Resolved.js"

export type {
  /**
   * @since 0.1.0
   * @category models
   */
  WalkOptions
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /**
   * Fetches the contacts of IDs, 100 in each call. Emits one `Link` or `Gone` for each distinct ID, in the order in which
   * they first came. The stream remembers the IDs while it runs, so that none is asked for twice.
   *
   * An ID that is missing from an incomplete answer is left out. The stream then fails with `AnswerIncomplete` after all
   * others have been emitted.
   */
  readonly resolve: <E = never, R = never>(
    ids: Stream.Stream<ContactId, E, R>
  ) => Stream.Stream<Resolved, E | ContactsError, R>
  /**
   * The contact with an address, compared by `EmailKey`. If several contacts share the key, the one with the lowest ID that
   * is not deleted. `None` only if the answer is complete.
   */
  readonly findByEmail: (address: string) => Effect.Effect<Option.Option<Contact>, ContactsError>
  /**
   * `resolve` for one ID as a request: those made together become one call for each 100. They share it, so a caller that
   * gives up still waits for its end, which the client's timeout limits.
   */
  readonly byId: (id: ContactId) => Effect.Effect<Resolved, ContactsError>
  /** `findByEmail` as a request: among those made together, each address is asked for once. */
  readonly byEmail: (address: string) => Effect.Effect<Option.Option<Contact>, ContactsError>
  /**
   * Every contact of the account whose ID is greater than `after`, ordered by ID, 100 in each call. Pass the last ID seen to
   * continue a walk. New contacts are included, because their IDs are greater.
   *
   * A walk that ends without a failure has seen them all. After an incomplete page it goes on, emits what can be read, and
   * fails with `AnswerIncomplete` at its end. An empty page that counts more contacts than the walk has seen, in total or
   * from here on, is not the end.
   */
  readonly walk: (options?: WalkOptions) => Stream.Stream<Contact, ContactsError>
  /**
   * The greatest ID of the account; `None` if it has no contacts. One call that asks for a single contact. It assumes that
   * ActiveCampaign respects the order; nothing in the answer would show it.
   */
  readonly newestId: Effect.Effect<Option.Option<ContactId>, ContactsError>
  /**
   * `resolve` with the custom fields, tags and lists of each contact, in as many calls. The same checks hold for the
   * contacts. What an answer does not show of their details, or shows in another shape, never costs a contact: each part of
   * the details says how complete it is. A call that fails with `include` is made once more without the
   * lists, and then without `include`, if `AskAgain` lets it. What works is remembered.
   */
  readonly details: <E = never, R = never>(
    ids: Stream.Stream<ContactId, E, R>
  ) => Stream.Stream<ResolvedInDetail, E | ContactsError, R>
  /** `details` for one ID as a request: those made together become one call for each 100. */
  readonly detailsById: (id: ContactId) => Effect.Effect<ResolvedInDetail, ContactsError>
  /** `walk` with the details of each contact, in as many calls. */
  readonly walkDetails: (options?: WalkOptions) => Stream.Stream<Detailed, ContactsError>
  /**
   * The details of one contact without `include`, for an account that ignores it: one call, and a second one for the IDs of
   * its tags if asked for.
   */
  readonly detailsByItself: (
    id: ContactId,
    options?: DetailsOptions
  ) => Effect.Effect<ResolvedInDetail, ContactsError>
  /** Whether the answers to `details`, `detailsById` and `walkDetails` so far had any details. */
  readonly sideloading: Effect.Effect<Sideloading>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class Contacts extends Context.Tag("effect-activecampaign/Contacts")<Contacts, Service>() {}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, never, ActiveCampaignClient> = Effect.map(
  ActiveCampaignClient,
  (client): Service => {
    const contacts = plain(client)
    const detailed = makeDetailed(client)
    const links = makeByIds(contacts)
    const details = makeByIds(detailed.fetch)
    const find = makeByEmail(contacts)
    return {
      resolve: resolving(links, linkOf),
      findByEmail: find,
      byId: makeById(links, linkOf),
      byEmail: makeByEmailRequests(find),
      walk: makeWalk(contacts),
      newestId: makeNewestId(contacts),
      details: resolving(details, detailedOf),
      detailsById: makeById(details, detailedOf),
      walkDetails: makeWalk(detailed.fetch),
      detailsByItself: (id, options) =>
        Effect.map(
          client.contactWithDetails(id, options),
          Option.getOrElse(() => new Gone({ id }, true))
        ),
      sideloading: detailed.sideloading
    }
  }
)

const resultOf =
  <A, B>(found: (contact: A, id: ContactId) => B): ResultOf<A, B | Gone> =>
  ({ contacts, gap }, id) => {
    const contact = contacts.get(id)
    if (contact !== undefined) return Either.right(found(contact, id))
    return Option.match(gap, { onNone: () => Either.right(new Gone({ id }, true)), onSome: Either.left })
  }

// Both parts have been validated by their schemas.
const linkOf = resultOf((contact: Contact, id) => new Link({ id, contact }, true))
const detailedOf = resultOf((contact: Detailed) => contact)

/**
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Option from "effect/Option"
 * import * as Stream from "effect/Stream"
 * import { BatchId, BulkImport, Contacts } from "effect-activecampaign"
 *
 * const addresses = Effect.gen(function* () {
 *   const settled = yield* BulkImport.awaitSettled(BatchId.make("5b1f2c9e"))
 *   const ids = Option.getOrElse(settled.success, () => [])
 *   return yield* Contacts.resolve(Stream.fromIterable(ids)).pipe(
 *     Stream.filter((resolved) => resolved._tag === "Link"),
 *     Stream.map((link) => link.contact.email),
 *     Stream.runCollect
 *   )
 * })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Contacts, never, ActiveCampaignClient> = Layer.effect(Contacts, make)

/**
 * `resolve` of the service in the context.
 *
 * @since 0.1.0
 * @category accessors
 */
export const resolve = <E = never, R = never>(
  ids: Stream.Stream<ContactId, E, R>
): Stream.Stream<Resolved, E | ContactsError, R | Contacts> =>
  Stream.unwrap(Effect.map(Contacts, (contacts) => contacts.resolve(ids)))

/**
 * `findByEmail` of the service in the context.
 *
 * @since 0.1.0
 * @category accessors
 */
export const findByEmail = (
  address: string
): Effect.Effect<Option.Option<Contact>, ContactsError, Contacts> =>
  Effect.flatMap(Contacts, (contacts) => contacts.findByEmail(address))

/**
 * `walk` of the service in the context.
 *
 * @since 0.1.0
 * @category accessors
 */
export const walk = (options?: WalkOptions): Stream.Stream<Contact, ContactsError, Contacts> =>
  Stream.unwrap(Effect.map(Contacts, (contacts) => contacts.walk(options)))

/**
 * `newestId` of the service in the context.
 *
 * @since 0.1.0
 * @category accessors
 */
export const newestId: Effect.Effect<Option.Option<ContactId>, ContactsError, Contacts> = Effect.flatMap(
  Contacts,
  (contacts) => contacts.newestId
)

/**
 * `byId` of the service in the context.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { ContactId, Contacts } from "effect-activecampaign"
 *
 * const ids = ["9101", "9102", "9103"].map((id) => ContactId.make(id))
 * // One call, not three.
 * const resolved = Effect.forEach(ids, Contacts.byId, { batching: true })
 * ```
 *
 * @since 0.1.0
 * @category accessors
 */
export const byId = (id: ContactId): Effect.Effect<Resolved, ContactsError, Contacts> =>
  Effect.flatMap(Contacts, (contacts) => contacts.byId(id))

/**
 * `byEmail` of the service in the context.
 *
 * @since 0.1.0
 * @category accessors
 */
export const byEmail = (address: string): Effect.Effect<Option.Option<Contact>, ContactsError, Contacts> =>
  Effect.flatMap(Contacts, (contacts) => contacts.byEmail(address))

/**
 * `details` of the service in the context.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 * import { ContactId, Contacts } from "effect-activecampaign"
 *
 * const ids = ["9101", "9102"].map((id) => ContactId.make(id))
 * const companies = Contacts.details(Stream.fromIterable(ids)).pipe(
 *   Stream.map((found) => {
 *     if (found._tag === "Gone") return `${found.id} is gone`
 *     const { fieldValues } = found.details
 *     if (fieldValues._tag === "NotSideloaded") return `${found.id}: the answer does not say`
 *     return fieldValues.rows.find(({ field }) => field === "12")?.value ?? `${found.id}: ${fieldValues._tag}`
 *   }),
 *   Stream.runCollect
 * )
 * ```
 *
 * @since 0.1.0
 * @category accessors
 */
export const details = <E = never, R = never>(
  ids: Stream.Stream<ContactId, E, R>
): Stream.Stream<ResolvedInDetail, E | ContactsError, R | Contacts> =>
  Stream.unwrap(Effect.map(Contacts, (contacts) => contacts.details(ids)))

/**
 * `detailsById` of the service in the context.
 *
 * @since 0.1.0
 * @category accessors
 */
export const detailsById = (id: ContactId): Effect.Effect<ResolvedInDetail, ContactsError, Contacts> =>
  Effect.flatMap(Contacts, (contacts) => contacts.detailsById(id))

/**
 * `walkDetails` of the service in the context.
 *
 * @since 0.1.0
 * @category accessors
 */
export const walkDetails = (options?: WalkOptions): Stream.Stream<Detailed, ContactsError, Contacts> =>
  Stream.unwrap(Effect.map(Contacts, (contacts) => contacts.walkDetails(options)))
