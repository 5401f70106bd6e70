import { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Option, Stream } from "effect"
import { ActiveCampaignClient, Catalog, CatalogEntry } from "effect-activecampaign"
import { json, range } from "./contactDetails.js"
import { connect, respond, withVirtualTime } from "./support.js"

const tag = (id: number) => ({ id: String(id), tag: `tag ${id}` })

/** Reads a part of the catalog of an account that answers the call at an offset with this. */
const reading = <A>(
  part: (catalog: Catalog.Service) => Stream.Stream<A, unknown>,
  answer: (offset: number) => unknown
) =>
  Effect.gen(function* () {
    const offsets: Array<number> = []
    const http = HttpClient.make((request, url) =>
      Effect.sync(() => {
        const offset = Number(url.searchParams.get("offset"))
        offsets.push(offset)
        return respond(request, json(answer(offset)))
      })
    )
    const catalog = yield* Effect.provideService(
      Catalog.make,
      ActiveCampaignClient.ActiveCampaignClient,
      yield* connect(http)
    )
    const items: Array<A> = []
    const end = yield* Effect.either(
      Stream.runForEach(part(catalog), (item) => Effect.sync(() => items.push(item)))
    )
    const word = Either.match(end, {
      onLeft: (error) =>
        typeof error === "object" && error !== null && "reason" in error ? error.reason : error,
      onRight: () => "whole"
    })
    return { items, offsets, word }
  }).pipe(Effect.scoped, withVirtualTime)

const tags = ({ tags }: Catalog.Service) => tags

describe("the tags of an account", () => {
  it.effect(
    "are incomplete if an item of an early page cannot be read, and the pages after it are read, too",
    () =>
      Effect.gen(function* () {
        const { items, offsets, word } = yield* reading(tags, (offset) => ({
          tags: offset === 0 ? [...range(1, 99).map(tag), null] : range(101, 110).map(tag),
          meta: { total: "110" }
        }))
        assert.deepStrictEqual([items.length, offsets, word], [109, [0, 100], "unreadable"])
      })
  )

  it.effect("are incomplete if the pages show fewer than they count", () =>
    Effect.gen(function* () {
      const { items, word } = yield* reading(tags, (offset) => ({
        tags: offset === 0 ? [tag(1), tag(2)] : [],
        meta: { total: "3" }
      }))
      assert.deepStrictEqual([items.length, word], [2, "withheld"])
    })
  )

  it.effect("are all read if the total counts only those of the page", () =>
    Effect.gen(function* () {
      const { items, word } = yield* reading(tags, (offset) => {
        const page = range(offset + 1, Math.min(offset + 100, 130)).map(tag)
        return { tags: page, meta: { total: String(page.length) } }
      })
      assert.deepStrictEqual([items.length, word], [130, "whole"])
    })
  )
})

describe("the options of a field", () => {
  const field = (id: number, options: ReadonlyArray<unknown>) => ({ id: String(id), title: "Plan", options })
  const gold = { id: "1", field: "7", value: "gold", label: "Gold plan" }
  it.effect.each<readonly [string, ReadonlyArray<unknown>, ReadonlyArray<unknown>, unknown]>([
    [
      "those that name it",
      ["1"],
      [gold, { ...gold, id: "2", field: "8" }],
      [{ value: "gold", label: "Gold plan" }]
    ],
    [
      "labelled by their values if nothing else",
      ["1"],
      [{ field: 7, value: 5 }],
      [{ value: "5", label: "5" }]
    ],
    ["not known if the field has more", ["1", "2"], [gold], "not known"],
    ["not known if one of any field cannot be read", ["1"], [gold, { field: "8" }], "not known"]
  ])("are %s", ([, named, fieldOptions, expected]) =>
    Effect.gen(function* () {
      const { items } = yield* reading(
        ({ fields }) => fields,
        () => ({ fields: [field(7, named)], fieldOptions, meta: { total: "1" } })
      )
      assert.deepStrictEqual(
        items.map(({ options }) => Option.getOrElse(options, () => "not known")),
        [expected]
      )
    })
  )
})

describe("an exclusion", () => {
  const exclusion = (matchType: string, matchPhrase: string) =>
    new CatalogEntry.Exclusion({
      id: "1",
      matchPhrase,
      matchType,
      channel: Option.none(),
      lists: Option.none()
    })

  it.each<readonly [type: string, phrase: string, matches: boolean | undefined]>([
    ["exact", " ADA@x.test", true],
    [" Exact ", "ada@x.test", true],
    ["exact", "da@x.test", false],
    ["exact", "ada@x", false],
    ["end", "@X.test", true],
    ["suffix", "@x.test", true],
    ["end", "ada@", false],
    ["begin", "ada", true],
    ["start", "ada", true],
    ["prefix", "Ada@", true],
    ["begin", "x.test", false],
    ["contains", "ada", undefined],
    ["end", " ", undefined]
  ])(
    "of kind %s with the phrase '%s' matches ada@x.test, does not, or is not known to: %s",
    (type, phrase, matches) => {
      assert.strictEqual(
        Option.getOrUndefined(CatalogEntry.excludes(exclusion(type, phrase), "ada@x.test")),
        matches
      )
    }
  )

  it.effect.each<readonly [lists: unknown, expected: Option.Option<ReadonlyArray<string>>]>([
    [["3", 4], Option.some(["3", "4"])],
    [["3", "News"], Option.none()],
    [null, Option.none()],
    [undefined, Option.none()]
  ])("is about lists that are not known if one of them cannot be read: %j", ([lists, expected]) =>
    Effect.gen(function* () {
      const { items, word } = yield* reading(
        ({ exclusions }) => exclusions,
        () => ({
          exclusions: [{ id: "1", matchPhrase: "ada@x.test", matchType: "exact", channel: null, lists }],
          meta: { total: "1" }
        })
      )
      assert.deepStrictEqual([items.map((one) => one.lists), word], [[expected], "whole"])
    })
  )
})
