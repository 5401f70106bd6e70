import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { ActiveCampaignClient } from "effect-activecampaign/ActiveCampaignClient"
import * as Catalog from "effect-activecampaign/Catalog"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import * as AccountNames from "../ledger/asSent/AccountNames.js"
import type { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import { type AccountStep, makeCalls, mayGoOn } from "./AccountStep.js"

type Asking = Effect.Effect<void, LedgerError, Ledger>

/** The catalog of the account, each page of which is paid for. `onOut`: the next page would take a call that is to be kept. */
const paidCatalog = ({ calls, client }: AccountStep, keep: number, onOut: Effect.Effect<unknown>) => {
  const paid =
    <Query, A, E>(page: (query: Query) => Effect.Effect<A, E>) =>
    (query: Query) =>
      Effect.suspend(() => {
        if (calls.left() <= keep) return Effect.zipRight(onOut, Effect.never)
        calls.spend(1)
        return page(query)
      })
  const { exclusions, fields, lists, tags } = client.catalog
  const catalog = {
    fields: paid(fields),
    tags: paid(tags),
    lists: paid(lists),
    exclusions: paid(exclusions)
  }
  return Effect.provideService(Catalog.make, ActiveCampaignClient, { ...client, catalog })
}

/** Reads a part of the names. Without time or calls, they stay as they were last read. */
const readPart = (step: AccountStep, part: AccountNames.Part, keep: number) =>
  Effect.gen(function* () {
    if (!(yield* mayGoOn(step))) return
    const isOut = yield* Deferred.make<false>()
    const catalog = yield* paidCatalog(step, keep, Deferred.succeed(isOut, false))
    const readAt = DateTime.formatIso(yield* DateTime.now)
    const collect = <A>(
      items: Stream.Stream<A, ContactsError>,
      replace: (
        rows: ReadonlyArray<A>,
        reading: AccountNames.Reading
      ) => Effect.Effect<void, LedgerError, Ledger>
    ) =>
      Effect.gen(function* () {
        const kept: Array<A> = []
        const all = Stream.runForEach(items, (one) => Effect.sync(() => kept.push(one)))
        const asked = yield* makeCalls(step).make(
          Effect.raceFirst(Effect.as(all, true), Deferred.await(isOut))
        )
        yield* replace(kept, { readAt, isWhole: Either.isRight(asked) && asked.right })
      })
    switch (part) {
      case "fields":
        return yield* collect(catalog.fields, AccountNames.replaceFields)
      case "tags":
        return yield* collect(catalog.tags, AccountNames.replaceTags)
      case "lists":
        return yield* collect(catalog.lists, AccountNames.replaceLists)
      case "exclusions":
        return yield* collect(catalog.exclusions, AccountNames.replaceExclusions)
    }
  })

const callsFor = (parts: ReadonlyArray<AccountNames.Kept>) => parts.reduce((sum, { pages }) => sum + pages, 0)

/** Whether calls suffice for all of these and for `others`. */
const suffice = (parts: ReadonlyArray<AccountNames.Kept>, others: number, left: number) =>
  callsFor(parts) + others <= left

/** What could not be read before leaves a call to compare what can be compared. */
const callsKept = ({ wasRead }: AccountNames.Kept) => (wasRead ? 1 : 0)

/** If calls are short, only what values cannot be told without is read, and what was read before is kept. */
const isWorthIt = (one: AccountNames.Kept, left: number) =>
  !one.isWhole && (one.part === "fields" || one.part === "tags") && one.pages + callsKept(one) <= left

/** The calls that names take, as far as their number is known, and what is read. */
export interface NamesPlan {
  readonly parts: ReadonlyArray<AccountNames.Kept>
  /** Calls made before comparing. */
  readonly before: number
  /** Calls worth making with what is left at the end. */
  readonly atTheEnd: number
  /** The same if there is nothing to compare. */
  readonly alone: number
}

/** What `beforeComparing` and `atTheEnd` would read of these parts. */
export const planNames = (parts: ReadonlyArray<AccountNames.Kept>, others: number, left: number) =>
  Effect.map(AccountNames.isAnyCompared, (isAny): NamesPlan => {
    const never = parts.filter(({ wasRead }) => !wasRead)
    const alone = isAny ? callsFor(never) : 0
    if (suffice(parts, others, left)) return { parts, before: callsFor(parts), atTheEnd: 0, alone }
    let rest = left
    const read = parts.filter((one) => {
      const is = isWorthIt(one, rest)
      if (is) rest -= one.pages
      return is
    })
    const atTheEnd = callsFor(never.filter((one) => !read.includes(one)))
    return { parts: read, before: left - rest, atTheEnd, alone }
  })

/** Names may take this part of the calls before outcomes are asked for: to compare later takes calls of its own. */
const shareOfNames = 10

/**
 * Reads the names of the account, each part at most once a run: fields with their options, tags, lists and exclusions. If
 * some cannot be read, the values that depend on them are reported as not compared. Nothing else depends on them, so they
 * never take the calls that outcomes need.
 */
export const make = (stepOf: Effect.Effect<AccountStep, LedgerError, Ledger>, left: () => number) => {
  const tried = new Set<AccountNames.Part>()
  let spent = 0
  const untried = Effect.map(AccountNames.kept, (parts) => parts.filter(({ part }) => !tried.has(part)))
  /** `keep`: calls that are left to others, however many the names turn out to be. */
  const read = (parts: ReadonlyArray<AccountNames.Kept>, keep: number) =>
    Effect.gen(function* () {
      if (parts.length === 0 || left() <= keep) return
      const step = yield* stepOf
      for (const { part } of parts) {
        const before = left()
        if (before <= keep) return
        tried.add(part)
        yield* readPart(step, part, keep)
        spent += before - left()
      }
    })
  return {
    /** How many calls they took. */
    spent: () => spent,
    /** Before calls that settle outcomes. `others`: how many of these are to come; left out if nobody knows. */
    beforeOutcomes: (others = Number.POSITIVE_INFINITY): Asking =>
      Effect.gen(function* () {
        const parts = yield* untried
        const keep = Math.min(others, left() - Math.floor(left() / shareOfNames))
        if (callsFor(parts) + keep <= left()) yield* read(parts, keep)
      }),
    /** What is still to be read, as far as calls allow. */
    plan: (others: number) => Effect.flatMap(untried, (parts) => planNames(parts, others, left())),
    /** Before calls that only compare. */
    beforeComparing: (others: number): Asking =>
      Effect.gen(function* () {
        const parts = yield* untried
        if (suffice(parts, others, left())) return yield* read(parts, others)
        for (const one of parts) if (isWorthIt(one, left())) yield* read([one], callsKept(one))
      }),
    /** With the calls that are left at the end, what was never read. */
    atTheEnd: Effect.gen(function* () {
      if (!(yield* AccountNames.isAnyCompared)) return
      yield* read(
        (yield* untried).filter(({ wasRead }) => !wasRead),
        0
      )
    })
  }
}

export type Names = ReturnType<typeof make>
