import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ContactId, Contacts, ContactsError, RateBudget } from "effect-activecampaign"
import { Scenario, Simulator } from "effect-activecampaign-simulator"
import { coreLayer } from "./support.js"

type Account = NonNullable<Scenario.ScenarioInput["account"]>

const layerOf = (account: Account) =>
  Contacts.layer.pipe(
    Layer.provideMerge(coreLayer(Scenario.make({ rateLimit: null, account }))),
    Layer.provide(RateBudget.layerUnlimited)
  )

/** The IDs of a walk through this account, and the queries that it took. */
const walk = (account: Account, options?: Contacts.WalkOptions) =>
  Effect.gen(function* () {
    const walked = yield* Effect.either(Stream.runCollect(Contacts.walk(options)))
    const requests = yield* Simulator.requests
    return {
      ids: Either.map(walked, (found) => Chunk.toReadonlyArray(Chunk.map(found, ({ id }): string => id))),
      queries: requests.map(({ url }) => decodeURIComponent(url.split("?")[1] ?? ""))
    }
  }).pipe(Effect.provide(layerOf(account)))

const newest = (account: Account) => Effect.either(Contacts.newestId).pipe(Effect.provide(layerOf(account)))

/** The addresses are in another order than the IDs. */
const existing = (ids: ReadonlyArray<string>) =>
  ids.map((contactId, index) => ({ contactId, email: `c${(index * 7) % 10}-${contactId}@example.test` }))
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index))
const idOf = (id: string) => ContactId.make(id)

const ignored = <A>(result: Either.Either<A, ContactsError.ContactsError>) => {
  const error = Either.getOrThrow(Either.flip(result))
  assert.instanceOf(error, ContactsError.FilterIgnored)
  return [error.filter, String(error.stranger)]
}

describe("walking through the account", () => {
  it.effect("gives every contact ordered by ID, a hundred in each call", () =>
    Effect.gen(function* () {
      const { ids, queries } = yield* walk({ existing: existing(range(1, 230)) })
      assert.deepStrictEqual(ids, Either.right(range(1, 230)))
      assert.deepStrictEqual(queries, [
        "orders[id]=ASC&limit=100&status=-1",
        "id_greater=100&orders[id]=ASC&limit=100&status=-1",
        "id_greater=200&orders[id]=ASC&limit=100&status=-1"
      ])
    })
  )

  it.effect("begins after an ID, even if the account does not have it", () =>
    Effect.gen(function* () {
      const account = { existing: existing(["3", "7", "12", "105"]) }
      assert.deepStrictEqual((yield* walk(account, { after: idOf("7") })).ids, Either.right(["12", "105"]))
      assert.deepStrictEqual((yield* walk(account, { after: idOf("9") })).ids, Either.right(["12", "105"]))
      assert.deepStrictEqual((yield* walk(account, { after: idOf("105") })).ids, Either.right([]))
    })
  )

  it.effect("gives nothing if there is nobody", () =>
    Effect.map(walk({}), ({ ids, queries }) => {
      assert.deepStrictEqual(ids, Either.right([]))
      assert.lengthOf(queries, 1)
    })
  )

  for (const totalAs of ["string", "number", "missing"] as const) {
    it.effect(
      `is complete if pages are cut at 20 and the total is ${totalAs === "missing" ? totalAs : `a ${totalAs}`}`,
      () =>
        Effect.map(walk({ existing: existing(range(1, 130)), pageSize: "always-20", totalAs }), ({ ids }) =>
          assert.deepStrictEqual(ids, Either.right(range(1, 130)))
        )
    )
  }

  it.effect("asks once more after a short page that may not be the last", () =>
    Effect.gen(function* () {
      const account = { existing: existing(range(1, 3)) }
      assert.lengthOf((yield* walk(account)).queries, 1)
      assert.lengthOf((yield* walk({ ...account, totalAs: "missing" })).queries, 2)
    })
  )

  it.effect("treats IDs as whole numbers of any length", () =>
    Effect.gen(function* () {
      const ids = ["9", "10", "9007199254740992", "9007199254740993", "123456789012345678901234567890"]
      const account: Account = { existing: existing(ids) }
      assert.deepStrictEqual((yield* walk(account)).ids, Either.right(ids))
      const { ids: rest } = yield* walk(account, { after: idOf("9007199254740992") })
      assert.deepStrictEqual(rest, Either.right(ids.slice(3)))
    })
  )

  it.effect("fails if the cursor was ignored", () =>
    Effect.gen(function* () {
      const account: Account = { existing: existing(range(1, 130)), ignoredFilters: ["id_greater"] }
      assert.deepStrictEqual(ignored((yield* walk(account)).ids), ["id_greater", "1"])
    })
  )

  it.effect("fails if the order was ignored, and uses nothing of that page", () =>
    Effect.gen(function* () {
      const account: Account = {
        existing: [
          { contactId: "1", email: "b@example.test" },
          { contactId: "2", email: "a@example.test" }
        ],
        ignoredFilters: ["orders[id]"]
      }
      const { ids } = yield* walk(account)
      assert.deepStrictEqual(ignored(ids), ["orders[id]", "1"])
      assert.include(Either.getOrThrow(Either.flip(ids)).message, "contact 1 out of order")
    })
  )

  const accounts = FastCheck.record({
    // By default, fast-check draws at most ten of them, which fit on one page.
    ids: FastCheck.uniqueArray(FastCheck.bigInt({ min: 1n, max: 10n ** 20n }), {
      maxLength: 130,
      size: "max"
    }),
    pageSize: FastCheck.constantFrom("asked" as const, "always-20" as const),
    totalAs: FastCheck.constantFrom("string" as const, "number" as const, "missing" as const),
    after: FastCheck.option(FastCheck.bigInt({ min: 1n, max: 10n ** 20n }), { nil: undefined })
  })

  it("gives exactly the contacts above the cursor, for any account and page sizes", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(accounts, async ({ after, ids, pageSize, totalAs }) => {
        const account = { existing: existing(ids.map(String)), pageSize, totalAs }
        const walked = await Effect.runPromise(
          walk(account, { after: after === undefined ? undefined : idOf(String(after)) })
        )
        const expected = ids
          .filter((id) => after === undefined || id > after)
          .sort((left, right) => (left < right ? -1 : 1))
        assert.deepStrictEqual(walked.ids, Either.right(expected.map(String)))
      }),
      { numRuns: 25 }
    ))
})

