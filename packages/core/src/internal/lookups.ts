import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as order from "effect/Order"
import type { ContactsQuery } from "../ActiveCampaignApi.js"
import type { Service as Client } from "../ActiveCampaignClient.js"
import type { Contact, ContactsPage } from "../Contact.js"
import { type ContactId, Order } from "../ContactId.js"
import { type AnswerIncomplete, type ContactsError, FilterIgnored } from "../ContactsError.js"
import * as EmailKey from "../EmailKey.js"
import { describeQuery } from "./contactCalls.js"
import { gapIn } from "./gap.js"

/** The most contacts on a page. How many IDs a call may name is not documented. */
const idsPerCall = 100

/** Enough to use the account's budget even with slow answers. */
const callsAtOnce = 4

/** What an answer says about IDs. */
export interface Found {
  readonly contacts: ReadonlyMap<ContactId, Contact>
  /** Why the others are not known to be gone, if so. */
  readonly gap: Option.Option<AnswerIncomplete>
}

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
      let gap = Option.none<AnswerIncomplete>()
      let unanswered = ids
      while (unanswered.length > 0) {
        const asked = new Set(unanswered)
        const query = { "ids[]": unanswered }
        const page = yield* list(query)
        for (const contact of yield* onlyThoseAsked(page, query, "ids[]", ({ id }) => asked.has(id))) {
          found.set(contact.id, contact)
        }
        unanswered = unanswered.filter((id) => !found.has(id))
        const shown = page.contacts.length
        gap = unanswered.length === 0 ? Option.none() : gapIn(page, query, shown)
        // A missing contact is gone, unless the page was cut short. Then those not shown are asked for once more.
        const isWhole = Option.isNone(gap) && Option.contains(page.total, shown)
        if (isWhole || shown === 0) break
      }
      return { contacts: found, gap }
    })

  const byEmail = (address: string): Effect.Effect<Option.Option<Contact>, ContactsError> => {
    const key = EmailKey.fromAddress(address)
    // An empty filter would filter nothing, and nobody has this address.
    if (key === "") return Effect.succeedNone
    const query = { email: address.trim() }
    return Effect.gen(function* () {
      const page = yield* list(query)
      const found = yield* onlyThoseAsked(page, query, "email", ({ emailKey }) => emailKey === key)
      const [first] = found.toSorted(byIdDeletedLast)
      // A contact that is not shown may be the one.
      if (first === undefined || first.deleted) {
        const gap = gapIn(page, query, found.length)
        if (Option.isSome(gap)) return yield* gap.value
      }
      return Option.fromNullable(first)
    })
  }

  return { byIds, byEmail, idsPerCall, callsAtOnce }
}

export type Lookups = ReturnType<typeof makeLookups>
