import { HttpClient } from "@effect/platform"
import { assert } from "@effect/vitest"
import { Chunk, Effect, Either, Option, Stream } from "effect"
import type { ContactDetails, Contacts } from "effect-activecampaign"
import { contactsOf, idOf } from "./account.js"
import { type Reply, respond, withVirtualTime } from "./support.js"

export const include = "fieldValues,contactTags.tag,contactLists"
export const contact = (id: number) => ({
  id: String(id),
  email: `c${id}@example.test`,
  udate: "2031-04-02T08:15:00Z"
})
export const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)
export const json = (body: unknown, status = 200): Reply => ({ status, body: JSON.stringify(body) })

export const served = {
  contacts: [
    { ...contact(1), firstName: "Ada", lastName: "", phone: 555, orgname: null, fieldValues: ["31", "32"] },
    contact(2)
  ],
  fieldValues: [
    { id: "31", contact: "1", field: "12", value: "Acme" },
    { id: "32", contact: 1, field: 13, value: "||a||b||" }
  ],
  contactTags: [
    { id: "41", contact: "1", tag: "7" },
    { id: "42", contact: "1", tag: "8" }
  ],
  tags: [{ id: "7", tag: "vip" }],
  contactLists: [{ id: "51", contact: "2", list: "3", status: "2" }],
  meta: { total: "2" }
}

/** An account that answers each call with what the test says. */
const answering = (answer: (url: URL, call: number) => Reply) => {
  const calls: Array<string> = []
  const http = HttpClient.make((request, url) =>
    Effect.sync(() => {
      calls.push(url.href.split("/api/3")[1] ?? "")
      return respond(request, answer(url, calls.length))
    })
  )
  return { calls, http }
}

export const running = <A, E>(
  answer: (url: URL, call: number) => Reply,
  run: (service: Contacts.Service) => Effect.Effect<A, E>
) => {
  const { calls, http } = answering(answer)
  return contactsOf(http).pipe(
    Effect.flatMap((service) => Effect.zip(Effect.either(run(service)), service.sideloading)),
    Effect.map(([result, sideloading]) => ({ result, sideloading, calls })),
    Effect.scoped,
    withVirtualTime
  )
}

export const detailsOf = (ids: ReadonlyArray<number>) => (service: Contacts.Service) =>
  Effect.map(
    Stream.runCollect(service.details(Stream.fromIterable(ids.map((id) => idOf(String(id)))))),
    Chunk.toReadonlyArray
  )

/** The details of contacts 1 and 2 in an answer that differs from `served` by this. */
export const read = (changes: object) =>
  Effect.map(
    running(() => json({ ...served, ...changes }), detailsOf([1, 2])),
    ({ result }) => {
      const [first, second] = Either.getOrThrow(result)
      assert(first?._tag === "Detailed" && second?._tag === "Detailed")
      assert.deepStrictEqual([String(first.id), first.contact.email], ["1", "c1@example.test"])
      assert.deepStrictEqual([String(second.id), second.contact.email], ["2", "c2@example.test"])
      return [first.details, second.details] as const
    }
  )

/** A part as one line. */
const shown = <Row>(part: ContactDetails.Part<Row>, word: (row: Row) => string) => {
  if (part._tag === "NotSideloaded") return "not sideloaded"
  const rows = part.rows.map(word).join(" ")
  return part._tag === "Complete" ? `all: ${rows}` : `some (${part.why}): ${rows}`
}
export const values = ({ fieldValues }: ContactDetails.ContactDetails) =>
  shown(fieldValues, ({ field, value }) => `${field}=${value}`)
export const tags = (details: ContactDetails.ContactDetails) =>
  shown(details.tags, ({ name, tag }) => `${tag}=${Option.getOrElse(name, () => "?")}`)
export const lists = (details: ContactDetails.ContactDetails) =>
  shown(details.lists, ({ list, status }) => `${list}=${status}`)
