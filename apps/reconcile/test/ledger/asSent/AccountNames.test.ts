import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Exclusion, Field } from "effect-activecampaign/CatalogEntry"
import * as AccountNames from "../../../src/ledger/asSent/AccountNames.js"
import { reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { load, now, row, select } from "../../support/ledger.js"
import { contactWith, detailed, lookAt, send } from "../../support/sentValues.js"
import { fields, inMemory, lists, look, settled } from "./support/looks.js"

const whole = { readAt: now, isWhole: true }
const half = { readAt: now, isWhole: false }

const field = (id: string, title: string): Field => ({
  id,
  title,
  type: Option.some("text"),
  perstag: Option.none(),
  options: Option.some([])
})

const exclusion = (id: string): Exclusion => ({
  id,
  matchPhrase: `@${id}.test`,
  matchType: "end",
  channel: Option.none(),
  lists: Option.none()
})

const idsIn = (table: string, id: string) =>
  Effect.map(select<{ readonly id: string }>(`SELECT ${id} AS id FROM ${table} ORDER BY 1`), (rows) =>
    rows.map((one) => one.id)
  )

/** `address member: why` of each value that a look could not tell. */
const untold = Effect.map(
  select<{ readonly text: string }>(`SELECT a.email_key || ' ' || m.name || ': ' || f.cannot_tell AS text
    FROM found_values f JOIN addresses a USING (address_id) JOIN sent_members m USING (member_id)
    WHERE f.cannot_tell IS NOT NULL ORDER BY 1`),
  (rows) => rows.map(({ text }) => text)
)

/** The addresses that have been looked at. */
const lookedAt = Effect.map(
  select<{ readonly email: string }>(
    "SELECT a.email_key AS email FROM contact_looks JOIN addresses a USING (address_id) ORDER BY 1"
  ),
  (rows) => rows.map(({ email }) => email)
)

const stale = Effect.map(
  select<{ readonly id: string }>(
    "SELECT b.batch_id AS id FROM stale_marks JOIN numbered_batches b USING (batch) ORDER BY 1"
  ),
  (rows) => rows.map(({ id }) => id)
)

describe("a reading of the names of an account", () => {
  it.effect.each([
    {
      table: "account_fields",
      id: "field_id",
      replace: (ids: ReadonlyArray<string>, reading: AccountNames.Reading) =>
        AccountNames.replaceFields(
          ids.map((id) => field(id, `Field ${id}`)),
          reading
        )
    },
    {
      table: "account_tags",
      id: "tag_id",
      replace: (ids: ReadonlyArray<string>, reading: AccountNames.Reading) =>
        AccountNames.replaceTags(
          ids.map((id) => ({ id, name: `tag ${id}` })),
          reading
        )
    },
    {
      table: "account_lists",
      id: "list_id",
      replace: (ids: ReadonlyArray<string>, reading: AccountNames.Reading) =>
        AccountNames.replaceLists(
          ids.map((id) => ({ id, name: `List ${id}` })),
          reading
        )
    },
    {
      table: "account_exclusions",
      id: "exclusion_id",
      replace: (ids: ReadonlyArray<string>, reading: AccountNames.Reading) =>
        AccountNames.replaceExclusions(ids.map(exclusion), reading)
    }
  ])(
    "adds to what was known before if it is incomplete, and else replaces it: $table",
    ({ id, replace, table }) =>
      Effect.gen(function* () {
        yield* replace(["1", "2"], whole)
        yield* replace(["2", "3"], half)
        assert.deepStrictEqual(yield* idsIn(table, id), ["1", "2", "3"])
        yield* replace(["3"], whole)
        assert.deepStrictEqual(yield* idsIn(table, id), ["3"])
      }).pipe(inMemory)
  )

  it.effect("says what a field is called now, however often that changes", () =>
    Effect.gen(function* () {
      const titles = Effect.map(AccountNames.read, (names) => names.fields.map(({ title }) => title))
      assert.deepStrictEqual(yield* titles, [])
      for (const title of ["Company", "Firm"]) {
        yield* AccountNames.replaceFields([field("12", title)], whole)
        assert.deepStrictEqual(yield* titles, [title])
      }
    }).pipe(inMemory)
  )

  it.effect("of only half of the fields does not say which names the account lacks", () =>
    Effect.gen(function* () {
      const knowsFields = Effect.map(AccountNames.read, (names) => names.knowsFields)
      assert.isFalse(yield* knowsFields)
      yield* AccountNames.replaceFields([field("12", "Company")], half)
      assert.isFalse(yield* knowsFields)
      yield* send("b", [{ email: "a@x.test", fields: [{ id: "Plan", value: "gold" }] }])
      yield* settled("b", ["1"])
      yield* look(contactWith("1", "a@x.test", {}))
      assert.deepStrictEqual(yield* untold, ["a@x.test Plan: the names of fields are not known"])
      // The other half has no field.
      yield* AccountNames.replaceFields([field("12", "Company")], whole)
      assert.isTrue(yield* knowsFields)
      yield* look(contactWith("1", "a@x.test", {}))
      assert.deepStrictEqual(yield* untold, ["a@x.test Plan: the account has no field of this name"])
      yield* AccountNames.replaceFields([], half)
      assert.isFalse(yield* knowsFields)
    }).pipe(inMemory)
  )
})

/** Three contacts: one wants the names of fields, one that of a tag, and one none. */
const threeLooks = Effect.gen(function* () {
  yield* send("b1", [{ email: "a@x.test", first_name: "Ada", fields: [{ id: "Company", value: "ACME" }] }])
  yield* send("b2", [{ email: "b@x.test", tags: ["vip"] }])
  yield* send("b3", [{ email: "c@x.test", first_name: "Cy" }])
  for (const [batchId, id] of Object.entries({ b1: "1", b2: "2", b3: "3" })) yield* settled(batchId, [id])
  yield* lookAt(
    now,
    detailed("1", "a@x.test", fields(["12", "ACME"])),
    contactWith("2", "b@x.test", { tags: ["7"] }),
    contactWith("3", "c@x.test", { firstName: "Cyrus" })
  )
})

describe("contacts with values that could not be told for lack of names", () => {
  it.effect("are looked at again once all of these are known, and nobody else is", () =>
    Effect.gen(function* () {
      yield* threeLooks
      const first = [
        "a@x.test Company: the names of fields are not known",
        "b@x.test vip: the name of one of its tags is not known"
      ]
      assert.deepStrictEqual(yield* untold, first)
      yield* AccountNames.replaceFields([field("13", "Other")], half)
      yield* AccountNames.replaceLists([{ id: "3", name: "News" }], whole)
      assert.deepStrictEqual(yield* untold, first)
      assert.deepStrictEqual(yield* lookedAt, ["a@x.test", "b@x.test", "c@x.test"])
      yield* reconcileStale()

      yield* AccountNames.replaceFields([field("12", "Company")], whole)
      assert.deepStrictEqual(yield* lookedAt, ["b@x.test", "c@x.test"])
      // What else was found of the contact will be found again.
      assert.deepStrictEqual(
        yield* select(
          "SELECT * FROM found_values JOIN addresses USING (address_id) WHERE email_key = 'a@x.test'"
        ),
        []
      )
      assert.include(yield* stale, "b1")
      yield* lookAt(now, contactWith("1", "a@x.test", { fields: { "12": "ACME" }, firstName: "Ada" }))

      yield* AccountNames.replaceTags([{ id: "7", name: "VIP" }], whole)
      assert.deepStrictEqual(yield* lookedAt, ["a@x.test", "c@x.test"])
      assert.deepStrictEqual(yield* stale, ["b2"])
      assert.deepStrictEqual(yield* untold, [])
      yield* reconcileStale()
      assert.deepStrictEqual(
        yield* select(
          "SELECT name, same, not_checked FROM fields_at_a_glance WHERE kind <> 'first_name' ORDER BY name"
        ),
        [
          { name: "12", same: 1, not_checked: 0 },
          { name: "vip", same: 0, not_checked: 1 }
        ]
      )
    }).pipe(inMemory)
  )

  it.effect("make the names missed until they were read, whatever these turn out to be", () =>
    Effect.gen(function* () {
      assert.isFalse(yield* AccountNames.areMissed)
      yield* send("b", [{ email: "a@x.test", first_name: "Ada" }])
      yield* settled("b", ["1"])
      yield* look(contactWith("1", "a@x.test", { firstName: "Eve" }))
      // Nothing that was compared needs them.
      assert.isFalse(yield* AccountNames.areMissed)

      yield* send("b1", [{ email: "a1@x.test", fields: [{ id: 12, value: "gold" }] }])
      yield* settled("b1", ["11"])
      const gold = detailed("11", "a1@x.test", fields(["12", "Gold plan"]))
      yield* look(gold)
      assert.isTrue(yield* AccountNames.areMissed)
      yield* AccountNames.replaceFields([field("13", "Other")], half)
      assert.isTrue(yield* AccountNames.areMissed)
      yield* AccountNames.replaceFields([field("13", "Other")], whole)
      assert.isFalse(yield* AccountNames.areMissed)
      yield* look(gold)
      assert.deepStrictEqual(yield* untold, ["a1@x.test 12: the type and options of the field are not known"])
      assert.isFalse(yield* AccountNames.areMissed)

      yield* send("b2", [{ email: "a2@x.test", tags: ["vip"] }])
      yield* settled("b2", ["12"])
      yield* look(contactWith("12", "a2@x.test", { tags: ["7"] }))
      assert.isTrue(yield* AccountNames.areMissed)
      yield* AccountNames.replaceTags([], whole)
      assert.isFalse(yield* AccountNames.areMissed)
    }).pipe(inMemory)
  )
})

describe("batches whose conclusions name fields and lists", () => {
  it.effect("are decided again if a name has changed, and only then", () =>
    Effect.gen(function* () {
      yield* threeLooks
      for (const replace of [
        AccountNames.replaceFields([field("12", "Company")], whole),
        AccountNames.replaceTags([{ id: "7", name: "VIP" }], whole),
        AccountNames.replaceLists([{ id: "3", name: "News" }], whole)
      ]) {
        yield* replace
        yield* reconcileStale()
        yield* replace
        assert.deepStrictEqual(yield* stale, [])
      }
      yield* AccountNames.replaceTags([{ id: "7", name: "VIPs" }], half)
      assert.deepStrictEqual(yield* stale, [])
      yield* AccountNames.replaceLists([{ id: "3", name: "Newsletter" }], whole)
      assert.deepStrictEqual(yield* stale, ["b1", "b2", "b3"])
    }).pipe(inMemory)
  )

  it.effect("are also those of which only a change of consent is told", () =>
    Effect.gen(function* () {
      yield* send("b1", [{ email: "a@x.test", first_name: "Ada" }])
      yield* settled("b1", ["1"])
      yield* look(detailed("1", "a@x.test", lists(["3", 2])))
      yield* load([row("a@x.test", "b2")])
      yield* settled("b2", ["1"])
      yield* lookAt(now, detailed("1", "a@x.test", lists(["3", 1])))
      yield* AccountNames.replaceLists([{ id: "3", name: "News" }], whole)
      yield* reconcileStale()
      const found = yield* select<{ readonly detail: string }>(
        "SELECT detail FROM findings WHERE batch_id = 'b2' AND finding = 'consent-change'"
      )
      assert.match(
        found.map(({ detail }) => detail).join(),
        /^unsubscribed on list 3 \(News\) when looked at/
      )
    }).pipe(inMemory)
  )
})
