import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ActiveCampaignClient } from "effect-activecampaign/ActiveCampaignClient"
import * as Catalog from "effect-activecampaign/Catalog"
import type { ContactId } from "effect-activecampaign/ContactId"
import { Gone, Link, type Resolved, type ResolvedInDetail } from "effect-activecampaign/Resolved"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import * as AccountNames from "../ledger/asSent/AccountNames.js"
import * as Looks from "../ledger/asSent/Looks.js"
import * as Links from "../ledger/facts/Links.js"
import type { Moment } from "../ledger/facts/Lookups.js"
import { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import { type AccountStep, cut, makeCalls, mayGoOn } from "./AccountStep.js"

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
  { inDetail }: AccountStep,
  resolved: ReadonlyArray<Resolved | ResolvedInDetail>,
  asked: Moment
): Effect.Effect<void, LedgerError, Ledger> =>
  Effect.gen(function* () {
    const links = Links.record(resolved, DateTime.formatIso(yield* DateTime.now))
    if (!inDetail) return yield* links
    yield* Ledger.transact(() => Effect.zipRight(links, Looks.record(resolved.filter(isInDetail), asked)))
  })

/** All items of a stream, as far as calls are left, and whether it came to its end. Each chunk is a page and costs a call. */
const collect = <A>(step: AccountStep, pages: Stream.Stream<A, ContactsError>) =>
  Effect.gen(function* () {
    const calls = makeCalls(step)
    const kept: Array<A> = []
    let isCut = false
    const asked = yield* calls.make(
      Stream.runForEachWhile(Stream.chunks(pages), (page) =>
        Effect.sync(() => {
          step.calls.spend(1)
          kept.push(...page)
          isCut = step.calls.left() === 0
          return !isCut
        })
      )
    )
    if (Either.isLeft(asked) && asked.left !== cut) step.calls.spend(1)
    return { kept, isWhole: Either.isRight(asked) && !isCut }
  })

/**
 * Reads the names of the account: fields with their options, tags, lists and exclusions. If some cannot be read, the
 * values that depend on them are reported as not compared. Nothing else depends on them.
 */
export const readNames = (step: AccountStep): Effect.Effect<void, LedgerError, Ledger> =>
  Effect.gen(function* () {
    const catalog = yield* Effect.provideService(Catalog.make, ActiveCampaignClient, step.client)
    const readAt = DateTime.formatIso(yield* DateTime.now)
    /** Without time or calls, the names stay as they were last read. */
    const part = <A>(
      pages: Stream.Stream<A, ContactsError>,
      replace: (
        rows: ReadonlyArray<A>,
        reading: AccountNames.Reading
      ) => Effect.Effect<void, LedgerError, Ledger>
    ) =>
      Effect.gen(function* () {
        if (!(yield* mayGoOn(step))) return
        const { isWhole, kept } = yield* collect(step, pages)
        yield* replace(kept, { readAt, isWhole })
      })
    yield* part(catalog.fields, AccountNames.replaceFields)
    yield* part(catalog.tags, AccountNames.replaceTags)
    yield* part(catalog.lists, AccountNames.replaceLists)
    yield* part(catalog.exclusions, AccountNames.replaceExclusions)
  })
