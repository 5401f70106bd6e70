import { HttpClient, type HttpClientRequest } from "@effect/platform"
import { Effect } from "effect"
import { ActiveCampaignClient, ContactId, Contacts } from "effect-activecampaign"
import { connect, type Reply, respond } from "./support.js"

export interface Held {
  readonly id: string
  readonly email: string
  readonly deleted?: string
}

export interface Manners {
  /** Which filters have an effect. Default both. */
  readonly honours?: ReadonlyArray<"ids[]" | "email">
  /** The most contacts a page shows, whatever `limit` says. */
  readonly pageSize?: number
  readonly total?: "string" | "number" | "missing"
  /** Answers in place of the account, by the number of the call, from 1. */
  readonly instead?: (call: number) => Reply | undefined
}

export const idOf = (id: string) => ContactId.make(id)

export const bodyOf = ({ body }: HttpClientRequest.HttpClientRequest): string =>
  body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : ""

const meta = (total: number, as: Manners["total"]) =>
  as === "missing" ? {} : { meta: { total: as === "number" ? total : String(total) } }

/** `GET /contacts` of an account that holds these contacts, with the calls made of it. */
export const account = (held: ReadonlyArray<Held>, manners: Manners = {}) => {
  const { honours = ["ids[]", "email"], instead, pageSize = 100, total } = manners
  const calls: Array<URL> = []
  const http = HttpClient.make((request, url) =>
    Effect.sync(() => {
      calls.push(url)
      const reply = instead?.(calls.length)
      if (reply !== undefined) return respond(request, reply)
      const query = url.searchParams
      const ids = query.getAll("ids[]")
      const email = query.get("email")?.toLowerCase()
      const matching = held.filter(
        (contact) =>
          (ids.length === 0 || !honours.includes("ids[]") || ids.includes(contact.id)) &&
          (email === undefined || !honours.includes("email") || contact.email.toLowerCase() === email)
      )
      const shown = matching.slice(0, Math.min(pageSize, Number(query.get("limit") ?? 20)))
      return respond(request, {
        body: JSON.stringify({ contacts: shown, ...meta(matching.length, total) })
      })
    })
  )
  return { calls, http }
}

/** The service `Contacts` of an account. */
export const contactsOf = (
  http: HttpClient.HttpClient,
  options: Partial<ActiveCampaignClient.Options> = {}
) =>
  Effect.flatMap(connect(http, options), (client) =>
    Effect.provideService(Contacts.make, ActiveCampaignClient.ActiveCampaignClient, client)
  )
