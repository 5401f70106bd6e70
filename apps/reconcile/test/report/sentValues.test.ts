import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { asHtml } from "../../src/cli/output/report/asHtml.js"
import { asMarkdown } from "../../src/cli/output/report/asMarkdown.js"
import { asText } from "../../src/cli/output/report/asText.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import { attention } from "../../src/ledger/reports/Attention.js"
import { story } from "../../src/ledger/reports/Story.js"
import { notDeclared } from "../../src/report/sentValues.js"
import { readReport } from "../../src/report/readReport.js"
import { exported } from "../support/exported.js"
import { answer, load, now, row, select } from "../support/ledger.js"
import { contactWith, lookAt, send, sentWorld, submit } from "../support/sentValues.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const limits = { contacts: 1000, batches: 1000, findings: 1000 }

const report = (mask = false) => readReport("./reconcile.db", { limits, mask })

const pageOf = (data: Effect.Effect.Success<ReturnType<typeof report>>) =>
  asHtml(data, { script: "", style: "", notices: "" }).join("")

describe("a report on sent values", () => {
  it.effect("names changed consent first, and a field that never arrived in one line", () =>
    Effect.gen(function* () {
      yield* sentWorld
      const data = yield* report()
      assert.deepStrictEqual(data.concerns.map(({ count, name }) => `${name} ${count}`).slice(0, 2), [
        "consent-change 1",
        "dropped 4"
      ])
      assert.deepStrictEqual(data.concerns[1]?.reasons, [
        { count: 2, reason: "field 12 (Company), of 3 sent: 2 absent" },
        { count: 1, reason: "first_name, of 3 sent: 1 different" },
        { count: 1, reason: "tag by ada@x.test, which never arrived for anybody" }
      ])
      assert.deepInclude(data.totals, { consent_changes: 1, dropped: 4, sent_values: 7 })
      assert.match(data.verdict, /1 change of consent; 4 of 7 sent values dropped\.$/)
    }).pipe(inMemory)
  )

  it.effect(
    "names consent before contacts that were refused, and before findings of which there are more",
    () =>
      Effect.gen(function* () {
        yield* sentWorld
        yield* load(["di", "di", "ed", "ed"].map((name) => row(`${name}@x.test`, "c-1")))
        yield* answer("c-1", "completed", { success: [], failure: ["di@x.test", "ed@x.test"] })
        const { findings } = yield* attention
        assert.deepStrictEqual(
          findings.map(({ count, finding }) => `${finding} ${count}`),
          ["consent-change 1", "duplicate-sent 2"]
        )
        assert.deepStrictEqual(
          (yield* report()).concerns.map(({ count, name }) => `${name} ${count}`),
          ["consent-change 1", "rejected 4", "dropped 4", "duplicate-sent 2"]
        )
      }).pipe(inMemory)
  )

  it.effect("names only the five fields of which most was dropped, and no field of which nothing was", () =>
    Effect.gen(function* () {
      yield* send("b-1", [
        {
          email: "ada@x.test",
          first_name: "Ada",
          fields: ["1", "2", "3", "4", "5", "6"].map((id) => ({ id, value: "ACME" }))
        },
        { email: "bo@x.test", first_name: "Bo", fields: [{ id: "6", value: "ACME" }] }
      ])
      yield* answer("b-1", "completed", { success: ["101", "102"], failure: [] })
      yield* lookAt(
        now,
        contactWith("101", "ada@x.test", { firstName: "Ada" }),
        contactWith("102", "bo@x.test", { firstName: "Bo" })
      )
      const dropped = (yield* report()).concerns.find(({ name }) => name === "dropped")
      assert.strictEqual(dropped?.count, 7)
      assert.deepStrictEqual(
        dropped?.reasons.map(({ count, reason }) => `${reason.split(",")[0]}: ${count}`),
        ["field 6: 2", "field 1: 1", "field 2: 1", "field 3: 1", "field 4: 1"]
      )
      assert.lengthOf((yield* attention).dropped, 6)
    }).pipe(inMemory)
  )

  it.effect("has each field by name, with numbers that add up", () =>
    Effect.gen(function* () {
      yield* sentWorld
      const { sent_values, totals } = yield* report()
      assert.deepStrictEqual(
        sent_values?.members.map(({ problem: _, ...one }) => Object.values(one).join(" ")),
        ["field 12 (Company) 3 0 0 2 0 1", "first_name 3 1 1 0 0 1", "tag by ada@x.test 1 0 0 1 0 0"]
      )
      const sum = (sent_values?.members ?? []).reduce((all, { sent }) => all + sent, 0)
      assert.strictEqual(sum, totals.sent_values)
    }).pipe(inMemory)
  )

  it.effect("says in every form what it says in one", () =>
    Effect.gen(function* () {
      yield* sentWorld
      const data = yield* report()
      for (const text of [asText(data), asMarkdown(data).replaceAll("\\", ""), pageOf(data)]) {
        assert.include(text, "field 12 (Company)")
        assert.include(text, "not checked")
        assert.isBelow(text.indexOf("consent-change"), text.indexOf("field 12"))
        assert.notInclude(text, notDeclared)
      }
    }).pipe(inMemory)
  )

  it.effect("has one line about it if nothing says what contacts were sent with", () =>
    Effect.gen(function* () {
      yield* load([row("ada@x.test", "b-1")])
      yield* answer("b-1", "completed", { success: ["1"], failure: [] })
      const data = yield* report()
      assert.isNull(data.sent_values)
      assert.deepInclude(data.totals, { consent_changes: 0, dropped: 0, sent_values: 0 })
      for (const text of [asText(data), asMarkdown(data)]) {
        assert.deepStrictEqual(
          text.split("\n").filter((line) => /field|consent|sent with/.test(line)),
          [notDeclared]
        )
      }
    }).pipe(inMemory)
  )

  it.effect("has no address, name or value of a person if it is masked", () =>
    Effect.gen(function* () {
      yield* sentWorld
      const data = yield* report(true)
      const text = JSON.stringify({ ...data, obtained: [] })
      for (const personal of ["ada@x", "bo@x", "x.test", "ACME", "Evelyn", "Ada", "Ltd"]) {
        assert.notInclude(text, personal)
      }
      assert.match(text, /tag by person-[0-9a-f]{12}@domain-[0-9a-f]{12}\.invalid/)
      assert.include(text, "field 12 (Company)")
    }).pipe(inMemory)
  )

  it.effect("has no phrase of the exclusion list if it is masked", () =>
    Effect.gen(function* () {
      yield* load([row("ada@x.test", "b-1"), row("bo@y.test", "b-1")])
      yield* answer("b-1", "completed", { success: [], failure: ["ada@x.test", "bo@y.test"] })
      yield* Ledger.Ledger.use(
        (sql) => sql`INSERT INTO account_exclusions VALUES ('1', '@x.test', 'end', 'all', NULL),
          ('2', 'bo@', 'begin', 'all', NULL)`
      )
      const reasons = (yield* report(true)).rejected_reasons.map(({ reason }) => reason)
      assert.match(reasons.join("\n"), /end in '@domain-[0-9a-f]{12}\.invalid'/)
      assert.match(reasons.join("\n"), /begin with 'person-[0-9a-f]{12}'/)
      assert.notMatch(JSON.stringify({ ...(yield* report(true)), obtained: [] }), /x\.test|y\.test|bo@/)
    }).pipe(inMemory)
  )
})

