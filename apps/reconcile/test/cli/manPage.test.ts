import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import * as fc from "effect/FastCheck"
import { describe, expect, it } from "vitest"
import { completables } from "../../src/cli/completion/Completable.js"
import { escaped, manPage } from "../../src/cli/help/manPage.js"
import { pages } from "../../src/cli/help/pages.js"
import { ExitCode } from "../../src/cli/shell/ExitCode.js"
import { itNeeds } from "./support/terminal.js"

const app = new URL("../../", import.meta.url)
const read = (name: string) => readFileSync(new URL(name, app), "utf8")

/** What the page looks like in a wide terminal; fails over any warning. */
const rendered = (page: string) => {
  const told = spawnSync("groff", ["-man", "-ww", "-Tutf8", "-rLL=400n", "-P-cbou"], {
    input: page,
    encoding: "utf8"
  })
  expect(told.stderr).toBe("")
  expect(told.status).toBe(0)
  return told.stdout
}

const itRenders = itNeeds("groff")

describe("the man page", () => {
  it("is in the package as the code has it, and npm is told of it", () => {
    const manifest: { readonly man: ReadonlyArray<string>; readonly files: ReadonlyArray<string> } =
      JSON.parse(read("package.json"))
    // npm links no other form.
    expect(manifest.man).toEqual(["./dist/ac-reconcile.1"])
    expect(manifest.files).toContain("dist/ac-reconcile.1")
    expect(read("dist/ac-reconcile.1")).toBe(manPage())
  })

  itRenders(
    "has every part that a man page has, every command, option and exit code, without a warning",
    async () => {
      const text = rendered(manPage())
      const sections = text.split("\n").filter((line) => /^[A-Z][A-Z ]*$/.test(line))
      expect(sections).toEqual([
        "NAME",
        "SYNOPSIS",
        "DESCRIPTION",
        "COMMANDS",
        "GLOBAL OPTIONS",
        "EXIT STATUS",
        "ENVIRONMENT",
        "FILES",
        "EXAMPLES",
        "SEE ALSO"
      ])
      for (const { name, options, subcommands } of completables()) {
        const examples = subcommands.length === 0 || name === "" ? (pages[name]?.examples ?? []) : []
        for (const [, call] of examples) expect(text).toContain(call)
        if (subcommands.length === 0) expect(text).toMatch(new RegExp(`^ +${name}\\b`, "m"))
        for (const option of options) for (const one of option.names) expect(text).toContain(one)
      }
      for (const code of Object.values(ExitCode)) expect(text).toMatch(new RegExp(`^ +${code} `, "m"))
    }
  )

  itRenders("names the exit codes and variables that the docs name", async () => {
    const text = rendered(manPage())
    const docs = read("../../docs/cli.md")
    const part = (title: string) => docs.split(`## ${title}\n`)[1]?.split("\n## ")[0] ?? ""
    const codes = [...part("Exit codes").matchAll(/^\| ([\d, ]+?) +\|/gm)].flatMap(([, found = ""]) =>
      found.split(", ").map(Number)
    )
    expect(codes).toEqual(Object.values(ExitCode))
    const variables = part("Settings").match(/\b(?:ACTIVECAMPAIGN|AC_RECONCILE|NODE|XDG)_[A-Z_]+\b/g) ?? []
    expect(variables.length).toBeGreaterThan(5)
    const ofOthers = ["NODE_USE_ENV_PROXY"]
    for (const variable of variables.filter((name) => !ofOthers.includes(name)))
      expect(text).toContain(variable)
  })

  itRenders("shows any text as it is, whatever roff makes of its signs", async () => {
    const awkward = [
      ".TH x",
      "'br",
      "\\fBbold\\fR",
      "--db",
      "a\\",
      "\\(co",
      "`x`",
      "~/.config",
      '"q"',
      "^",
      "é … –"
    ]
    const random = fc.sample(fc.string({ minLength: 1, maxLength: 40 }), { numRuns: 200, seed: 7 })
    const texts = [...awkward, ...random].map((text) => text.trim()).filter((text) => text !== "")
    const page = [
      '.TH X 1 "" "" ""',
      ".nh",
      ".SH NAME",
      "x",
      ".PP",
      ".nf",
      ...texts.map(escaped),
      ".fi"
    ].join("\n")
    const lines = rendered(page)
      .split("\n")
      .map((line) => line.trim())
    for (const text of texts) expect(lines).toContain(text)
  })
})
