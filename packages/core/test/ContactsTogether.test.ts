import { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Option } from "effect"
import { Contacts, type ContactsError, type Resolved } from "effect-activecampaign"
import { account, contactsOf, type Held, idOf, type Manners } from "./account.js"
import { during, withVirtualTime } from "./support.js"

const held = (...ids: ReadonlyArray<number>): Array<Held> =>
  ids.map((id) => ({ id: String(id), email: `c${id}@example.test` }))
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

const words = (resolved: ReadonlyArray<Resolved.Resolved>) =>
  resolved.map((one) => (one._tag === "Link" ? `${one.id} ${one.contact.email}` : `${one.id} gone`))

describe("requests made together", () => {
  const batched = <A>(
    contacts: ReadonlyArray<Held>,
    run: (service: Contacts.Service) => Effect.Effect<A, ContactsError.ContactsError>,
    manners: Manners = {}
  ) => {
    const { calls, http } = account(contacts, manners)
    return contactsOf(http).pipe(
      Effect.flatMap(run),
      Effect.map((result) => ({ calls, result })),
      Effect.scoped,
      withVirtualTime
    )
  }

  it.effect("for IDs become one call for each hundred, and none twice", () =>
    Effect.gen(function* () {
      const ids = [...range(1, 150), ...range(1, 150)].map((id) => idOf(String(id)))
      const { calls, result } = yield* batched(held(...range(1, 140)), (service) =>
        Effect.forEach(ids, service.byId, { batching: true })
      )
      assert.strictEqual(calls.length, 2)
      assert.deepStrictEqual(
        words(result),
        ids.map((id) => (Number(id) <= 140 ? `${id} c${id}@example.test` : `${id} gone`))
      )
    })
  )

  it.effect("for IDs fail only if their own call does", () =>
    Effect.gen(function* () {
      const ids = range(1, 150).map((id) => idOf(String(id)))
      const { result } = yield* batched(
        held(...range(1, 150)),
        (service) => Effect.forEach(ids, (id) => Effect.either(service.byId(id)), { batching: true }),
        { instead: (call) => (call === 2 ? { status: 404 } : undefined) }
      )
      assert.deepStrictEqual(
        result.map((one) => Either.isRight(one)),
        ids.map((_, index) => index < 100)
      )
    })
  )

  it.effect("for addresses ask for each key once", () =>
    Effect.gen(function* () {
      const addresses = [
        "c1@example.test",
        "C1@example.test ",
        "c2@example.test",
        "__proto__",
        "c1@example.test"
      ]
      const { calls, result } = yield* batched(held(1, 2), (service) =>
        Effect.forEach(addresses, service.byEmail, { batching: true })
      )
      assert.strictEqual(calls.length, 3)
      assert.deepStrictEqual(
        result.map((found) => Option.match(found, { onNone: () => "-", onSome: ({ id }) => String(id) })),
        ["1", "1", "2", "-", "1"]
      )
    })
  )

  it.effect("can be made with the service in the context", () =>
    Effect.gen(function* () {
      const { calls, result } = yield* batched(held(1, 2), (service) =>
        Effect.forEach(["1", "2"].map(idOf), Contacts.byId, { batching: true }).pipe(
          Effect.zip(Contacts.byEmail("c1@example.test")),
          Effect.provideService(Contacts.Contacts, service)
        )
      )
      assert.strictEqual(calls.length, 2)
      assert.deepStrictEqual(words(result[0]), ["1 c1@example.test", "2 c2@example.test"])
      assert.isTrue(Option.isSome(result[1]))
    })
  )

  it.scoped("end with the call they share, even for a caller that gave up before", () =>
    Effect.gen(function* () {
      const { byId } = yield* contactsOf(
        HttpClient.make(() => Effect.never),
        { timeout: "30 seconds" }
      )
      const patient = Effect.forEach(["1", "2"].map(idOf), byId, { batching: true })
      const given = yield* during("31 seconds")(Effect.timeoutOption(patient, "5 seconds"))
      assert.isTrue(Option.isNone(given))
    })
  )
})
