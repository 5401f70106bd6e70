import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { expectDone } from "./support/said.js"
import { inWorld } from "./support/World.js"

const commands: Readonly<Record<string, ReadonlyArray<string>>> = {
  "": [
    "demo",
    "contacts load",
    "batches add",
    "batches list",
    "batches show",
    "run",
    "resolve",
    "lookup",
    "reconcile",
    "explain",
    "erase",
    "status",
    "wait",
    "export",
    "query",
    "schema",
    "snapshot"
  ],
  demo: ["--directory", "--json"],
  contacts: ["load"],
  "contacts load": [
    "<file>",
    "--map",
    "--batch-column",
    "--source",
    "--rejects",
    "--input-format",
    "--raw",
    "--db",
    "AC_RECONCILE_DB",
    "--json"
  ],
  batches: ["add", "list", "show"],
  "batches add": ["--id", "--file", "--sent", "--submitted-at", "--map", "--raw", "--db", "--json"],
  "batches list": ["--db", "--json"],
  "batches show": ["<batch-id>", "--db", "--json"],
  run: [
    "--once",
    "--deadline",
    "--requests-per-second",
    "--account-limit",
    "--no-resolve",
    "--no-lookup",
    "--max-calls",
    "--fail-on",
    "--events",
    "--db",
    "--json"
  ],
  status: ["<batch-id>", "--json"],
  wait: ["<batch-id>", "--timeout", "--json"],
  export: ["outcomes", "rejected", "missing", "unaccounted", "retry", "contact-ids", "findings"],
  "export outcomes": ["--format", "-o, --output", "--raw", "--batch", "--outcome", "--db", "markdown"],
  "export contact-ids": ["The contact ID of each address", "--format", "-o, --output", "--db"],
  query: ["<sql-or-name>", "--param", "--list", "--format", "--raw", "--db"],
  resolve: ["--max-calls", "--deadline", "--db", "--json"],
  lookup: ["--dry-run", "--max-calls", "--deadline", "--db", "--json"],
  reconcile: ["--rebuild", "--db", "--json"],
  explain: ["<address-or-contact-id>", "--db", "--json"],
  erase: ["<address>", "--yes", "--db", "--json"],
  schema: ["--markdown", "--datasette", "--db"],
  snapshot: ["<file>", "--db", "--json"]
}

describe.concurrent("help", () => {
  it(
    "of every command exits with 0 and mentions all its options, without colour and without touching a file",
    inWorld(async (world) => {
      const helps = await Promise.all(
        Object.keys(commands).map((command) =>
          world.run([...command.split(" ").filter((word) => word !== ""), "--help"], {
            // Nobody sees colours here, whatever the environment hopes for.
            env: { FORCE_COLOR: "1" }
          })
        )
      )
      for (const [index, [command, mentions]] of Object.entries(commands).entries()) {
        const help = helps[index]
        expect(help, command).toBeDefined()
        if (help === undefined) continue
        expectDone(help)
        for (const mention of mentions) expect(help.stdout, command).toContain(mention)
        expect(help.stdout).toContain(`\n$ ${`ac-reconcile ${command}`.trim()}`)
      }
    })
  )

  it(
    "is printed by a call without a command",
    inWorld(async (world) => {
      for (const args of [[], ["contacts"]]) {
        const told = await world.run(args)
        expectDone(told)
        expect(told.stdout).toContain("COMMANDS")
        for (const line of told.stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(100)
      }
    })
  )

  it(
    "shows the version of the package",
    inWorld(async (world) => {
      const manifest: { readonly version: string } = JSON.parse(
        readFileSync(new URL("../../package.json", import.meta.url), "utf8")
      )
      const told = await world.run(["--version"], { env: { NO_COLOR: "1" } })
      expectDone(told)
      expect(told.stdout.trim()).toBe(manifest.version)
    })
  )
})
