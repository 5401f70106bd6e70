import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type ContactsQuery, NotFoundReply } from "../ActiveCampaignApi.js"
import type { ActiveCampaignError } from "../ActiveCampaignError.js"
import type { Contact, ContactsPage } from "../Contact.js"
import type { ContactId } from "../ContactId.js"
import { type ContactsError, FilterIgnored } from "../ContactsError.js"
import type { Edge } from "./edgeOf.js"
import { pathSegment } from "./pathSegment.js"

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

/** A wrong URL also answers 404. Only this one says that a contact was looked for. */
const isNoSuchContact = (error: ContactsError) =>
  error._tag === "RequestRejected" && error.status === 404 && /no result/i.test(error.detail)

export const getContact =
  ({ api, call }: Edge) =>
  (id: ContactId): Effect.Effect<Option.Option<Contact>, ContactsError> => {
    const request = `GET /contacts/${pathSegment(id)}`
    return call(
      { name: "contact", request, attributes: { contactId: id } },
      // Declared for the simulator. The edge turns every 404 into a ResponseError.
      Effect.catchIf(
        api.contacts.get({ path: { id } }),
        (error) => error instanceof NotFoundReply,
        Effect.die
      )
    ).pipe(
      Effect.filterOrFail(
        ({ contact }) => contact.id === id,
        ({ contact }) => new FilterIgnored({ request, filter: "id", stranger: contact.id })
      ),
      Effect.map(({ contact }) => Option.some(contact)),
      Effect.catchIf(isNoSuchContact, () => Effect.succeedNone)
    )
  }
