import * as Effect from "effect/Effect"
import type { ContactsQuery } from "../ActiveCampaignApi.js"
import type { Service as Client } from "../ActiveCampaignClient.js"
import type { Contact, ContactsPage } from "../Contact.js"
import { AskAgain, Detailed, type Sideloading } from "../ContactDetails.js"
import type { ContactId } from "../ContactId.js"
import type { ContactsError, FilterIgnored } from "../ContactsError.js"
import { include, includeLess, readSideloads } from "./sideloads.js"

/** The contacts of a page that are what was asked for, or why the page cannot be used. */
export type Check = (page: ContactsPage) => Effect.Effect<ReadonlyArray<Contact>, FilterIgnored>

/** One call for a page of contacts, each as an `A`. */
export type Fetch<A> = (
  query: ContactsQuery,
  check: Check
) => Effect.Effect<{ readonly page: ContactsPage; readonly found: ReadonlyArray<A> }, ContactsError>

type Lists = Pick<Client, "contacts" | "contactDetails">

export const plain =
  ({ contacts }: Lists): Fetch<Contact> =>
  (query, check) =>
    Effect.flatMap(contacts(query), (page) => Effect.map(check(page), (found) => ({ page, found })))

/** A failure that `include` may be the cause of. It must not cost the contact. */
const mayBeOfInclude = (error: ContactsError) =>
  error._tag === "FilterIgnored" ||
  error._tag === "ContractBroken" ||
  error._tag === "RequestRejected" ||
  (error._tag === "ApiUnavailable" && error.reason !== "Transport")

/** One failure may be chance. */
const mostFailures = 2

/** What is asked for: all, then less, then nothing. */
const steps: ReadonlyArray<string> = [include, includeLess]

const { of: nothingSideloaded } = readSideloads({})

/** Asks with `include`, and without it where that fails, and learns from it. */
export const makeDetailed = (lists: Lists) => {
  let sideloading: Sideloading = "untried"
  let failures = 0
  let step = 0

  const detailed =
    (detailsOf: (id: ContactId) => Detailed["details"]) =>
    (contact: Contact): Detailed =>
      // All parts have been validated by their schemas, or made here.
      new Detailed({ id: contact.id, contact, details: detailsOf(contact.id) }, true)

  const included = (query: ContactsQuery, check: Check) =>
    Effect.flatMap(lists.contactDetails(query), ({ detailsOf, isServed, page }) =>
      Effect.map(check(page), (contacts) => {
        failures = 0
        if (contacts.length > 0 && step < steps.length) sideloading = isServed ? "served" : "ignored"
        return { page, found: contacts.map(detailed(detailsOf)) }
      })
    )

  const without: Fetch<Detailed> = (query, check) =>
    Effect.map(plain(lists)(query, check), ({ found, page }) => ({
      page,
      found: found.map(detailed(nothingSideloaded))
    }))

  /** Calls are on their way together. Those that asked for more than is asked for now say nothing new. */
  const failed = (at: number) => {
    if (at !== step) return
    failures += 1
    if (failures < mostFailures) return
    failures = 0
    step += 1
    if (step === steps.length) sideloading = "refused"
  }

  const fetch: Fetch<Detailed> = (query, check) =>
    Effect.suspend(() => {
      const at = step
      const asked = steps[at]
      if (asked === undefined) return without(query, check)
      return Effect.catchIf(included({ ...query, include: asked }, check), mayBeOfInclude, (error) =>
        Effect.if(Effect.flatten(AskAgain), {
          onTrue: () => Effect.tap(without(query, check), () => Effect.sync(() => failed(at))),
          onFalse: () => Effect.fail(error)
        })
      )
    })

  return { fetch, sideloading: Effect.sync(() => sideloading) }
}
