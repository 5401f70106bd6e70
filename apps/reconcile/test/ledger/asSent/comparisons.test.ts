import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ContactDetails, Detailed } from "effect-activecampaign/ContactDetails"
import { rebuild, reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import * as Looks from "../../../src/ledger/asSent/Looks.js"
import * as Lookups from "../../../src/ledger/facts/Lookups.js"
import { Ledger, layer } from "../../../src/ledger/Ledger.js"
import { answer, now } from "../../support/ledger.js"
import { detailed, send } from "../../support/sentValues.js"

const inMemory = Effect.provide(layer(":memory:"))

const look = (...found: ReadonlyArray<Detailed>) =>
  Effect.flatMap(Lookups.moment, (moment) => Looks.record(found, { ...moment, askedAt: now }))

const verdicts = Effect.flatMap(
  Ledger,
  ({ sql }) => sql`
    SELECT b.batch_id || ' ' || m.kind || ' ' || m.name || ' ' || v.comparison || ' ' || v.sent || ' > ' || coalesce(v.found, '-') AS verdict
    FROM value_verdicts v JOIN sent_members m USING (member_id) JOIN numbered_batches b USING (batch)
    ORDER BY 1`
).pipe(Effect.map((rows) => rows.map((one) => one.verdict)))

const counts = Effect.flatMap(
  Ledger,
  ({ sql }) => sql`
    SELECT b.batch_id, m.kind || ' ' || m.name AS member, c.sent, c.same, c.different, c.absent, c.edited_since, c.sent_again, c.not_checked
    FROM value_counts c JOIN sent_members m USING (member_id) JOIN numbered_batches b USING (batch) ORDER BY 1, 2`
).pipe(Effect.map((rows) => rows.map((one) => Object.values(one).join(" "))))

const fields = (...rows: ReadonlyArray<readonly [string, string]>): Partial<ContactDetails> => ({
  fieldValues: { _tag: "Complete", rows: rows.map(([field, value]) => ({ field, value })) }
})

const lists = (...rows: ReadonlyArray<readonly [string, number]>): Partial<ContactDetails> => ({
  lists: { _tag: "Complete", rows: rows.map(([list, status]) => ({ list, status })) }
})

const settled = (batchId: string, ids: ReadonlyArray<string>) =>
  Effect.zipRight(answer(batchId, "completed", { success: ids, failure: [] }), reconcileStale())

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

  it.effect("shows who was unsubscribed and is active after an import that did not subscribe them", () =>
    Effect.gen(function* () {
      yield* send("b1", [
        { email: "a@x.test", first_name: "Ada" },
        { email: "c@x.test", first_name: "Eve" }
      ])
      yield* settled("b1", ["1", "2"])
      yield* look(detailed("1", "a@x.test", lists(["3", 2])), detailed("2", "c@x.test", lists(["3", 3])))
      yield* send("b2", [
        { email: "a@x.test", last_name: "L" },
        { email: "c@x.test", subscribe: [{ listid: 3 }] }
      ])
      yield* settled("b2", ["1", "2"])
      yield* look(detailed("1", "a@x.test", lists(["3", 1])), detailed("2", "c@x.test", lists(["3", 1])))
      yield* reconcileStale()
      const { sql } = yield* Ledger
      const found = yield* sql<{
        readonly batch_id: string
        readonly subject: string
        readonly detail: string
      }>`
        SELECT batch_id, subject, detail FROM findings WHERE finding = 'consent-change'`
      assert.deepStrictEqual(
        found.map(({ batch_id, subject }) => [batch_id, subject]),
        [["b2", "a@x.test"]]
      )
      assert.match(
        found[0]?.detail ?? "",
        /^unsubscribed on list 3 when looked at on .*; this batch did not subscribe it$/
      )
    }).pipe(inMemory)
  )

  it.effect(
    "does not hold against a batch that somebody was still unsubscribed after it, or was subscribed by another",
    () =>
      Effect.gen(function* () {
        const seen = (a: number, c: number) =>
          look(detailed("1", "a@x.test", lists(["3", a])), detailed("2", "c@x.test", lists(["3", c])))
        const next = (batchId: string, parts: Readonly<Record<string, unknown>> = { first_name: "Ada" }) =>
          Effect.zipRight(
            send(batchId, [
              { email: "a@x.test", first_name: "Ada" },
              { email: "c@x.test", ...parts }
            ]),
            settled(batchId, ["1", "2"])
          )
        yield* next("b1")
        yield* seen(2, 2)
        yield* next("b2")
        yield* seen(2, 2)
        yield* next("b3", { subscribe: [{ listid: 3 }] })
        yield* next("b4")
        yield* seen(1, 1)
        yield* reconcileStale()
        const { sql } = yield* Ledger
        const found =
          yield* sql`SELECT batch_id, subject FROM findings WHERE finding = 'consent-change' ORDER BY batch_id`
        assert.deepStrictEqual(
          found.map((one) => Object.values(one).join(" ")),
          ["b3 a@x.test", "b4 a@x.test"]
        )
      }).pipe(inMemory)
  )
})
