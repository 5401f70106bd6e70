import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Ledger from "../../src/ledger/Ledger.js"
import { masked } from "../../src/report/masked.js"
import { readReport } from "../../src/report/readReport.js"
import { asHtml } from "../../src/cli/output/report/asHtml.js"
import { asMarkdown } from "../../src/cli/output/report/asMarkdown.js"
import { asText } from "../../src/cli/output/report/asText.js"
import { answer, load, row } from "../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const limits = { contacts: 1000, batches: 1000, findings: 1000 }

const report = (mask: boolean) => readReport("/home/hopper/grace.db", { limits, mask })

/** People in every place in which a report names somebody. */
const people = Effect.gen(function* () {
  yield* load(
    [
      row("Ada.Lovelace@Secret-Company.test", "b-1", "771001", "KEY-ADA"),
      row("grace@gmail.com", "b-1", "771002", "KEY-GRACE"),
      row("grace@gmail.com", "b-1", "771002", "KEY-AGAIN"),
      row("no address of hedy", "b-1", "771003", "KEY-HEDY"),
      row("joan@secret-company.test", "b-1", "771004", "KEY-JOAN")
    ],
    "/home/hopper/people.csv"
  )
  yield* answer("b-1", "failed", {
    success: ["771001", "771004"],
    failure: ["ada.lovelace@secret-company.test", "no address of hedy", "adda@secret-company.test"]
  })
})

const personal = /ada|adda|grace|hedy|joan|secret-company|77100\d|KEY-|hopper/i

describe("a masked report", () => {
  it.effect("has no personal data in any of its forms, and the same numbers", () =>
    Effect.gen(function* () {
      yield* people
      const [open, hidden] = [yield* report(false), yield* report(true)]
      assert.match(JSON.stringify(open), personal)
      const forms = {
        json: JSON.stringify(hidden),
        text: asText(hidden),
        markdown: asMarkdown(hidden),
        html: asHtml(hidden, { script: "", style: "", notices: "" }).join("")
      }
      for (const [form, text] of Object.entries(forms)) {
        // A pseudonym may by chance have letters of a name, but no more than three of them.
        const found = personal.exec(text.replace(/\b(?:person|id|key|source|domain)-[0-9a-f]{12}\b/g, ""))
        assert.isNull(found, form)
      }
      assert.deepStrictEqual(hidden.totals, open.totals)
      assert.deepStrictEqual(hidden.outcomes, open.outcomes)
      assert.strictEqual(hidden.contacts.rows.length, open.contacts.rows.length)
    }).pipe(inMemory)
  )

  it.effect("has one pseudonym for an address, however it is written, in every report of the file", () =>
    Effect.gen(function* () {
      yield* people
      const [first, second] = [yield* report(true), yield* report(true)]
      assert.deepStrictEqual({ ...first, made_at: "" }, { ...second, made_at: "" })
      const contradictory = first.contacts.rows.find(({ outcome }) => outcome === "contradictory")
      assert.match(contradictory?.email ?? "", /^person-[0-9a-f]{12}@domain-[0-9a-f]{12}\.invalid$/)
      const graces = first.contacts.rows.filter(({ email }) => email.endsWith("@gmail.com"))
      assert.strictEqual(graces.length, 2)
      assert.strictEqual(new Set(graces.map(({ email }) => email)).size, 1)
    }).pipe(inMemory)
  )

  it.effect("has other pseudonyms for the same address in another file", () =>
    Effect.gen(function* () {
      const emails = Effect.map(Effect.zipRight(people, report(true)), ({ contacts }) =>
        contacts.rows.map(({ email }) => email)
      )
      const [one, other] = [yield* inMemory(emails), yield* inMemory(emails)]
      assert.isNotEmpty(one)
      assert.isEmpty(one.filter((email) => other.includes(email)))
    })
  )

  it.effect("needs the secret of the file: another one gives other pseudonyms", () =>
    Effect.gen(function* () {
      yield* people
      const open = yield* report(false)
      const emails = (key: string) => masked(open, key).contacts.rows.map(({ email }) => email)
      assert.notDeepEqual(emails("one"), emails("other"))
      assert.deepStrictEqual(emails("one"), emails("one"))
    }).pipe(inMemory)
  )
})
