import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Option from "effect/Option"
import * as Request from "effect/Request"
import * as RequestResolver from "effect/RequestResolver"
import type { Contact } from "../Contact.js"
import type { ContactId } from "../ContactId.js"
import type { ContactsError } from "../ContactsError.js"
import * as EmailKey from "../EmailKey.js"
import { type ByIds, callsAtOnce, idsPerCall, type ResultOf } from "./lookups.js"

class ByEmail extends Request.TaggedClass("ByEmail")<
  Option.Option<Contact>,
  ContactsError,
  { readonly address: string; readonly key: EmailKey.EmailKey }
> {}

/** Groups in order of first appearance. A Map: an address may be called `__proto__`. */
const groupedBy = <K, A>(
  items: Arr.NonEmptyArray<A>,
  keyOf: (item: A) => K
): Map<K, Arr.NonEmptyArray<A>> => {
  const groups = new Map<K, Arr.NonEmptyArray<A>>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}

/**
 * IDs as requests. If a call fails, only the requests it was made for fail. `resolvedOf` gives the result for an ID, or why
 * it is not known.
 */
export const makeById = <A, Resolved>(byIds: ByIds<A>, resolvedOf: ResultOf<A, Resolved>) => {
  interface ById extends Request.Request<Resolved, ContactsError> {
    readonly _tag: "ById"
    readonly id: ContactId
  }
  const ById = Request.tagged<ById>("ById")
  const idResolver = RequestResolver.makeBatched((requests: Arr.NonEmptyArray<ById>) =>
    Effect.forEach(
      Arr.chunksOf(
        groupedBy(requests, ({ id }) => id),
        idsPerCall
      ),
      (chunk) =>
        Effect.flatMap(Effect.exit(byIds(chunk.map(([id]) => id))), (exit) =>
          Effect.forEach(
            chunk.flatMap(([, group]) => group),
            (request) =>
              Request.complete(
                request,
                Exit.flatMap(exit, (found) => Exit.fromEither(resolvedOf(found, request.id)))
              ),
            { discard: true }
          )
        ),
      { concurrency: callsAtOnce, discard: true }
    )
  )

  return (id: ContactId): Effect.Effect<Resolved, ContactsError> => Effect.request(ById({ id }), idResolver)
}

type Find = (address: string) => Effect.Effect<Option.Option<Contact>, ContactsError>

/** Addresses as requests, likewise. */
export const makeByEmailRequests = (find: Find): Find => {
  const emailResolver = RequestResolver.makeBatched((requests: Arr.NonEmptyArray<ByEmail>) =>
    Effect.forEach(
      groupedBy(requests, ({ key }) => key).values(),
      (group) =>
        Effect.flatMap(Effect.exit(find(group[0].address)), (exit) =>
          Effect.forEach(group, (request) => Request.complete(request, exit), { discard: true })
        ),
      { concurrency: callsAtOnce, discard: true }
    )
  )

  return (address) =>
    Effect.request(new ByEmail({ address, key: EmailKey.fromAddress(address) }), emailResolver)
}
