import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { completables } from "../../src/cli/completion/Completable.js"
import { completionScripts } from "../../src/cli/completion/scripts.js"
import { shells } from "../../src/cli/completion/shells.js"
import { expectDone, expectRefusal } from "./support/said.js"
import { inWorld } from "./support/World.js"

const built = (shell: string) =>
  readFileSync(new URL(`../../dist/completions/${shell}`, import.meta.url), "utf8")

describe.concurrent("a completion script", () => {
  it.each(shells)("for %s was written as the command was built, and is what the command prints", (shell) =>
    inWorld(async (world) => {
      expect(built(shell)).toBe(completionScripts()[shell])
      // With another option, it is not taken from the file.
      for (const args of [[], ["--quiet"]]) {
        const told = await world.run(["completions", shell, ...args])
        expectDone(told)
        expect(told.stdout).toBe(built(shell))
      }
    })()
  )

  it(
    "needs no settings, and no others are offered in place of an unknown shell's",
    inWorld(async (world) => {
      world.write("ac-reconcile.toml", "url = 1")
      expectDone(await world.run(["completions", "bash", "--quiet"]))
      for (const args of [
        ["completions", "ksh"],
        ["completions", "Bash"],
        ["completions", "b\u001b[1m"]
      ]) {
        expectRefusal(await world.run(args), 2, /has no completions\. Choose from bash, zsh, fish\.$/)
      }
    })
  )

  it(
    "is printed by one command alone: the parser's own option says so",
    inWorld(async (world) => {
      for (const args of [
        ["--completions", "bash"],
        ["--completions=zsh"],
        ["run", "--completions", "fish"]
      ]) {
        expectRefusal(await world.run(args), 2, /Write 'ac-reconcile completions bash', zsh or fish\.$/)
      }
    })
  )

  it("is made of options that take a value either in every command or in none", () => {
    const options = completables().flatMap((one) => one.options)
    const named = (takes: boolean) =>
      options.filter(({ values }) => (values !== undefined) === takes).flatMap(({ names }) => names)
    const flags = new Set(named(false))
    expect(named(true).filter((name) => flags.has(name))).toEqual([])
    expect(flags.size).toBeGreaterThan(5)
  })

  it("knows what every option that takes a FILE, a FOLDER or an ID takes", () => {
    const known = { FILE: "Files", FOLDER: "Folders", ID: "Batches" }
    for (const { values, word } of completables().flatMap(({ options }) => options)) {
      for (const [one, tag] of Object.entries(known)) if (word === one) expect(values?._tag).toBe(tag)
    }
  })
})

describe.concurrent("the batches of a file, for a shell", () => {
  it(
    "are those that begin as typed and need no quotes, the newest first",
    inWorld(async (world) => {
      const ids = ["b-1", "b-2", "c-1", "b$(id)", "b*"]
      for (const id of ids) expectDone(await world.run(["batches", "add", "--id", id]))
      const before = readdirSync(world.folder)
      const told = await world.run(["complete", "batches", "--beginning", "b"])
      expectDone(told)
      expect(readdirSync(world.folder)).toEqual(before)
      expect(told.stdout).toBe("b-2\nb-1\n")
      expect((await world.run(["complete", "batches", "--beginning", "B%"])).stdout).toBe("")
    })
  )

  it(
    "are none, without a word, where there is no file or it is not one of ours",
    inWorld(async (world) => {
      world.write("other.db", "not a database")
      for (const db of ["gone.db", "other.db", "no-folder/a.db", "."]) {
        expect(await world.run(["complete", "batches", "--db", db])).toEqual({
          code: 0,
          signal: null,
          stdout: "",
          stderr: ""
        })
      }
      expect(readdirSync(world.folder)).toEqual(["other.db"])
      expect((await world.run(["--help"])).stdout).not.toMatch(/^ {2}complete /m)
    })
  )
})
