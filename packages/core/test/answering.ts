/** An account that gives any answers, and what the library makes of them. */
import { HttpClient } from "@effect/platform"
import { Effect, Either, Option, Stream } from "effect"
import type { Contacts, ContactsError } from "effect-activecampaign"
import { contactsOf, idOf } from "./account.js"
import { respond, withVirtualTime } from "./support.js"

export const contact = (id: number) => ({ id: String(id), email: `c${id}@example.test` })
export const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** An account that answers each query of contacts with whatever the test says. */
export const answering = (answer: (query: URLSearchParams, call: number) => unknown) => {
  let calls = 0
  const http = HttpClient.make((request, url) =>
    Effect.sync(() => {
      calls += 1
      return respond(request, { body: JSON.stringify(answer(url.searchParams, calls)) })
    })
  )
  return { http, calls: () => calls }
}

export const page = (contacts: unknown, total?: unknown) =>
  total === undefined ? { contacts } : { contacts, meta: { total } }

/** All that a stream emits, and why it ended. */
const emitted = <A>(stream: Stream.Stream<A, ContactsError.ContactsError>) =>
  Effect.gen(function* () {
    const items: Array<A> = []
    const end = yield* Effect.either(Stream.runForEach(stream, (item) => Effect.sync(() => items.push(item))))
    return { items, end: reasonOf(end) }
  })

export const reasonOf = (result: Either.Either<unknown, ContactsError.ContactsError>) =>
  Either.match(result, {
    onRight: () => "whole",
    onLeft: (error) => (error._tag === "AnswerIncomplete" ? error.reason : error._tag)
  })

export const walked = (answer: Parameters<typeof answering>[0], options?: Contacts.WalkOptions) => {
  const { calls, http } = answering(answer)
  return contactsOf(http).pipe(
    Effect.flatMap((service) => emitted(service.walk(options))),
    Effect.map(({ end, items }) => ({ end, ids: items.map(({ id }) => Number(id)), calls: calls() })),
    Effect.scoped,
    withVirtualTime
  )
}

export const resolved = (ids: ReadonlyArray<number>, answer: Parameters<typeof answering>[0]) => {
  const { calls, http } = answering(answer)
  return contactsOf(http).pipe(
    Effect.flatMap((service) =>
      emitted(service.resolve(Stream.fromIterable(ids.map((id) => idOf(String(id))))))
    ),
    Effect.map(({ end, items }) => ({
      end,
      items: items.map((one) => (one._tag === "Link" ? `${one.id} ${one.contact.email}` : `${one.id} gone`)),
      calls: calls()
    })),
    Effect.scoped,
    withVirtualTime
  )
}

export const looked = (answer: unknown) =>
  contactsOf(answering(() => answer).http).pipe(
    Effect.flatMap((service) => Effect.either(service.findByEmail("c1@example.test"))),
    Effect.map((result) =>
      Either.match(result, {
        onLeft: () => reasonOf(result),
        onRight: Option.match({ onNone: () => "nobody", onSome: ({ id }) => id })
      })
    ),
    Effect.scoped,
    withVirtualTime
  )

export const afterOf = (query: URLSearchParams) => Number(query.get("id_greater") ?? 0)
