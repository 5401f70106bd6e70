import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { answer, select } from "../../support/ledger.js"
import { contactWith, lookAt, nameAccount, send, submit } from "../../support/sentValues.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const imported = (batchId: string) => answer(batchId, "completed", { success: ["1"], failure: [] })

const rowsOf = (sql: string) =>
  Effect.map(select<Readonly<Record<string, unknown>>>(sql), (rows) =>
    rows.map((one) => Object.values(one).join(" "))
  )

describe("fields_at_a_glance", () => {
  it.effect("has one row for each field, tag and list, with the numbers of all batches", () =>
    Effect.gen(function* () {
      yield* nameAccount
      yield* submit("b2", "2031-04-02T08:15:00.000Z")
      const fields = ["12", "13"].map((id) => ({ id, value: "ACME" }))
      yield* send("b1", [{ email: "a@x.test", first_name: "Ada", fields, unsubscribe: [{ listid: 3 }] }])
      yield* imported("b1")
      yield* send("b2", [{ email: "a@x.test", first_name: "Eve" }])
      yield* imported("b2")
      const now = { firstName: "Eve", fields: { "12": "Other" } }
      yield* lookAt("2031-04-02T09:30:00.000Z", contactWith("1", "a@x.test", now, "2031-04-02T09:00:00Z"))
      assert.deepStrictEqual(
        yield* rowsOf(
          `SELECT kind, name, coalesce(title, '-') AS title, sent, same, different, absent, cannot_tell, not_checked
           FROM fields_at_a_glance ORDER BY kind, name`
        ),
        [
          "field 12 Company 1 0 0 0 1 0",
          "field 13 - 1 0 0 0 1 0",
          "first_name  - 2 1 0 0 1 0",
          "unsubscribe 3 News 1 0 0 0 1 0"
        ]
      )
    }).pipe(inMemory)
  )
})

describe("consent_changes", () => {
  it.effect("has what each contact was before, and when both was seen", () =>
    Effect.gen(function* () {
      yield* nameAccount
      const seen = (day: string, news: number, other: number) =>
        lookAt(`${day}T00:00:00.000Z`, contactWith("1", "a@x.test", { lists: { "3": news, "4": other } }))
      yield* send("b1", [{ email: "a@x.test", first_name: "Ada" }])
      yield* imported("b1")
      yield* seen("2031-04-01", 2, 3)
      yield* send("b2", [{ email: "a@x.test", first_name: "Ada" }])
      yield* imported("b2")
      yield* seen("2031-04-03", 1, 1)
      const at = "2031-04-01T00:00:00.000Z 2031-04-03T00:00:00.000Z"
      assert.deepStrictEqual(
        yield* rowsOf(
          `SELECT batch_id, list_id, coalesce(list_name, '-') AS list_name, status_before, seen_before, seen_active
           FROM consent_changes ORDER BY list_id`
        ),
        [`b2 3 News unsubscribed ${at}`, `b2 4 - bounced ${at}`]
      )
    }).pipe(inMemory)
  )
})
