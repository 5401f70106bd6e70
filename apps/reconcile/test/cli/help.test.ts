import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { all } from "../../src/cli/allCommands.js"
import { helpTexts } from "../../src/cli/help/helpTexts.js"
import { pages } from "../../src/cli/help/pages.js"
import { mistakeIn } from "../../src/cli/shell/mistakes.js"
import { callOf } from "../../src/cli/shell/syntax.js"
import { expectDone } from "./support/said.js"
import { inWorld } from "./support/World.js"

const commands: Readonly<Record<string, ReadonlyArray<string>>> = {
  "": [
    "init",
    "doctor",
    "demo",
    "completions",
    "contacts load",
    "batches add",
    "batches list",
    "batches show",
    "run",
    "resolve",
    "lookup",
    "reconcile",
    "report",
    "explain",
    "erase",
    "status",
    "wait",
    "export",
    "query",
    "schema",
    "snapshot"
  ],
  init: ["--overwrite"],
  doctor: ["--db", "--max-calls", "--json"],
  demo: ["--directory", "--json"],
  completions: ["SHELL", "source <(ac-reconcile completions bash)", "compinit", "~/.config/fish/completions"],
  contacts: ["load"],
  "contacts load": [
    "FILE",
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
  "batches show": ["BATCH_ID", "--db", "--json"],
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
  status: ["BATCH_ID", "--json"],
  wait: ["wait BATCH_ID … [OPTIONS]", "--timeout", "--json"],
  export: ["outcomes", "rejected", "missing", "unaccounted", "retry", "contact-ids", "findings"],
  "export outcomes": ["--format", "-o, --output", "--raw", "--batch", "--outcome", "--db", "markdown"],
  "export contact-ids": ["The contact ID of each address", "--format", "-o, --output", "--db"],
  query: ["SQL_OR_NAME", "--param", "--list", "--format", "--raw", "--db"],
  resolve: ["--max-calls", "--deadline", "--db", "--json"],
  lookup: ["--dry-run", "--max-calls", "--deadline", "--db", "--json"],
  reconcile: ["--rebuild", "--db", "--json"],
  report: ["--html", "--markdown", "--mask", "--rows", "--db", "--json"],
  explain: ["ADDRESS_OR_CONTACT_ID", "--db", "--json"],
  erase: ["ADDRESS", "--yes", "--db", "--json"],
  schema: ["--markdown", "--datasette", "--db"],
  schedule: ["--cron", "--systemd", "--github", "--every TIME", "--db", "--json"],
  snapshot: ["FILE", "--db", "--json"]
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
        expect(help.stdout).toContain(`USAGE\n  ${`ac-reconcile ${command}`.trim()}`)
      }
    })
  )

  it(
    "is printed by a call without a command",
    inWorld(async (world) => {
      for (const args of [[], ["contacts"]]) {
        const told = await world.run(args)
        expectDone(told)
        expect(told.stdout).toContain("'ac-reconcile help ")
      }
    })
  )

  it("is one line, usage, examples, options and what every command has, within 100 columns, in our words", () => {
    const colours = new RegExp(`${String.fromCharCode(0x1b)}\\[[\\d;]*m`, "g")
    for (const [command, coloured] of Object.entries(helpTexts())) {
      const text = coloured.replace(colours, "")
      const headings = text.split("\n").filter((line) => /^[A-Z ]+$/.test(line) && line !== "")
      expect(headings.slice(0, 2), command).toEqual(["USAGE", "EXAMPLES"])
      expect(headings.at(-1), command).toBe("GLOBAL OPTIONS")
      expect(text, command).toMatch(/^[A-Z][^\n]*/)
      for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(100)
      expect(text).not.toMatch(
        /A user-defined piece|true or false value|setting is optional|An integer|may be repeated/
      )
    }
  })

  it("has examples that are calls of the command itself, with options that it has", () => {
    for (const [command, { examples }] of Object.entries(pages)) {
      for (const [, example] of examples) {
        const [, typed = ""] = /(?:^|\| |<\()ac-reconcile ?(.*?)(?:\)| [<>] \S+)?$/.exec(example) ?? []
        const args = typed.match(/"[^"]*"|\S+/g) ?? []
        const call = callOf(all.syntax, args)
        if (command !== "") expect(call.words.join(" "), example).toMatch(new RegExp(`^${command}`))
        expect({ example, mistake: mistakeIn(call) }).toEqual({ example, mistake: undefined })
      }
    }
    expect(Object.keys(pages).sort()).toEqual(Object.keys(helpTexts()).sort())
  })

  it("links to an existing part of the documents", () => {
    for (const text of Object.values(helpTexts())) {
      const [, file = "", anchor] = /^More: docs\/([\w./-]+)(?:#([\w-]+))?$/m.exec(text) ?? []
      const document = readFileSync(new URL(`../../../../docs/${file}`, import.meta.url), "utf8")
      const anchors = [...document.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
        title
          .toLowerCase()
          .replace(/[^\w -]/g, "")
          .replaceAll(" ", "-")
      )
      if (anchor !== undefined) expect(anchors).toContain(anchor)
    }
  })

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
