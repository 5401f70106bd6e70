import * as Effect from "effect/Effect"
import type { ContactsQuery } from "../ActiveCampaignApi.js"
import type { Service as Client } from "../ActiveCampaignClient.js"
import type { Contact, ContactsPage } from "../Contact.js"
import { AskAgain, Detailed, type Sideloading } from "../ContactDetails.js"
import type { ContactsError, FilterIgnored } from "../ContactsError.js"
import { include, includeLess } from "./sideloads.js"
import { isTooSlow } from "./slowness.js"

/** The contacts of a page that are what was asked for, or why the page cannot be used. */
export type Check = (page: ContactsPage) => Effect.Effect<ReadonlyArray<Contact>, FilterIgnored>

/** One call for a page of contacts, each as an `A`. */
export type Fetch<A> = (query: ContactsQuery, check: Check) => Effect.Effect<Fetched<A>, ContactsError>

export interface Fetched<A> {
  readonly page: ContactsPage
  readonly found: ReadonlyArray<A>
}

export const plain =
  ({ contacts }: Pick<Client, "contacts">): Fetch<Contact> =>
  (query, check) =>
    Effect.flatMap(contacts(query), (page) => Effect.map(check(page), (found) => ({ page, found })))

/** A failure that `include` may be the cause of. It must not cost the contact. A gateway may also ask to wait with its 503. */
const mayBeOfInclude = (error: ContactsError) =>
  error._tag === "FilterIgnored" ||
  error._tag === "ContractBroken" ||
  error._tag === "RequestRejected" ||
  (error._tag === "RateLimited" && error.status === 503) ||
  (error._tag === "ApiUnavailable" && error.reason !== "Transport")

/** One failure may be chance. */
const mostFailures = 2

/** A failure that is no chance, if the same call works without `include`, or costs too much time to be made once more. */
const isFinal = (error: ContactsError) =>
  error._tag === "RequestRejected" || error._tag === "FilterIgnored" || isTooSlow(error)

/** What is asked for: all, then without the lists, then nothing. */
const steps: ReadonlyArray<string> = [include, includeLess]

/** Asks with `include`, and with less of it where that fails, and learns from it. */
export const makeDetailed = (lists: Pick<Client, "contactDetails">) => {
  let last: "untried" | "served" | "ignored" = "untried"
  let failures = 0
  let step = 0

  const asking = (query: ContactsQuery, check: Check, include: string, at: number) =>
    Effect.flatMap(lists.contactDetails({ ...query, include }), ({ detailsOf, isServed, page }) =>
      Effect.map(check(page), (contacts) => {
        if (include !== "") {
          if (at === step) failures = 0
          if (contacts.length > 0) last = isServed ? "served" : "ignored"
        }
        // All parts have been validated by their schemas, or made here.
        const found = contacts.map(
          (contact) => new Detailed({ id: contact.id, contact, details: detailsOf(contact.id) }, true)
        )
        return { page, found }
      })
    )

  /**
   * With `worked` in place of `at`, the call did not fail. Calls are on their way together: those that asked for more than
   * is asked for now say nothing new.
   */
  const failed = (at: number, error: ContactsError, worked: number) => {
    if (at !== step) return
    failures += 1
    if (!isFinal(error) && worked === at + 1 && failures < mostFailures) return
    failures = 0
    step = worked
  }

  type Answered = Effect.Effect<Fetched<Detailed> & { readonly worked: number }, ContactsError>

  const fetchFrom = (at: number, query: ContactsQuery, check: Check): Answered => {
    const asked = steps[at] ?? ""
    const answered = Effect.map(asking(query, check, asked, at), (found) => ({ ...found, worked: at }))
    if (asked === "") return answered
    return Effect.catchIf(answered, mayBeOfInclude, (error) =>
      Effect.gen(function* () {
        const mayMake = yield* AskAgain
        // The last call is for the answer that is most likely to come.
        for (let next = at + 1; next <= steps.length; next += 1) {
          if (!(yield* mayMake(steps.length - next + 1))) continue
          return yield* Effect.tap(fetchFrom(next, query, check), ({ worked }) =>
            Effect.sync(() => failed(at, error, worked))
          )
        }
        return yield* Effect.fail(error)
      })
    )
  }

  const fetch: Fetch<Detailed> = (query, check) => Effect.suspend(() => fetchFrom(step, query, check))

  const sideloading = Effect.sync((): Sideloading => {
    if (step === steps.length) return "refused"
    return step > 0 && last === "served" ? "without-lists" : last
  })

  return { fetch, sideloading }
}
