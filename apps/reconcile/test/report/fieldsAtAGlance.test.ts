import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Sends } from "../../src/asSent/Sends.js"
import { asHtml } from "../../src/cli/output/report/asHtml.js"
import { asMarkdown } from "../../src/cli/output/report/asMarkdown.js"
import { asText } from "../../src/cli/output/report/asText.js"
import * as AccountNames from "../../src/ledger/asSent/AccountNames.js"
import { rebuild, reconcileStale } from "../../src/ledger/conclusions/Reconciliation.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import * as LocalContacts from "../../src/ledger/load/LocalContacts.js"
import { ofBatch } from "../../src/ledger/reports/SentValues.js"
import { readReport } from "../../src/report/readReport.js"
import { answer, inColumns, now, row, select } from "../support/ledger.js"
import { contactWith, lookAt, nameAccount, send } from "../support/sentValues.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

/** One contact in a batch of its own, sent with what the mapping says. */
const source = (batchId: string, email: string, sends: Sends) =>
  LocalContacts.load(
    { name: `${batchId}.csv`, rejected: () => 0, sends: () => sends },
    Stream.succeed([{ ...row(email, batchId), ...inColumns({ Company: "ACME" }) }]),
    now
  ).pipe(Effect.zipRight(answer(batchId, "completed", { success: [batchId.slice(1)], failure: [] })))

/** All columns of each row. */
const glance = Effect.map(
  select<Record<string, unknown> & { readonly kind: string }>(
    "SELECT * FROM fields_at_a_glance ORDER BY kind, name"
  ),
  (rows) =>
    rows.map((one) =>
      Object.values(one)
        .map((value) => value ?? "-")
        .join(" ")
    )
)

const company = { column: "Company" }

describe("fields at a glance", () => {
  it.effect("have one row with its title for a field that sources name by ID, title and tag", () =>
    Effect.gen(function* () {
      yield* AccountNames.replaceFields(
        [
          {
            id: "12",
            title: "Company",
            type: Option.some("text"),
            perstag: Option.some("FIRM"),
            options: Option.none()
          }
        ],
        { readAt: now, isWhole: true }
      )
      yield* source("b1", "a@x.test", { fields: { "12": company }, tags: [{ value: "VIP" }] })
      yield* source("b2", "b@x.test", { fields: { " company": company }, tags: [{ value: "vip" }] })
      yield* source("b3", "c@x.test", { fields: { "%FIRM%": company } })
      yield* reconcileStale()
      yield* lookAt(
        now,
        contactWith("1", "a@x.test", { fields: { "12": "ACME" } }),
        contactWith("2", "b@x.test", { fields: { "12": "ACME" } }),
        contactWith("3", "c@x.test", {})
      )
      const rows = ["field 12 Company 3 2 0 1 0 0 -", "tag VIP - 2 0 0 2 0 0 -"]
      assert.deepStrictEqual(yield* glance, rows)
      const { sent_values } = yield* readReport("./reconcile.db", {
        limits: { contacts: 10, batches: 10, findings: 10 }
      })
      assert.deepStrictEqual(
        sent_values?.members.map(({ member, sent }) => `${member}: ${sent}`),
        ["tag VIP: 2", "field 12 (Company): 3"]
      )
      yield* rebuild
      assert.deepStrictEqual(yield* glance, rows)
    }).pipe(inMemory)
  )

  it.effect("have one row for a tag in any letter case of any alphabet, in all batches and in one", () =>
    Effect.gen(function* () {
      const cases = ["ÄRZTE", "ärzte", "A\u0308rzte", "ΣΊΣΥΦΟΣ", "σίσυφος", "VIP  Gold", "vip gold"]
      yield* send(
        "b1",
        cases.map((tag, at) => ({ email: `${at}@x.test`, tags: [tag] }))
      )
      yield* reconcileStale()
      const names = ["A\u0308rzte 3", "VIP  Gold 2", "ΣΊΣΥΦΟΣ 2"]
      assert.deepStrictEqual(
        (yield* select<{ readonly name: string; readonly sent: number }>(
          "SELECT name, sent FROM fields_at_a_glance"
        ))
          .map(({ name, sent }) => `${name} ${sent}`)
          .sort(),
        names
      )
      assert.deepStrictEqual(
        (yield* ofBatch("b1")).map(({ member, sent }) => `${member} ${sent}`).sort(),
        names.map((name) => `tag ${name}`)
      )
    }).pipe(inMemory)
  )

  it.effect("say of a name that the account does not have, or has twice, what is wrong with it", () =>
    Effect.gen(function* () {
      yield* AccountNames.replaceFields(
        ["20", "21"].map((id) => ({
          id,
          title: "Plan",
          type: Option.some("text"),
          perstag: Option.none(),
          options: Option.none()
        })),
        { readAt: now, isWhole: true }
      )
      yield* AccountNames.replaceLists([{ id: "3", name: "News" }], { readAt: now, isWhole: true })
      yield* source("b1", "a@x.test", {
        fields: { Nope: company, plan: company, "99": company, "20": company },
        subscribe: [3, 77]
      })
      yield* reconcileStale()
      assert.deepStrictEqual(yield* glance, [
        "field 20 Plan 1 0 0 0 0 1 -",
        "field 99 - 1 0 0 0 0 1 the account has no field of this ID",
        "field Nope - 1 0 0 0 0 1 the account has no field of this name",
        "field plan - 1 0 0 0 0 1 several fields of the account have this name",
        "subscribe 3 News 1 0 0 0 0 1 -",
        "subscribe 77 - 1 0 0 0 0 1 the account has no list of this ID"
      ])
      const data = yield* readReport("./reconcile.db", {
        limits: { contacts: 10, batches: 10, findings: 10 }
      })
      const page = asHtml(data, { script: "", style: "", notices: "" }).join("")
      for (const text of [asText(data), asMarkdown(data), page]) {
        assert.include(text, "field Nope: the account has no field of this name.")
        assert.include(text, "list 77: the account has no list of this ID.")
      }
    }).pipe(inMemory)
  )

  it.effect("find nothing wrong as long as the names of the account are not known, and then rename it", () =>
    Effect.gen(function* () {
      yield* source("b1", "a@x.test", { fields: { Company: company, "99": company }, subscribe: [77] })
      yield* reconcileStale()
      assert.deepStrictEqual(yield* glance, [
        "field 99 - 1 0 0 0 0 1 -",
        "field Company - 1 0 0 0 0 1 -",
        "subscribe 77 - 1 0 0 0 0 1 -"
      ])
      yield* nameAccount
      yield* reconcileStale()
      assert.deepStrictEqual(yield* glance, [
        "field 12 Company 1 0 0 0 0 1 -",
        "field 99 - 1 0 0 0 0 1 the account has no field of this ID",
        "subscribe 77 - 1 0 0 0 0 1 the account has no list of this ID"
      ])
    }).pipe(inMemory)
  )
})
