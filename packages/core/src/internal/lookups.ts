import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as order from "effect/Order"
import type { ContactsQuery } from "../ActiveCampaignApi.js"
import type { Service as Client } from "../ActiveCampaignClient.js"
import type { Contact, ContactsPage } from "../Contact.js"
import { type ContactId, Order } from "../ContactId.js"
import { type ContactsError, FilterIgnored } from "../ContactsError.js"
import * as EmailKey from "../EmailKey.js"
import { describeQuery } from "./contactCalls.js"

/** The most contacts a page holds. How many IDs a call may name is not documented. */
const idsPerCall = 100

/** Enough to spend the account's budget in spite of slow answers. */
const callsAtOnce = 4

export type Found = ReadonlyMap<ContactId, Contact>

const onlyThoseAsked = (
  page: ContactsPage,
  query: ContactsQuery,
  filter: FilterIgnored["filter"],
  asked: (contact: Contact) => boolean
) => {
  const stranger = page.contacts.find((contact) => !asked(contact))
  return stranger === undefined
    ? Effect.succeed(page.contacts)
    : Effect.fail(new FilterIgnored({ request: describeQuery(query), filter, stranger: stranger.id }))
}

const byIdDeletedLast = order.combine(
  order.mapInput(order.boolean, ({ deleted }: Contact) => deleted),
  order.mapInput(Order, ({ id }: Contact) => id)
)

export const makeLookups = ({ contacts: list }: Pick<Client, "contacts">) => {
  const byIds = (ids: ReadonlyArray<ContactId>): Effect.Effect<Found, ContactsError> =>
    Effect.gen(function* () {
      const found = new Map<ContactId, Contact>()
      let unanswered = ids
      while (unanswered.length > 0) {
        const asked = new Set(unanswered)
        const query = { "ids[]": unanswered }
        const page = yield* list(query)
        for (const contact of yield* onlyThoseAsked(page, query, "ids[]", ({ id }) => asked.has(id))) {
          found.set(contact.id, contact)
        }
        unanswered = unanswered.filter((id) => !found.has(id))
        // Silence means gone, unless the page was cut short; then those not shown are asked for once more.
        const whole = Option.exists(page.total, (total) => total <= page.contacts.length)
        if (whole || page.contacts.length === 0) break
      }
      return found
    })

  const byEmail = (address: string): Effect.Effect<Option.Option<Contact>, ContactsError> => {
    const key = EmailKey.fromAddress(address)
    // An empty filter is no filter, and nobody has this address.
    if (key === "") return Effect.succeedNone
    const query = { email: address.trim() }
    return list(query).pipe(
      Effect.flatMap((page) => onlyThoseAsked(page, query, "email", ({ emailKey }) => emailKey === key)),
      Effect.map((found) => Option.fromNullable(found.toSorted(byIdDeletedLast)[0]))
    )
  }

  return { byIds, byEmail, idsPerCall, callsAtOnce }
}

export type Lookups = ReturnType<typeof makeLookups>
