import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Catalog, CatalogEntry, type ContactsError, RateBudget } from "effect-activecampaign"
import { Scenario, Simulator } from "effect-activecampaign-simulator"
import { coreLayer } from "./support.js"

type Account = NonNullable<Scenario.ScenarioInput["account"]>
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

const reading = <A>(
  account: Account,
  of: (catalog: Catalog.Service) => Stream.Stream<A, ContactsError.ContactsError>,
  scenario: Scenario.ScenarioInput = {}
) =>
  Effect.gen(function* () {
    const items: Array<A> = []
    const end = yield* Effect.either(
      Stream.runForEach(of(yield* Catalog.Catalog), (item) => Effect.sync(() => items.push(item)))
    )
    const requests = yield* Simulator.requests
    return { items, end, urls: requests.map(({ url }) => url) }
  }).pipe(
    Effect.provide(
      Catalog.layer.pipe(
        Layer.provideMerge(coreLayer(Scenario.make({ ...scenario, rateLimit: null, account }))),
        Layer.provide(RateBudget.layerUnlimited)
      )
    )
  )

const reasonOf = (end: Either.Either<void, ContactsError.ContactsError>) =>
  Either.match(end, {
    onRight: () => "whole",
    onLeft: (error) => (error._tag === "AnswerIncomplete" ? error.reason : error._tag)
  })

const fields = range(1, 250).map((id) => ({
  id: String(id),
  title: `Field ${id}`,
  type: id % 2 === 0 ? "dropdown" : "text",
  options: id % 2 === 0 ? [{ label: "Gold", value: `gold-${id}` }] : []
}))

describe("the custom fields", () => {
  it.effect("are all pages of them, with their options", () =>
    Effect.gen(function* () {
      const { end, items, urls } = yield* reading({ fields }, (catalog) => catalog.fields)
      assert.strictEqual(reasonOf(end), "whole")
      assert.deepStrictEqual(urls, [
        "/api/3/fields?limit=100&offset=0",
        "/api/3/fields?limit=100&offset=100",
        "/api/3/fields?limit=100&offset=200"
      ])
      assert.lengthOf(items, 250)
      assert.deepStrictEqual(items[1], {
        id: "2",
        title: "Field 2",
        type: Option.some("dropdown"),
        perstag: Option.some("FIELD_2"),
        options: Option.some([{ label: "Gold", value: "gold-2" }])
      })
      assert.deepStrictEqual(items[2]?.options, Option.some([]))
    })
  )

  for (const totalAs of ["string", "number", "missing"] as const) {
    it.effect(`are complete if pages are cut at 20 and the total is ${totalAs}`, () =>
      Effect.map(
        reading({ fields, pageSize: "always-20", totalAs }, (catalog) => catalog.fields),
        ({ end, items }) => assert.deepStrictEqual([reasonOf(end), items.length], ["whole", 250])
      )
    )
  }

  it.effect("are not read forever if the offset is ignored", () =>
    Effect.gen(function* () {
      const { end, items, urls } = yield* reading(
        { fields, ignoredFilters: ["offset"] },
        (catalog) => catalog.fields
      )
      assert.deepStrictEqual([reasonOf(end), items.length, urls.length], ["repeated", 100, 2])
    })
  )

  it.effect("are read as far as possible if a page has an item that cannot be read", () =>
    Effect.gen(function* () {
      const { end, items } = yield* reading({ fields: fields.slice(0, 3) }, (catalog) => catalog.fields, {
        faults: [{ on: { endpoint: "fields" }, fault: { _tag: "OddLists", as: "odd-items" } }]
      })
      assert.deepStrictEqual([reasonOf(end), items.length], ["unreadable", 3])
      // The list of options has an item that cannot be read, too.
      assert.deepStrictEqual(items[1]?.options, Option.none())
    })
  )
})

describe("for any account and manner of paging", () => {
  const accounts = FastCheck.record({
    count: FastCheck.nat(230),
    pageSize: FastCheck.constantFrom("asked" as const, "always-20" as const),
    totalAs: FastCheck.constantFrom("string" as const, "number" as const, "missing" as const)
  })

  it("the tags are exactly those of the account, in at most one call more than there are pages", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(accounts, async ({ count, pageSize, totalAs }) => {
        const tags = range(1, count).map((tag) => `tag ${tag}`)
        const { end, items, urls } = await Effect.runPromise(
          reading({ tags, pageSize, totalAs }, (catalog) => catalog.tags)
        )
        assert.strictEqual(reasonOf(end), "whole")
        assert.deepStrictEqual(
          items.map(({ name }) => name),
          tags
        )
        assert.isAtMost(urls.length, Math.ceil(count / (pageSize === "asked" ? 100 : 20)) + 1)
      }),
      { numRuns: 30 }
    ))
})

describe("tags, lists and exclusions", () => {
  const account: Account = {
    tags: range(1, 130).map((tag) => `tag ${tag}`),
    lists: [{ id: "3", name: "Newsletter" }],
    exclusions: [{ matchPhrase: "ada@example.test" }, { matchPhrase: "@nodot.test", matchType: "end" }]
  }

  it.effect("are all pages of them", () =>
    Effect.gen(function* () {
      const tags = yield* reading(account, (catalog) => catalog.tags)
      assert.deepStrictEqual([reasonOf(tags.end), tags.items.length, tags.urls.length], ["whole", 130, 2])
      assert.deepStrictEqual({ ...tags.items[0] }, { id: "1", name: "tag 1" })
      const lists = yield* reading(account, (catalog) => catalog.lists)
      assert.deepStrictEqual(
        lists.items.map(({ id, name }) => [id, name]),
        [["3", "Newsletter"]]
      )
      const none = yield* reading({}, (catalog) => catalog.lists)
      assert.deepStrictEqual([reasonOf(none.end), none.items, none.urls.length], ["whole", [], 1])
    })
  )

  it.effect("tell which addresses are excluded", () =>
    Effect.gen(function* () {
      const { items } = yield* reading(account, (catalog) => catalog.exclusions)
      const excluded = (address: string) =>
        Chunk.toReadonlyArray(
          Chunk.map(Chunk.fromIterable(items), (one) =>
            Option.getOrUndefined(CatalogEntry.excludes(one, address))
          )
        )
      assert.deepStrictEqual(excluded("Ada@Example.test"), [true, false])
      assert.deepStrictEqual(excluded("bob@nodot.test"), [false, true])
      assert.deepStrictEqual(excluded("bob@nodot.test.example"), [false, false])
      const odd = new CatalogEntry.Exclusion({
        id: "1",
        matchPhrase: "ada",
        matchType: "regex",
        channel: Option.none(),
        lists: Option.none()
      })
      assert.isTrue(Option.isNone(CatalogEntry.excludes(odd, "ada@example.test")))
    })
  )
})