describe("the newest ID", () => {
  it.effect("is the greatest of the account", () =>
    Effect.map(newest({ existing: existing(["9", "10", "2"]) }), (id) =>
      assert.deepStrictEqual(id, Either.right(Option.some(idOf("10"))))
    )
  )

  it.effect("is none if there is nobody", () =>
    Effect.map(newest({}), (id) => assert.deepStrictEqual(id, Either.right(Option.none())))
  )

  it.effect("is an error if the order was ignored", () =>
    Effect.gen(function* () {
      const account: Account = {
        existing: existing(range(1, 30)),
        pageSize: "always-20",
        ignoredFilters: ["orders[id]"]
      }
      assert.strictEqual(ignored(yield* newest(account))[0], "orders[id]")
    })
  )
})

describe("the flags of a contact", () => {
  it.effect("tell who was deleted or bounced, until a deleted contact is imported again", () => {
    const scenario = Scenario.make({
      account: {
        existing: [
          { contactId: "1", email: "gone@example.test", deleted: true },
          { contactId: "2", email: "back@example.test", deleted: true },
          { contactId: "3", email: "bounced@example.test", bounced: true }
        ]
      },
      batches: [
        {
          batchId: "b-1",
          stages: { unset: 0, waiting: 0, claimed: 0, active: 0 },
          contacts: [
            { email: "back@example.test", becomes: "updated" },
            { contactId: "4", email: "new@example.test", bounced: true },
            { contactId: "5", email: "well@example.test" }
          ]
        }
      ]
    })
    return Effect.gen(function* () {
      const flags = Stream.map(Contacts.walk(), ({ bouncedHard, deleted, id }) => [
        String(id),
        deleted ? "deleted" : "there",
        Option.getOrUndefined(bouncedHard)
      ])
      assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Stream.runCollect(flags)), [
        ["1", "deleted", false],
        ["2", "there", false],
        ["3", "there", true],
        ["4", "there", true],
        ["5", "there", false]
      ])
    }).pipe(Effect.provide(Layer.provideMerge(Contacts.layer, coreLayer(scenario))))
  })
})
