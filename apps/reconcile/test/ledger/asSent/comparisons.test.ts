import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { rebuild, reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { load, row, select } from "../../support/ledger.js"
import { contactWith, detailed, nameAccount, send, submit } from "../../support/sentValues.js"
import { counts, fields, inMemory, lists, look, settled, verdicts, whys } from "./support/looks.js"

describe("what was sent and what the account holds", () => {
  it.effect("is counted as not checked until it is looked at, and then compared", () =>
    Effect.gen(function* () {
      yield* send("b", [
        { email: "a@x.test", first_name: "Ada", fields: [{ id: 12, value: "ACME" }] },
        { email: "c@x.test", first_name: "Eve", fields: [{ id: 12, value: "Ltd" }] }
      ])
      yield* settled("b", ["1", "2"])
      assert.deepStrictEqual(yield* counts, ["b field 12 2 0 0 0 0 0 2", "b first_name  2 0 0 0 0 0 2"])
      yield* look(
        detailed("1", "a@x.test", { firstName: Option.some("Ada "), ...fields(["12", "ACME"]) }),
        detailed("2", "c@x.test", { firstName: Option.some("Zoe") })
      )
      yield* reconcileStale()
      assert.deepStrictEqual(yield* verdicts, [
        "b field 12 absent Ltd > -",
        "b first_name  different Eve > Zoe"
      ])
      assert.deepStrictEqual(yield* counts, ["b field 12 2 1 0 1 0 0 0", "b first_name  2 1 1 0 0 0 0"])
    }).pipe(inMemory)
  )

  it.effect("cannot be told of a contact that changed after the import, or that a later batch changed", () =>
    Effect.gen(function* () {
      yield* submit("b2", "2031-04-02T08:15:00.000Z")
      yield* send("b1", [{ email: "a@x.test", first_name: "Ada", last_name: "L" }])
      yield* settled("b1", ["1"])
      yield* send("b2", [{ email: "a@x.test", first_name: "Eve" }])
      yield* settled("b2", ["1"])
      yield* look(
        detailed(
          "1",
          "a@x.test",
          { firstName: Option.some("Eve"), lastName: Option.some("M") },
          "2031-04-02T09:15:00Z"
        )
      )
      yield* reconcileStale()
      assert.deepStrictEqual(yield* verdicts, [
        "b1 first_name  sent-again Ada > Eve",
        "b1 last_name  edited-since L > M"
      ])
    }).pipe(inMemory)
  )

  it.effect("is the same again after a rebuild", () =>
    Effect.gen(function* () {
      yield* send("b", [{ email: "a@x.test", first_name: "Ada", tags: ["vip"], subscribe: [{ listid: 3 }] }])
      yield* settled("b", ["1"])
      yield* look(detailed("1", "a@x.test", lists(["3", 2])))
      yield* reconcileStale()
      const before = [yield* verdicts, yield* counts]
      assert.deepStrictEqual(before[0], [
        "b first_name  absent Ada > -",
        "b subscribe 3 different  > unsubscribed",
        "b tag vip absent  > -"
      ])
      const { changed } = yield* rebuild
      assert.strictEqual(changed, 0)
      assert.deepStrictEqual([yield* verdicts, yield* counts], before)
    }).pipe(inMemory)
  )

  it.effect("is compared in any number of batches at once", () =>
    Effect.gen(function* () {
      const ids = Array.from({ length: 12 }, (_, at) => `b${at + 10}`)
      for (const id of ids) {
        yield* send(id, [{ email: `${id}@x.test`, first_name: "Ada" }])
        yield* settled(id, [id.slice(1)])
      }
      yield* look(
        ...ids.map((id) => detailed(id.slice(1), `${id}@x.test`, { firstName: Option.some("Ada") }))
      )
      yield* reconcileStale()
      assert.deepStrictEqual(
        yield* counts,
        ids.map((id) => `${id} first_name  1 1 0 0 0 0 0`)
      )
    }).pipe(inMemory)
  )

  it.effect("is to be looked at again once the batch has settled anew", () =>
    Effect.gen(function* () {
      yield* send("b", [{ email: "a@x.test", first_name: "Ada" }])
      yield* load([row("a@x.test", "b", "1")])
      yield* settled("b", ["1"])
      yield* look(contactWith("1", "a@x.test", { firstName: "Zoe" }))
      yield* reconcileStale()
      assert.deepStrictEqual(yield* counts, ["b first_name  1 0 1 0 0 0 0"])
      yield* settled("b", ["1", "2"])
      assert.deepStrictEqual(yield* select("SELECT outcome FROM outcomes"), [{ outcome: "imported" }])
      assert.deepStrictEqual(yield* counts, ["b first_name  1 0 0 0 0 0 1"])
      assert.deepStrictEqual(yield* verdicts, [])
    }).pipe(inMemory)
  )

  it.effect("is counted once for a contact that it was sent to twice in one batch", () =>
    Effect.gen(function* () {
      const acme = { id: 12, value: "ACME" }
      yield* send("b", [{ email: "a@x.test", tags: ["vip", "vip"], fields: [acme, acme] }])
      yield* settled("b", ["1"])
      yield* look(detailed("1", "a@x.test", fields(["12", "ACME"])))
      yield* reconcileStale()
      assert.deepStrictEqual(yield* counts, ["b field 12 1 1 0 0 0 0 0", "b tag vip 1 0 0 1 0 0 0"])
    }).pipe(inMemory)
  )

  it.effect.each([
    { part: "fieldValues", unseen: ["field 12"] },
    { part: "tags", unseen: ["tag vip"] },
    { part: "lists", unseen: ["subscribe 3", "unsubscribe 4"] }
  ] as const)("is not checked where the answer did not have it: $part", ({ part, unseen }) =>
    Effect.gen(function* () {
      yield* send("b", [
        {
          email: "a@x.test",
          fields: [{ id: 12, value: "ACME" }],
          tags: ["vip"],
          subscribe: [{ listid: 3 }],
          unsubscribe: [{ listid: 4 }]
        }
      ])
      yield* settled("b", ["1"])
      yield* look(detailed("1", "a@x.test", { [part]: { _tag: "NotSideloaded" } }))
      yield* reconcileStale()
      assert.deepStrictEqual(
        yield* counts,
        ["field 12", "subscribe 3", "tag vip", "unsubscribe 4"].map((member) =>
          unseen.some((one) => one === member) ? `b ${member} 1 0 0 0 0 0 1` : `b ${member} 1 0 0 1 0 0 0`
        )
      )
    }).pipe(inMemory)
  )
})

describe("what is not as it was sent", () => {
  it.effect("may have been sent twice in its batch, as long as the names of fields are not known", () =>
    Effect.gen(function* () {
      const twice = [
        { id: 12, value: "ACME" },
        { id: "Company", value: "Ltd" }
      ]
      yield* send("b1", [{ email: "a@x.test", fields: twice }])
      yield* settled("b1", ["1"])
      yield* look(contactWith("1", "a@x.test", {}))
      yield* reconcileStale()
      assert.deepStrictEqual(yield* whys, [
        "the batch may have sent it under two names: the names of fields are not known"
      ])
    }).pipe(inMemory)
  )

  it.effect(
    "is a field that the account does not have, also if a later batch sent another value for it",
    () =>
      Effect.gen(function* () {
        yield* nameAccount
        yield* send("b1", [{ email: "a@x.test", fields: [{ id: "Plan", value: "gold" }] }])
        yield* settled("b1", ["1"])
        yield* send("b2", [{ email: "a@x.test", fields: [{ id: "Plan", value: "silver" }] }])
        yield* settled("b2", ["1"])
        yield* look(contactWith("1", "a@x.test", {}))
        yield* reconcileStale()
        const told = yield* select<{ readonly why: string }>("SELECT DISTINCT why FROM value_verdicts")
        assert.deepStrictEqual(told, [{ why: "the account has no field of this name" }])
      }).pipe(inMemory)
  )
})
