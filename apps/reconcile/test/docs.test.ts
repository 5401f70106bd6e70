import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ExitCode } from "../src/cli/shell/ExitCode.js"
import { exports } from "../src/ledger/reports/Exports.js"
import * as Ledger from "../src/ledger/Ledger.js"
import { layerOf } from "../src/ledger/schema/notes.js"
import { Outcome } from "../src/ledger/schema/words.js"
import { views } from "../src/ledger/schema/views.js"
import { load, row, select } from "./support/ledger.js"

const document = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), "utf8")

const inMemory = Effect.provide(Ledger.layer(":memory:"))

describe("the documents", () => {
  it("name every view with its question", () => {
    const text = document("docs/schema.md").replace(/\s+/g, " ")
    for (const { name, question } of views) assert.include(text, `### ${name} ${question} `)
  })

  it.effect("name every table", () =>
    Effect.gen(function* () {
      const text = document("docs/schema.md")
      const tables = yield* select<{ readonly name: string }>(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
      )
      for (const { name } of tables) {
        assert.include(text, layerOf(name) === "internal" ? `\n| \`${name}\` ` : `### ${name}\n`)
      }
    }).pipe(inMemory)
  )

  it("name existing tests for each guarantee", () => {
    const named = [...document("docs/guarantees.md").matchAll(/`([^`]+\.test\.ts)`/g)].map(
      ([, path = ""]) => path
    )
    assert.isNotEmpty(named)
    const missing = named
      .map((path) => (path.startsWith("packages/") ? path : `apps/reconcile/test/${path}`))
      .map((path) => path.replace(/\/\*\.test\.ts$/, ""))
      .filter((path) => !existsSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url))))
    assert.deepStrictEqual(missing, [])
  })

  it("name existing files to those who change the code", () => {
    const prefixes = ["", "apps/reconcile/", "apps/reconcile/src/", "packages/simulator/src/"]
    const isThere = (path: string) =>
      prefixes.some((prefix) =>
        existsSync(fileURLToPath(new URL(`../../../${prefix}${path}`, import.meta.url)))
      )
    for (const page of ["docs/architecture.md", "CONTRIBUTING.md"]) {
      const named = [...document(page).matchAll(/`([\w./-]+(?:\/|\.ts))`/g)].map(([, path = ""]) => path)
      assert.isNotEmpty(named)
      const missing = named.filter((path) => !isThere(path) && !path.endsWith("name.ts"))
      // Short names stand for files of the folder that a sentence speaks of.
      assert.deepStrictEqual(
        missing.filter((path) => path.includes("/") && !isThere(`cli/${path}`) && !isThere(`ledger/${path}`)),
        []
      )
    }
  })

  it("name every export and its columns", () => {
    const text = document("docs/exports.md")
    for (const { columns, name, ofSentContacts } of exports) {
      assert.include(text, `| \`${name}\``)
      if (ofSentContacts) for (const [column] of columns) assert.include(text, `\`${column}\``)
    }
  })

  it("name every outcome and every exit code", () => {
    const outcomes = document("docs/outcomes.md")
    for (const word of Outcome.literals) assert.include(outcomes, `\`${word}\``)
    const cli = document("docs/cli.md")
    for (const code of Object.values(ExitCode)) assert.match(cli, new RegExp(`^\\|.*\\b${code}\\b.*\\|`, "m"))
  })

  it.effect("show queries that run", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      const blocks = [...document("docs/database.md").matchAll(/```sql\n([\s\S]*?)```/g)].map(
        ([, sql]) => sql ?? ""
      )
      const shown = blocks.flatMap((sql) => sql.split(";")).filter((sql) => sql.trim() !== "")
      const typed = [...document("README.md").matchAll(/ac-reconcile query .*"(select .*)"/g)].map(
        ([, sql]) => sql ?? ""
      )
      assert.strictEqual(shown.length, 4)
      assert.strictEqual(typed.length, 3)
      for (const sql of [...shown, ...typed]) yield* select(sql)
    }).pipe(inMemory)
  )
})
