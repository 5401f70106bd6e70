import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Contact } from "effect-activecampaign/Contact"
import { ContactId } from "effect-activecampaign/ContactId"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { Gone, type ResolvedInDetail } from "effect-activecampaign/Resolved"
import * as Looks from "../../../src/ledger/asSent/Looks.js"
import * as Wanted from "../../../src/ledger/asSent/Wanted.js"
import { reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import * as Lookups from "../../../src/ledger/facts/Lookups.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { story } from "../../../src/ledger/reports/Story.js"
import { answer, load, now, row, select } from "../../support/ledger.js"
import { contactWith, detailed, send } from "../../support/sentValues.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

/** A look at the contact, or at all that is wanted of it. */
const look = (...found: ReadonlyArray<ResolvedInDetail>) =>
  Effect.gen(function* () {
    const moment = yield* Lookups.moment
    yield* Looks.record(found, { ...moment, askedAt: now }, yield* Wanted.next("new", null, 100))
    yield* reconcileStale()
  })

/** `batch occurrence member: comparison (why)` of each value of the address. */
const told = Effect.map(story("a@x.test"), ({ chapters }) =>
  chapters.flatMap(({ batch_id, occurrence, values }) =>
    values.map(
      ({ comparison, member, why }) =>
        `${batch_id} ${occurrence} ${member}: ${comparison}${why === null ? "" : ` (${why})`}`
    )
  )
)

/** What the numbers of all values say of the same, without the members. */
const counted = Effect.map(
  select<{ readonly same: number; readonly not_checked: number }>(
    "SELECT sum(same) AS same, sum(not_checked) AS not_checked FROM value_counts"
  ),
  ([row]) => row
)

const named = { email: "a@x.test", first_name: "Ada", tags: ["vip"] }
const asSent = contactWith("1", "a@x.test", { firstName: "Ada" })

describe("the story of a contact and the numbers of all", () => {
  it.effect("say the same of a contact that was refused, although the account has it", () =>
    Effect.gen(function* () {
      yield* send("b", [named])
      yield* answer("b", "completed", { success: [], failure: ["a@x.test"] })
      yield* look(asSent)
      const why = "only imported and present contacts are compared"
      assert.deepStrictEqual(yield* told, [
        `b 1 first_name: not-checked (${why})`,
        `b 1 tag vip: not-checked (${why})`
      ])
      assert.deepStrictEqual(yield* counted, { same: 0, not_checked: 2 })
    }).pipe(inMemory)
  )

  it.effect("say the same of a contact that is gone", () =>
    Effect.gen(function* () {
      yield* send("b", [named])
      yield* load([row("a@x.test", "b", "1")])
      yield* answer("b", "completed", { success: ["1"], failure: [] })
      yield* look(new Gone({ id: ContactId.make("1") }))
      assert.deepStrictEqual(yield* told, [
        "b 1 first_name: not-checked (not in the account's answer)",
        "b 1 tag vip: not-checked (not in the account's answer)"
      ])
      assert.deepStrictEqual(yield* counted, { same: 0, not_checked: 2 })
    }).pipe(inMemory)
  )

  it.effect("say the same of what an answer did not have", () =>
    Effect.gen(function* () {
      yield* send("b", [named])
      yield* answer("b", "completed", { success: ["1"], failure: [] })
      yield* look(detailed("1", "a@x.test", { ...asSent.details, tags: { _tag: "NotSideloaded" } }))
      assert.deepStrictEqual(yield* told, [
        "b 1 first_name: same",
        "b 1 tag vip: not-checked (not in the account's answer)"
      ])
      assert.deepStrictEqual(yield* counted, { same: 1, not_checked: 1 })
    }).pipe(inMemory)
  )

  it.effect("say the same of a batch that has settled anew since the contact was looked at", () =>
    Effect.gen(function* () {
      yield* send("b", [{ email: "a@x.test", first_name: "Ada" }])
      yield* load([row("a@x.test", "b", "1")])
      yield* answer("b", "completed", { success: ["1"], failure: [] })
      yield* look(asSent)
      assert.deepStrictEqual(yield* told, ["b 1 first_name: same"])
      yield* answer("b", "completed", { success: ["1", "2"], failure: [] })
      assert.deepStrictEqual(yield* told, [
        "b 1 first_name: not-checked (not looked at since the batch settled)"
      ])
      assert.deepStrictEqual(yield* counted, { same: 0, not_checked: 1 })
    }).pipe(inMemory)
  )

  it.effect("say once what a contact was sent with twice", () =>
    Effect.gen(function* () {
      const fields = ["ACME", "ACME", "Ltd"].map((value) => ({ id: 12, value }))
      yield* send("b", [{ email: "a@x.test", tags: ["vip", "vip"], fields }])
      yield* answer("b", "completed", { success: ["1"], failure: [] })
      yield* look(contactWith("1", "a@x.test", { fields: { "12": "ACME" } }))
      assert.deepStrictEqual(yield* told, [
        "b 1 field 12: not-checked (it was sent more than once in the batch, with unlike values)",
        "b 1 tag vip: absent"
      ])
      assert.deepStrictEqual(yield* select("SELECT sum(sent) AS sent FROM value_counts"), [{ sent: 2 }])
    }).pipe(inMemory)
  )

  it.effect("tell apart what was sent twice to an address in one batch", () =>
    Effect.gen(function* () {
      yield* send("b", [
        { email: "a@x.test", first_name: "Ada" },
        { email: "a@x.test", last_name: "Byron" }
      ])
      yield* answer("b", "completed", { success: ["1"], failure: [] })
      yield* look(asSent)
      yield* Effect.map(select("SELECT outcome FROM outcomes"), (rows) =>
        assert.deepStrictEqual(rows, [{ outcome: "imported" }, { outcome: "imported" }])
      )
      assert.deepStrictEqual(yield* told, ["b 1 first_name: same", "b 2 last_name: absent"])
    }).pipe(inMemory)
  )

  it.effect(
    "tell apart what was sent twice to an address in one batch, also where it is the same thing",
    () =>
      Effect.gen(function* () {
        // The second is in a shape that a bulk import does not take.
        yield* send("b", [
          { email: "a@x.test", tags: ["vip"] },
          { email: "a@x.test", tags: "vip" }
        ])
        yield* answer("b", "completed", { success: ["1"], failure: [] })
        yield* look(
          detailed("1", "a@x.test", {
            tags: { _tag: "Complete", rows: [{ tag: "7", name: Option.some("VIP") }] }
          })
        )
        assert.deepStrictEqual(yield* told, [
          "b 1 tag vip: same",
          "b 2 tag vip: not-checked (it was sent in a shape that a bulk import does not take)"
        ])
        assert.deepStrictEqual(yield* counted, { same: 1, not_checked: 1 })
      }).pipe(inMemory)
  )

  /** Looks the address up. */
  const lookUp = (contact: Option.Option<Contact>) =>
    Effect.gen(function* () {
      const one = { email: "a@x.test", emailKey: fromAddress("a@x.test"), contact }
      yield* Lookups.record([one], "address", { ...(yield* Lookups.moment), askedAt: now })
      yield* reconcileStale()
    })

  it.effect("say the same of a contact that was not in the account when it was last looked up", () =>
    Effect.gen(function* () {
      yield* send("b", [{ email: "a@x.test", first_name: "Ada" }])
      yield* load([row("a@x.test", "b", "1")])
      yield* lookUp(Option.none())
      yield* answer("b", "completed", { success: ["1"], failure: [] })
      const saying = (why: string) => [`b 1 first_name: not-checked (${why})`]
      // It was looked up before it can have been imported.
      assert.deepStrictEqual(yield* told, saying("not looked at since the batch settled"))
      yield* lookUp(Option.none())
      assert.deepStrictEqual(yield* told, saying("not in the account when it was looked up"))
      yield* lookUp(Option.some(asSent.contact))
      assert.deepStrictEqual(yield* told, saying("not looked at since the batch settled"))
      assert.deepStrictEqual(yield* counted, { same: 0, not_checked: 1 })
    }).pipe(inMemory)
  )
})
