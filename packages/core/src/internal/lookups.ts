import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as order from "effect/Order"
import * as Stream from "effect/Stream"
import type { ContactsQuery } from "../ActiveCampaignApi.js"
import type { Contact, ContactsPage } from "../Contact.js"
import { type ContactId, Order } from "../ContactId.js"
import { type AnswerIncomplete, type ContactsError, FilterIgnored } from "../ContactsError.js"
import * as EmailKey from "../EmailKey.js"
import { describeQuery } from "./contactCalls.js"
import type { Check, Fetch } from "./fetch.js"
import { gapIn } from "./gap.js"

/** The most contacts on a page. How many IDs a call may name is not documented. */
export const idsPerCall = 100

/** Enough to use the account's budget even with slow answers. */
export const callsAtOnce = 4

/** What an answer says about IDs. */
export interface Found<A> {
  readonly contacts: ReadonlyMap<ContactId, A>
  /** Why the others are not known to be gone, if so. */
  readonly gap: Option.Option<AnswerIncomplete>
}

const onlyThoseAsked =
  (query: ContactsQuery, filter: FilterIgnored["filter"], asked: (contact: Contact) => boolean): Check =>
  (page: ContactsPage) => {
    const stranger = page.contacts.find((contact) => !asked(contact))
    return stranger === undefined
      ? Effect.succeed(page.contacts)
      : Effect.fail(new FilterIgnored({ request: describeQuery(query), filter, stranger: stranger.id }))
  }

const byIdDeletedLast = order.combine(
  order.mapInput(order.boolean, ({ deleted }: Contact) => deleted),
  order.mapInput(Order, ({ id }: Contact) => id)
)

export type ByIds<A> = (ids: ReadonlyArray<ContactId>) => Effect.Effect<Found<A>, ContactsError>

export const makeByIds =
  <A extends { readonly id: ContactId }>(fetch: Fetch<A>): ByIds<A> =>
  (ids) =>
    Effect.gen(function* () {
      const contacts = new Map<ContactId, A>()
      let gap = Option.none<AnswerIncomplete>()
      let unanswered = ids
      while (unanswered.length > 0) {
        const asked = new Set(unanswered)
        const query = { "ids[]": unanswered }
        const { found, page } = yield* fetch(
          query,
          onlyThoseAsked(query, "ids[]", ({ id }) => asked.has(id))
        )
        for (const contact of found) contacts.set(contact.id, contact)
        unanswered = unanswered.filter((id) => !contacts.has(id))
        const shown = page.contacts.length
        gap = unanswered.length === 0 ? Option.none() : gapIn(page, query, shown)
        // A missing contact is gone, unless the page was cut short. Then those not shown are asked for once more.
        const isWhole = Option.isNone(gap) && Option.contains(page.total, shown)
        if (isWhole || shown === 0) break
      }
      return { contacts, gap }
    })

export const makeByEmail =
  (fetch: Fetch<Contact>) =>
  (address: string): Effect.Effect<Option.Option<Contact>, ContactsError> => {
    const key = EmailKey.fromAddress(address)
    // An empty filter would filter nothing, and nobody has this address.
    if (key === "") return Effect.succeedNone
    const query = { email: address.trim() }
    return Effect.gen(function* () {
      const { found, page } = yield* fetch(
        query,
        onlyThoseAsked(query, "email", ({ emailKey }) => emailKey === key)
      )
      const [first] = found.toSorted(byIdDeletedLast)
      // A contact that is not shown may be the one.
      if (first === undefined || first.deleted) {
        const gap = gapIn(page, query, found.length)
        if (Option.isSome(gap)) return yield* gap.value
      }
      return Option.fromNullable(first)
    })
  }

/** The result for an ID, or why it is not known. */
export type ResultOf<A, B> = (found: Found<A>, id: ContactId) => Either.Either<B, AnswerIncomplete>

/** A result for each distinct ID of a stream, in its order. */
export const resolving =
  <A, B>(byIds: ByIds<A>, resultOf: ResultOf<A, B>) =>
  <E, R>(ids: Stream.Stream<ContactId, E, R>): Stream.Stream<B, E | ContactsError, R> =>
    Stream.suspend(() => {
      let gap = Option.none<AnswerIncomplete>()
      return ids.pipe(
        distinct,
        Stream.grouped(idsPerCall),
        Stream.mapEffect(
          (group) => {
            const asked = [...group]
            return Effect.map(byIds(asked), (found) => {
              gap = Option.orElse(gap, () => found.gap)
              return Arr.getRights(asked.map((id) => resultOf(found, id)))
            })
          },
          { concurrency: callsAtOnce }
        ),
        Stream.mapConcat((resolved) => resolved),
        Stream.concat(
          Stream.suspend(() => Option.match(gap, { onNone: () => Stream.empty, onSome: Stream.fail }))
        )
      )
    })

const distinct = <E, R>(ids: Stream.Stream<ContactId, E, R>): Stream.Stream<ContactId, E, R> =>
  Stream.suspend(() => {
    const seen = new Set<ContactId>()
    return Stream.filter(ids, (id) => !seen.has(id) && seen.add(id).has(id))
  })
