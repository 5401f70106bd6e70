import * as Effect from "effect/Effect"
import type { Sideloading } from "effect-activecampaign/ContactDetails"
import * as AccountNames from "../ledger/asSent/AccountNames.js"
import * as Wanted from "../ledger/asSent/Wanted.js"
import type { AccountStep } from "./AccountStep.js"
import { type Names, type NamesPlan, planNames } from "./Names.js"

/** Contacts that one call fetches with what they hold. */
export const contactsPerCall = 100

/** Whether the account leaves fields, tags and lists out of its answers. */
export const isLeftOut = (sideloading: Sideloading) => sideloading === "ignored" || sideloading === "refused"

export interface CheckOptions {
  /** The most contacts to ask for one by one, if the account leaves fields, tags and lists out of its answers. */
  readonly sample: number
  /**
   * How many of the contacts whose answer did not have all of what was sent are asked for again. `probe`: a page of them,
   * and the others only if it shows more.
   */
  readonly again?: "probe" | "all"
}

/** How what was sent is compared with the account, and what it costs. */
export interface CheckPlan {
  /** Contacts to look at. */
  readonly contacts: number
  /** Those of them that were looked at, and whose answer did not have all of what was sent. */
  readonly again: number
  /** `pages`: 100 a call, with fields, tags and lists in the answer. `one-by-one`: the account leaves them out of it. */
  readonly method: "pages" | "one-by-one"
  /**
   * Calls for the names of fields, tags and lists and the exclusion list, if these are still to be read. If all contacts were
   * looked at before, they are read only if the answers have more now.
   */
  readonly names: number
  /** Calls it takes to look at all of them, with those for names. */
  readonly calls: number
  /** Calls available. */
  readonly budget: number
  /** Contacts that can be looked at with these. */
  readonly affordable: number
}

/**
 * Without a sample, contacts are not asked for one by one: nobody expects a call for each. Pages that show only names and
 * phone numbers are worth asking for where these were sent.
 */
export const planCheck = (known: {
  /** Contacts that were not looked at. */
  readonly fresh: number
  /** Those of them with names or phone numbers that were sent, which every answer has. */
  readonly named: number
  readonly again: number
  readonly names: NamesPlan
  readonly sideloading: Sideloading
  /** The most contacts to ask for one by one. */
  readonly sample: number
  readonly budget: number
}): CheckPlan => {
  const { budget, named, sample, sideloading } = known
  const isAlone = isLeftOut(sideloading)
  const isPaged = !isAlone || named > 0
  const again = isAlone && isPaged ? 0 : known.again
  const contacts = isAlone && isPaged ? named : known.fresh + again
  const pages = Math.ceil((contacts - again) / contactsPerCall) + Math.ceil(again / contactsPerCall)
  const needsNames = !isAlone || sample > 0
  const before = needsNames && contacts > 0 ? known.names.before : 0
  const left = Math.max(0, budget - before)
  const atTheEnd = contacts === 0 ? known.names.alone : needsNames ? known.names.atTheEnd : 0
  const names = before + Math.min(atTheEnd, Math.max(0, left - pages))
  if (isPaged) {
    const affordable = Math.min(contacts, left * contactsPerCall)
    return { contacts, again, method: "pages", names, calls: names + pages, budget, affordable }
  }
  // Its tags take a second call.
  const affordable = Math.min(contacts, sample, Math.floor(left / 2))
  return { contacts, again, method: "one-by-one", names, calls: names + contacts * 2, budget, affordable }
}

/** Calls that comparing takes, by pages. */
const pagesToCompare = Effect.gen(function* () {
  return (
    Math.ceil((yield* Wanted.countNew) / contactsPerCall) +
    Math.ceil((yield* Wanted.countUnseen) / contactsPerCall)
  )
})

/** The names of the account, as comparing needs them. */
export const namesFor = ({ beforeComparing, plan }: Names) => ({
  plan: Effect.flatMap(pagesToCompare, plan),
  read: Effect.flatMap(pagesToCompare, beforeComparing)
})

/** Contacts that are asked for again, as far as a plan can count on it. */
const countAgain = (again: CheckOptions["again"]) =>
  Effect.map(Wanted.countUnseen, (unseen) => (again === "all" ? unseen : Math.min(unseen, contactsPerCall)))

/** How contacts are compared from here on. */
export const planOf = (
  step: AccountStep,
  { again = "probe", sample }: CheckOptions,
  names: ReturnType<typeof namesFor>
) =>
  Effect.gen(function* () {
    return planCheck({
      fresh: yield* Wanted.countNew,
      named: yield* Wanted.countNamed,
      again: yield* countAgain(again),
      names: yield* names.plan,
      sideloading: yield* step.contacts.sideloading,
      sample,
      budget: step.calls.left()
    })
  })

/**
 * How contacts would be compared by a run that knows nothing of the account yet, with this many calls. Contacts with values
 * that cannot be told for lack of names are looked at again once these are read.
 */
export const planOnly = ({ again = "probe", budget, sample }: CheckOptions & { readonly budget: number }) =>
  Effect.gen(function* () {
    const names = yield* planNames(yield* AccountNames.kept, yield* pagesToCompare, budget)
    const learnt = names.parts.flatMap(({ isWhole, part }) => (isWhole ? [] : [part]))
    return planCheck({
      fresh: (yield* Wanted.countNew) + (yield* Wanted.countUntold(learnt)),
      named: 0,
      again: yield* countAgain(again),
      names,
      sideloading: "untried",
      sample,
      budget
    })
  })
