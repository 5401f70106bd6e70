import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ContactId } from "effect-activecampaign/ContactId"
import { Gone, Link, type Resolved, type ResolvedInDetail } from "effect-activecampaign/Resolved"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import * as Looks from "../ledger/asSent/Looks.js"
import * as Links from "../ledger/facts/Links.js"
import type { Moment } from "../ledger/facts/Lookups.js"
import { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import type { AccountStep } from "./AccountStep.js"

/** The contacts of IDs; with what they hold if there is something to compare, for the same number of calls. */
export const fetch = (
  { contacts, inDetail }: AccountStep,
  ids: ReadonlyArray<ContactId>
): Stream.Stream<Resolved | ResolvedInDetail, ContactsError> =>
  inDetail ? contacts.details(Stream.fromIterable(ids)) : contacts.resolve(Stream.fromIterable(ids))

/** One contact by itself; with the fields and lists that the answer has beside it, for the same call. */
export const fetchOne = (
  { client, contacts, inDetail }: AccountStep,
  id: ContactId
): Effect.Effect<Resolved | ResolvedInDetail, ContactsError> =>
  inDetail
    ? contacts.detailsByItself(id)
    : Effect.map(
        client.contact(id),
        Option.match({
          onNone: (): Resolved => new Gone({ id }),
          onSome: (contact): Resolved => new Link({ id, contact })
        })
      )

const isInDetail = (one: Resolved | ResolvedInDetail): one is ResolvedInDetail => one._tag !== "Link"

/**
 * Records the address of each ID and what its contact holds, both or neither: an ID that is known is not asked for again.
 * `asked`: the moment before the call.
 */
export const record = (
  { countLooks, inDetail }: AccountStep,
  resolved: ReadonlyArray<Resolved | ResolvedInDetail>,
  asked: Moment
): Effect.Effect<void, LedgerError, Ledger> =>
  Effect.gen(function* () {
    const links = Links.record(resolved, DateTime.formatIso(yield* DateTime.now))
    if (!inDetail) return yield* links
    countLooks(
      yield* Ledger.transact(() => Effect.zipRight(links, Looks.record(resolved.filter(isInDetail), asked)))
    )
  })