describe("the story of a contact", () => {
  it.effect("has each value it was sent with, and what the account had", () =>
    Effect.gen(function* () {
      yield* sentWorld
      const told = yield* story("ada@x.test")
      const values = told.chapters.map(({ values }) =>
        values.map(({ comparison, found, member, sent }) => [member, sent, comparison, found])
      )
      assert.deepStrictEqual(values, [
        [
          ["first_name", "Ada", "different", "Evelyn"],
          ["field 12 (Company)", "=ACME", "absent", null],
          ["tag by ada@x.test", "", "absent", null]
        ]
      ])
      const other = yield* story("bo@x.test")
      assert.deepStrictEqual(other.chapters.find(({ batch_id }) => batch_id === "b-1")?.values[0], {
        kind: "first_name",
        member: "first_name",
        sent: "Bo",
        comparison: "same",
        found: null,
        why: null
      })
      assert.includeMembers(
        other.facts.map(({ says }) => says),
        ["unsubscribed on list 3 (News)", "active on list 3 (News)"]
      )
      const unlooked = yield* story("cy@x.test")
      assert.deepStrictEqual(
        unlooked.chapters[0]?.values.map(({ comparison, why }) => `${comparison}: ${why}`),
        [
          "not-checked: not looked at since the batch settled",
          "not-checked: not looked at since the batch settled"
        ]
      )
    }).pipe(inMemory)
  )
})

describe("export dropped", () => {
  it.effect("has one row for each value that did not arrive, by the names people know", () =>
    Effect.gen(function* () {
      yield* sentWorld
      const rows = yield* exported("dropped")
      assert.deepStrictEqual(
        rows.map(({ comparison, email, found, member, sent }) => [email, member, comparison, sent, found]),
        [
          ["ada@x.test", "field 12 (Company)", "absent", "=ACME", null],
          ["ada@x.test", "first_name", "different", "Ada", "Evelyn"],
          ["ada@x.test", "tag by ada@x.test", "absent", "", null],
          ["bo@x.test", "field 12 (Company)", "absent", "Ltd", null]
        ]
      )
      assert.deepStrictEqual(yield* exported("dropped", {}, 1), rows)
      assert.deepStrictEqual(yield* exported("dropped", { batchId: "a-1" }), [])
    }).pipe(inMemory)
  )

  it.effect("has no value of which it cannot be told who changed it", () =>
    Effect.gen(function* () {
      yield* submit("b-2", "2031-04-02T08:15:00.000Z")
      yield* send("b-1", [{ email: "ada@x.test", first_name: "Ada", last_name: "L", phone: "1" }])
      yield* answer("b-1", "completed", { success: ["101"], failure: [] })
      yield* send("b-2", [{ email: "ada@x.test", first_name: "Eve" }])
      yield* answer("b-2", "completed", { success: ["101"], failure: [] })
      yield* lookAt(now, contactWith("101", "ada@x.test", { firstName: "Eve" }, "2031-04-03T00:00:00.000Z"))
      assert.deepStrictEqual(
        yield* select("SELECT comparison FROM contact_values WHERE batch_id = 'b-1' ORDER BY 1"),
        [{ comparison: "edited-since" }, { comparison: "edited-since" }, { comparison: "sent-again" }]
      )
      assert.deepStrictEqual(yield* exported("dropped"), [])
    }).pipe(inMemory)
  )
})
