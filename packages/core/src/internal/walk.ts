import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as order from "effect/Order"
import * as Stream from "effect/Stream"
import type { ContactsQuery } from "../ActiveCampaignApi.js"
import type { Service as Client } from "../ActiveCampaignClient.js"
import type { Contact, ContactsPage } from "../Contact.js"
import { type ContactId, Order } from "../ContactId.js"
import type { WalkOptions } from "../Contacts.js"
import { type ContactsError, FilterIgnored } from "../ContactsError.js"
import { describeQuery } from "./contactCalls.js"

const perPage = 100

const isGreater = order.greaterThan(Order)
const isLess = order.lessThan(Order)

/** The first contact that does not follow the one before it. */
const outOfTurn = (
  contacts: ReadonlyArray<Contact>,
  follows: (id: ContactId, previous: ContactId) => boolean
) =>
  contacts.find(({ id }, index) => {
    const previous = contacts[index - 1]
    return previous !== undefined && !follows(id, previous.id)
  })

const checked = (
  contacts: ReadonlyArray<Contact>,
  query: ContactsQuery,
  follows: (id: ContactId, previous: ContactId) => boolean
): Effect.Effect<ReadonlyArray<Contact>, FilterIgnored> => {
  const ignored = (filter: FilterIgnored["filter"], { id }: Contact) =>
    new FilterIgnored({ request: describeQuery(query), filter, stranger: id })
  const { id_greater: after } = query
  const early = after === undefined ? undefined : contacts.find(({ id }) => !isGreater(id, after))
  if (early !== undefined) return ignored("id_greater", early)
  const late = outOfTurn(contacts, follows)
  return late === undefined ? Effect.succeed(contacts) : ignored("orders[id]", late)
}

/**
 * Only a short page of which the total says so is the last: pages may be cut shorter than asked, and the total may be
 * missing. Everything else is followed by one more call, and an empty page ends the walk in any case.
 */
const isLast = ({ contacts, total }: ContactsPage) =>
  contacts.length < perPage && Option.exists(total, (total) => total <= contacts.length)

export const makeWalk = ({ contacts: list }: Pick<Client, "contacts">) => {
  const pageAfter = (
    after: ContactId | undefined
  ): Effect.Effect<readonly [Chunk.Chunk<Contact>, Option.Option<ContactId>], ContactsError> => {
    const query: ContactsQuery = {
      ...(after === undefined ? {} : { id_greater: after }),
      "orders[id]": "ASC",
      limit: perPage
    }
    return Effect.gen(function* () {
      const page = yield* list(query)
      const contacts = yield* checked(page.contacts, query, isGreater)
      const last = contacts.at(-1)
      return [
        Chunk.unsafeFromArray(contacts),
        last === undefined || isLast(page) ? Option.none() : Option.some(last.id)
      ]
    })
  }

  const newest: ContactsQuery = { "orders[id]": "DESC", limit: 1 }

  return {
    walk: ({ after }: WalkOptions = {}): Stream.Stream<Contact, ContactsError> =>
      Stream.paginateChunkEffect(after, pageAfter),
    newestId: list(newest).pipe(
      // More than one, where the limit was ignored, do show whether the order was.
      Effect.flatMap(({ contacts }) => checked(contacts, newest, isLess)),
      Effect.map(([first]) => Option.map(Option.fromNullable(first), ({ id }) => id))
    )
  }
}
