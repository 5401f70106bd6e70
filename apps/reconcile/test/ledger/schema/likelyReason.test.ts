import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as FastCheck from "effect/FastCheck"
import { Exclusion, excludes } from "effect-activecampaign/CatalogEntry"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { erase } from "../../../src/ledger/erase/Erase.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { answer, load, row, select } from "../../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const rejected = ["ada@x.test", "bo@y.test", "cy@z.test"]

const world = Effect.gen(function* () {
  yield* load(rejected.map((email) => row(email, "one")))
  yield* answer("one", "completed", { success: [], failure: rejected })
})

const write = (...statements: ReadonlyArray<string>) =>
  Ledger.Ledger.transact((sql) =>
    Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
  )

const reasons = Effect.map(
  select<{ readonly email: string; readonly likely_reason: string | null }>(
    "SELECT email, likely_reason FROM rejected_contacts ORDER BY email_key"
  ),
  (rows) => Object.fromEntries(rows.map((one) => [one.email, one.likely_reason]))
)

const numberOf = (email: string) => `(SELECT address_id FROM addresses WHERE email_key = '${email}')`

const looks = "INSERT INTO looks VALUES (1, '2031-04-01', 0), (2, '2031-04-03', 0)"

describe("the likely reason of a rejected contact", () => {
  it.effect("is none where nothing is known", () =>
    Effect.gen(function* () {
      yield* world
      assert.deepStrictEqual(yield* reasons, { "ada@x.test": null, "bo@y.test": null, "cy@z.test": null })
    }).pipe(inMemory)
  )

  it.effect("is the account's exclusion list, if that has the address, its beginning or its end", () =>
    Effect.gen(function* () {
      yield* world
      yield* write(`INSERT INTO account_exclusions VALUES ('1', 'ada@x.test', 'exact', 'all', NULL),
        ('2', '@y.test', 'end', 'all', NULL), ('3', 'cy', 'begin', 'allEmail', NULL)`)
      assert.deepStrictEqual(yield* reasons, {
        "ada@x.test": "likely: the address is in the account's exclusion list",
        "bo@y.test": "likely: the account's exclusion list has addresses that end in '@y.test'",
        "cy@z.test": "likely: the account's exclusion list has addresses that begin with 'cy'"
      })
    }).pipe(inMemory)
  )

  it.effect("is no exclusion from text messages, nor one of a kind that is not known", () =>
    Effect.gen(function* () {
      yield* world
      yield* write(`INSERT INTO account_exclusions VALUES ('1', 'ada@x.test', 'exact', 'allSms', NULL),
        ('2', '@y.test', 'sounds-like', 'all', NULL), ('3', '', 'end', 'all', NULL)`)
      assert.deepStrictEqual(Object.values(yield* reasons), [null, null, null])
    }).pipe(inMemory)
  )

  it.effect("is the status on a list when the contact was last looked at", () =>
    Effect.gen(function* () {
      yield* world
      yield* write(
        looks,
        `INSERT INTO list_statuses VALUES (${numberOf("ada@x.test")}, '3', 1, 2),
          (${numberOf("bo@y.test")}, '12', 1, 3), (${numberOf("bo@y.test")}, '7', 1, 3),
          (${numberOf("cy@z.test")}, '3', 1, 2), (${numberOf("cy@z.test")}, '3', 2, 1)`
      )
      assert.deepStrictEqual(yield* reasons, {
        "ada@x.test": "likely: the contact was unsubscribed from list 3 when it was looked at",
        "bo@y.test": "likely: mail to the contact had bounced on list 7 when it was looked at",
        "cy@z.test": null
      })
    }).pipe(inMemory)
  )

  it.effect("is that mail to the contact had bounced when it was looked at", () =>
    Effect.gen(function* () {
      yield* world
      yield* write(
        looks,
        ...["ada@x.test", "bo@y.test"].map(
          (email, at) =>
            `INSERT INTO contact_looks (batch, address_id, occurrence, look_id, bounced) VALUES (1, ${numberOf(email)}, 1, 1, ${1 - at})`
        )
      )
      assert.deepStrictEqual(yield* reasons, {
        "ada@x.test": "likely: mail to the contact had bounced when it was looked at",
        "bo@y.test": null,
        "cy@z.test": null
      })
    }).pipe(inMemory)
  )

  it.effect("is none of somebody who was erased, whatever is known of others", () =>
    Effect.gen(function* () {
      yield* world
      yield* write("INSERT INTO account_exclusions VALUES ('1', 'ada@x.test', 'exact', 'all', NULL)")
      yield* erase("ada@x.test")
      const told = yield* reasons
      assert.deepStrictEqual(Object.keys(told).sort(), ["bo@y.test", "cy@z.test", "erased-1"])
      assert.isNull(told["erased-1"])
    }).pipe(inMemory)
  )

  it.effect.each<
    readonly [
      lookups: ReadonlyArray<readonly [id: string | null, deleted: 0 | 1 | null, bounced: 0 | 1]>,
      reason: RegExp | null
    ]
  >([
    [[["7", 0, 1]], /^likely: mail to the contact had bounced when it was looked up$/],
    [[["7", 1, 0]], /^likely: the contact was deleted in the account when it was looked up$/],
    [
      [
        ["7", 0, 0],
        ["7", 1, 0]
      ],
      /^likely: the contact was deleted/
    ],
    [
      [
        ["7", 1, 0],
        [null, null, 0]
      ],
      /^likely: the contact was deleted/
    ],
    [
      [
        ["7", 1, 0],
        ["7", 0, 0]
      ],
      /^likely: the contact is in the account, and unsubscribed or excluded$/
    ],
    [[[null, null, 0]], null]
  ])("is what the look-ups of the address found, the last one that found it first: %j", ([lookups, reason]) =>
    Effect.gen(function* () {
      yield* world
      for (const [id, deleted, bounced] of lookups) {
        yield* write(
          `INSERT INTO address_lookups (address_id, asked_at, after_answer_id, method, contact_id, found_email, deleted, bounced)
           VALUES (${numberOf("ada@x.test")}, '2031-04-01', 0, 'address', ${id}, ${id === null ? null : "'ada@x.test'"}, ${deleted}, ${bounced})`
        )
      }
      const told = (yield* reasons)["ada@x.test"] ?? null
      if (reason === null) assert.isNull(told)
      else assert.match(told ?? "", reason)
    }).pipe(inMemory)
  )

  it.effect("names the first of several phrases, and that the address was sent more than once", () =>
    Effect.gen(function* () {
      yield* load(["ada@x.test", "bo@y.test", "bo@y.test"].map((email) => row(email, "one")))
      yield* answer("one", "completed", { success: [], failure: ["ada@x.test", "bo@y.test"] })
      yield* write(`INSERT INTO account_exclusions VALUES ('1', '@x.test', 'end', NULL, NULL), ('2', '.x.test', 'end', NULL, NULL),
        ('3', 'x.test', 'end', NULL, NULL)`)
      assert.deepStrictEqual(yield* reasons, {
        "ada@x.test": "likely: the account's exclusion list has addresses that end in '@x.test'",
        "bo@y.test": "likely: the address was sent more than once in this batch"
      })
    }).pipe(inMemory)
  )

  it.effect.prop(
    "says that an address is excluded exactly where the library does",
    [
      FastCheck.constantFrom("exact", "begin", "start", "prefix", "end", "suffix", "other"),
      FastCheck.oneof(
        FastCheck.constantFrom(
          "ada@x.test",
          "@x.test",
          "ada",
          "ada@",
          ".test",
          "x.test",
          "adam",
          "bada@x.test"
        ),
        FastCheck.string({ maxLength: 4 })
      )
    ],
    ([matchType, phrase]) =>
      Effect.gen(function* () {
        yield* world
        const matchPhrase = fromAddress(phrase)
        yield* Ledger.Ledger.use(
          (sql) => sql`INSERT INTO account_exclusions VALUES ('1', ${matchPhrase}, ${matchType}, NULL, NULL)`
        )
        const exclusion = new Exclusion({
          id: "1",
          matchPhrase,
          matchType,
          channel: Option.none(),
          lists: Option.none()
        })
        assert.strictEqual(
          (yield* reasons)["ada@x.test"] != null,
          Option.getOrElse(excludes(exclusion, "ada@x.test"), () => false)
        )
      }).pipe(inMemory),
    { fastCheck: { numRuns: 60 } }
  )
})
