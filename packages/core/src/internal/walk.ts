import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as order from "effect/Order"
import * as Stream from "effect/Stream"
import type { ContactsQuery } from "../ActiveCampaignApi.js"
import type { Contact, ContactsPage } from "../Contact.js"
import { type ContactId, Order } from "../ContactId.js"
import { AnswerIncomplete, type ContactsError, FilterIgnored } from "../ContactsError.js"
import { describeQuery } from "./contactCalls.js"
import type { Check, Fetch } from "./fetch.js"
import { gapIn } from "./gap.js"

/**
 * Where a walk begins, and how far it must get.
 *
 * @since 0.1.0
 * @category models
 */
export interface WalkOptions {
  /** Default: the first contact. */
  readonly after?: ContactId | undefined
  /**
   * A contact that is known to be in the account, such as the newest one. A walk that ends before it has not seen all, and
   * fails with `AnswerIncomplete`.
   */
  readonly upTo?: ContactId | undefined
}

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

const inOrder =
  (query: ContactsQuery, follows: (id: ContactId, previous: ContactId) => boolean): Check =>
  ({ contacts }) => {
    const ignored = (filter: FilterIgnored["filter"], { id }: Contact) =>
      new FilterIgnored({ request: describeQuery(query), filter, stranger: id })
    const { id_greater: after } = query
    const early = after === undefined ? undefined : contacts.find(({ id }) => !isGreater(id, after))
    if (early !== undefined) return ignored("id_greater", early)
    const late = outOfTurn(contacts, follows)
    return late === undefined ? Effect.succeed(contacts) : ignored("orders[id]", late)
  }

/**
 * A short page is the last only if its total says so: pages may be shorter than asked, and the total may be missing. After
 * any other page comes one more call. A page without contacts always ends the walk.
 */
const isLast = ({ contacts, total, unreadable }: ContactsPage) =>
  contacts.length === 0 ||
  (contacts.length < perPage && unreadable === 0 && Option.contains(total, contacts.length))

/** How far a walk has got. */
interface Place {
  readonly after: ContactId | undefined
  readonly seen: number
  /** Why the walk has not seen all contacts, once that is known. */
  readonly gap: Option.Option<AnswerIncomplete>
}

const endedEarly = (query: ContactsQuery, upTo: ContactId, last: ContactId | undefined) =>
  new AnswerIncomplete({
    request: describeQuery(query),
    reason: "ended-early",
    detail: `the walk ended ${last === undefined ? "without a contact" : `at contact ${last}`}, and contact ${upTo} is in the account, too`
  })

/** Every contact after an ID, each as an `A`. */
export const makeWalk = <A extends { readonly id: ContactId }>(fetch: Fetch<A>) => {
  /** The next page, and where to continue, or why the walk fails after emitting that page. */
  const pageAt =
    (upTo: ContactId | undefined) =>
    (
      place: Place | AnswerIncomplete
    ): Effect.Effect<readonly [Chunk.Chunk<A>, Option.Option<Place | AnswerIncomplete>], ContactsError> => {
      if ("_tag" in place) return Effect.fail(place)
      const query: ContactsQuery = {
        ...(place.after === undefined ? {} : { id_greater: place.after }),
        "orders[id]": "ASC",
        limit: perPage
      }
      return Effect.gen(function* () {
        const { found, page } = yield* fetch(query, inOrder(query, isGreater))
        const after = found.at(-1)?.id ?? place.after
        const seen = place.seen + found.length
        const isEnd = isLast(page)
        // Contacts that a page counts but does not show may be on the pages after it.
        const gap = Option.orElse(place.gap, () =>
          gapIn(page, query, isEnd ? seen : Number.POSITIVE_INFINITY)
        )
        const chunk = Chunk.unsafeFromArray(found)
        if (!isEnd) return [chunk, Option.some({ after, seen, gap })]
        const isEarly = upTo !== undefined && (after === undefined || isLess(after, upTo))
        return [chunk, isEarly ? Option.orElse(gap, () => Option.some(endedEarly(query, upTo, after))) : gap]
      })
    }

  return ({ after, upTo }: WalkOptions = {}): Stream.Stream<A, ContactsError> =>
    Stream.suspend(() => {
      const start: Place | AnswerIncomplete = { after, seen: 0, gap: Option.none() }
      return Stream.paginateChunkEffect(start, pageAt(upTo))
    })
}

const newest: ContactsQuery = { "orders[id]": "DESC", limit: 1 }

export const makeNewestId = (fetch: Fetch<Contact>): Effect.Effect<Option.Option<ContactId>, ContactsError> =>
  Effect.gen(function* () {
    // If the limit was ignored, more than one contact shows whether the order was, too.
    const { found, page } = yield* fetch(newest, inOrder(newest, isLess))
    const [first] = found
    const gap = gapIn(page, newest, first === undefined ? 0 : Number.POSITIVE_INFINITY)
    if (Option.isSome(gap)) return yield* gap.value
    return Option.map(Option.fromNullable(first), ({ id }) => id)
  })
