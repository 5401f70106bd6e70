import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ContactsQuery } from "../ActiveCampaignApi.js"
import type { ActiveCampaignError } from "../ActiveCampaignError.js"
import { type Contact, type ContactsPage, NotFoundReply } from "../Contact.js"
import { type ContactDetails, Detailed } from "../ContactDetails.js"
import type { ContactId } from "../ContactId.js"
import { type ContactsError, FilterIgnored } from "../ContactsError.js"
import type { Edge } from "./edgeOf.js"
import { pathSegment } from "./pathSegment.js"
import { include, includeLess, readContactTags, readSideloads } from "./sideloads.js"

/**
 * A page of contacts with what the answer says of each.
 *
 * @since 0.1.0
 * @category models
 */
export interface DetailedPage {
  readonly page: ContactsPage
  /** Whether the answer has any of the lists that were asked for. */
  readonly isServed: boolean
  /** Of a contact of the page. */
  readonly detailsOf: (id: ContactId) => ContactDetails
}

/**
 * @since 0.1.0
 * @category models
 */
export interface DetailsOptions {
  /** Whether to ask for the tags, too, which takes a second call. Default no. */
  readonly tags?: boolean | undefined
}

/** Path and query, without naming a hundred IDs. */
export const describeQuery = ({ "ids[]": ids = [], ...query }: ContactsQuery): string => {
  const [first] = ids
  const named = first === undefined ? {} : { "ids[]": ids.length === 1 ? first : `${first},…` }
  const words = new URLSearchParams(
    Object.entries({ ...named, ...query }).map(([key, value]) => [key, String(value)])
  )
  const many = ids.length > 1 ? ` (${ids.length} IDs)` : ""
  return `GET /contacts?${words}${many}`
}

const defaults = { "orders[id]": "ASC", limit: 100, status: -1 } as const

export const listContacts =
  ({ api, call }: Edge) =>
  (query: ContactsQuery = {}): Effect.Effect<ContactsPage, ActiveCampaignError> =>
    call(
      {
        name: "contacts",
        request: describeQuery(query),
        attributes: { ids: query["ids[]"]?.length ?? 0 },
        describe: ({ contacts }) => ({ contacts: contacts.length })
      },
      api.contacts.list({ urlParams: { ...defaults, ...query } })
    )

/** What takes too long with `include` is better asked for without some of it. */
const slowRetries: ReadonlyMap<string, number> = new Map([
  [include, 1],
  [includeLess, 0]
])

/** One page with the lists beside it. The body was decoded as a page before: it is JSON. */
export const listDetails =
  ({ api, call }: Edge) =>
  (query: ContactsQuery = {}): Effect.Effect<DetailedPage, ActiveCampaignError> => {
    const { include: parts = include, ...rest } = query
    const asked = parts === "" ? rest : { ...rest, include: parts }
    return call(
      {
        name: "contactDetails",
        request: describeQuery(asked),
        attributes: { ids: query["ids[]"]?.length ?? 0 },
        describe: ({ page }) => ({ contacts: page.contacts.length }),
        slowRetries: slowRetries.get(parts)
      },
      Effect.flatMap(
        api.contacts.list({ urlParams: { ...defaults, ...asked }, withResponse: true }),
        ([page, response]) =>
          Effect.map(response.json, (json) => {
            const { isServed, of } = readSideloads(json, parts)
            return { page, isServed, detailsOf: (id) => of(id) }
          })
      )
    )
  }

/** A wrong URL also answers 404. Only this one says that a contact was looked for. */
const isNoSuchContact = (error: ContactsError) =>
  error._tag === "RequestRejected" && error.status === 404 && /no result/i.test(error.detail)

/** One contact with the rest of the answer. */
const getReply =
  ({ api, call }: Edge) =>
  (
    id: ContactId
  ): Effect.Effect<Option.Option<{ readonly contact: Contact; readonly reply: unknown }>, ContactsError> => {
    const request = `GET /contacts/${pathSegment(id)}`
    return call(
      { name: "contact", request, attributes: { contactId: id } },
      api.contacts.get({ path: { id }, withResponse: true }).pipe(
        // Declared for the simulator. The edge turns every 404 into a ResponseError.
        Effect.catchIf((error) => error instanceof NotFoundReply, Effect.die),
        Effect.flatMap(([{ contact }, { json }]) => Effect.map(json, (reply) => ({ contact, reply })))
      )
    ).pipe(
      Effect.filterOrFail(
        ({ contact }) => contact.id === id,
        ({ contact }) => new FilterIgnored({ request, filter: "id", stranger: contact.id })
      ),
      Effect.map(Option.some),
      Effect.catchIf(isNoSuchContact, () => Effect.succeed(Option.none()))
    )
  }

export const getContact = (edge: Edge) => {
  const reply = getReply(edge)
  return (id: ContactId): Effect.Effect<Option.Option<Contact>, ContactsError> =>
    Effect.map(
      reply(id),
      Option.map(({ contact }) => contact)
    )
}

/** One contact with the lists that the answer always has beside it. Its tags are asked for separately. */
export const getDetails = (edge: Edge) => {
  const reply = getReply(edge)
  const tagsOf = (id: ContactId) =>
    edge.call(
      {
        name: "contactTags",
        request: `GET /contacts/${pathSegment(id)}/contactTags?limit=100`,
        attributes: { contactId: id }
      },
      edge.api.contacts.tags({ path: { id }, urlParams: { limit: 100 } })
    )
  return (
    id: ContactId,
    { tags = false }: DetailsOptions = {}
  ): Effect.Effect<Option.Option<Detailed>, ContactsError> =>
    Effect.gen(function* () {
      const found = yield* reply(id)
      if (Option.isNone(found)) return Option.none()
      const { contact, reply: json } = found.value
      const details = readSideloads(json).of(id)
      if (!tags) return Option.some(new Detailed({ id, contact, details }, true))
      const applied = readContactTags(yield* tagsOf(id), id)
      return Option.some(new Detailed({ id, contact, details: { ...details, tags: applied } }, true))
    })
}
