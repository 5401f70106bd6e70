import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type { ContactsQuery } from "effect-activecampaign/ActiveCampaignApi"
import * as ContactId from "effect-activecampaign/ContactId"
import * as EmailKey from "effect-activecampaign/EmailKey"
import type { Holdings } from "../Holdings.js"
import type { Scenario } from "../Scenario.js"
import type { AccountContact, AccountState } from "./account.js"
import { besides, namedIn, rowsOf } from "./sideloads.js"

type Wording = Scenario["account"]

/** The service shows US Central time. Only its summer time is simulated. */
const centralOffset = 5 * 60 * 60 * 1000

const dateOf = (millis: number, as: Wording["datesAs"]) => {
  const utc = (at: number) => new Date(at).toISOString().slice(0, 19)
  switch (as) {
    case "iso":
      return `${utc(millis - centralOffset)}-05:00`
    case "plain":
      return utc(millis).replace("T", " ")
    case "zero":
      return "0000-00-00 00:00:00"
  }
}

const emailOf = (email: string, as: Wording["emailCase"]) => {
  if (as === "kept") return email
  return as === "lower" ? email.toLowerCase() : email.toUpperCase()
}

/** Some of the about forty keys of a contact. */
const contactOf = (
  contact: AccountContact,
  { firstName, lastName, organization, phone }: Holdings,
  { datesAs, emailCase }: Wording,
  startedAt: number
) => ({
  cdate: dateOf(startedAt + contact.createdAt, datesAs),
  email: emailOf(contact.email, emailCase),
  phone,
  firstName,
  lastName,
  orgname: organization,
  bounced_hard: contact.bounced ? "1" : "0",
  bounced_date: "0000-00-00",
  deleted: contact.deleted ? "1" : "0",
  deleted_at: null,
  anonymized: "0",
  udate: dateOf(startedAt + contact.updatedAt, datesAs),
  email_local: "",
  email_domain: "",
  links: {},
  id: contact.id
})

export const totalOf = (total: number, as: Wording["totalAs"], page: object) => {
  if (as === "missing") return {}
  return { meta: { total: as === "string" ? String(total) : total, page_input: page } }
}

const matching = (
  contacts: ReadonlyArray<AccountContact>,
  { "ids[]": ids, email, id_greater }: ContactsQuery,
  ignored: Wording["ignoredFilters"]
) => {
  const wanted = ids === undefined || ignored.includes("ids[]") ? undefined : new Set(ids)
  const after = ignored.includes("id_greater") ? undefined : id_greater
  const key = email === undefined || ignored.includes("email") ? undefined : EmailKey.fromAddress(email)
  return contacts.filter(
    (contact) =>
      (wanted === undefined || wanted.has(contact.id)) &&
      (key === undefined || EmailKey.fromAddress(contact.email) === key) &&
      (after === undefined || ContactId.Order(contact.id, after) > 0)
  )
}

const ordered = (
  contacts: ReadonlyArray<AccountContact>,
  order: ContactsQuery["orders[id]"],
  ignored: Wording["ignoredFilters"]
) => {
  if (ignored.includes("orders[id]")) {
    return contacts.toSorted((left, right) =>
      left.email < right.email ? -1 : left.email > right.email ? 1 : 0
    )
  }
  return order === "DESC" ? contacts.toReversed() : contacts
}

/** `GET /contacts`. */
export const contactsReply = (
  contacts: ReadonlyArray<AccountContact>,
  query: ContactsQuery,
  { account }: Scenario,
  startedAt: number,
  state: AccountState,
  now: number
) => {
  const found = matching(contacts, query, account.ignoredFilters)
  const inOrder = ordered(found, query["orders[id]"], account.ignoredFilters)
  const limit = account.pageSize === "always-20" ? 20 : Math.min(100, Math.max(1, query.limit ?? 20))
  const offset = Math.max(0, query.offset ?? 0)
  const shown = inOrder
    .slice(offset, offset + limit)
    .map((contact) => ({ contact, holds: state.holdings(contact.id, now) }))
  const include = account.include.effect === "ignored" ? [] : (query.include?.split(",") ?? [])
  const rows = rowsOf(
    include.length === 0 ? [] : shown.map(({ contact: { id }, holds }) => ({ id, holds })),
    state
  )
  return HttpServerResponse.unsafeJson({
    scoreValues: [],
    ...besides(rows, include, account.include.as),
    contacts: shown.map(({ contact, holds }) => ({
      ...contactOf(contact, holds, account, startedAt),
      ...namedIn(rows, include, contact.id, account.include.as)
    })),
    ...totalOf(found.length, account.totalAs, { limit, offset, status: query.status ?? -1 })
  })
}

const noSuchContact = (id: string) =>
  HttpServerResponse.unsafeJson({ message: `No Result found for Subscriber with id ${id}` }, { status: 404 })

/** `GET /contacts/{id}`. */
export const contactReply = (
  contact: AccountContact | undefined,
  id: string,
  { account }: Scenario,
  startedAt: number,
  state: AccountState,
  now: number
) => {
  if (contact === undefined) return noSuchContact(id)
  const holds = state.holdings(id, now)
  const { contactLists, fieldValues } = rowsOf([{ id, holds }], state)
  return HttpServerResponse.unsafeJson({
    contactAutomations: [],
    contactLists,
    fieldValues,
    contact: contactOf(contact, holds, account, startedAt)
  })
}

/** `GET /contacts/{id}/contactTags`. */
export const contactTagsReply = (
  contact: AccountContact | undefined,
  id: string,
  state: AccountState,
  now: number
) => {
  if (contact === undefined) return noSuchContact(id)
  return HttpServerResponse.unsafeJson({
    contactTags: rowsOf([{ id, holds: state.holdings(id, now) }], state).contactTags
  })
}
