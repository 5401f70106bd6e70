import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { helpTexts } from "../../src/cli/help/helpTexts.js"
import { expectDone } from "./support/said.js"
import { bin, inWorld } from "./support/World.js"

const built: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL("../../dist/help.json", import.meta.url), "utf8")
)
const commands = Object.keys(built)
const colours = new RegExp(`${String.fromCharCode(0x1b)}\\[[\\d;]*m`, "g")
const wordsOf = (command: string) => command.split(" ").filter((word) => word !== "")
const isGroup = (command: string) =>
  commands.some((other) => other !== command && other.startsWith(`${command} `.trimStart()))

describe.concurrent("help that was written when the command was built", () => {
  it("is the same as the code gives for every command, in its colours", () => {
    expect(built).toEqual(helpTexts())
    expect(commands).toContain("batches list")
    expect(built["batches list"]).toContain("\u001B[1mUSAGE")
  })

  it.each(commands)(
    "is printed by the command '%s' without colours, for every way to ask for it",
    (command) =>
      inWorld(async (world) => {
        const words = wordsOf(command)
        for (const args of [[...words, "--help"], ["help", ...words], ...(isGroup(command) ? [words] : [])]) {
          const told = await world.run(args)
          expectDone(told)
          expect(told.stdout, args.join(" ")).toBe(built[command]?.replace(colours, ""))
        }
      })(),
    60_000
  )

  // One of each kind shows that nothing changes on the way.
  it.each(["", "batches", "batches list"])(
    "is what the command prints for '%s' once all of it is loaded",
    (command) =>
      inWorld(async (world) => {
        const words = wordsOf(command)
        // Asked for twice, it is not taken from the file.
        expect(await world.run([...words, "--help", "-h"])).toEqual(await world.run([...words, "--help"]))
      })(),
    60_000
  )

  it(
    "does not answer for unknown commands",
    inWorld(async (world) => {
      for (const args of [["batches list"], ["batches", "lisst"], ["batches-list"], [""], ["constructor"]]) {
        const told = await world.run([...args, "--help"])
        expect(told.code, args.join(" ")).toBe(2)
        expect(told.stdout).toBe("")
      }
    })
  )

  it(
    "is not written into a database that a shell appends to",
    inWorld(async (world) => {
      const db = world.path("reconcile.db")
      expectDone(await world.run(["batches", "add", "--id", "b-1", "--db", db]))
      const before = readFileSync(db)
      for (const args of [["--help"], ["batches", "list", "--help"]]) {
        const told = spawnSync(
          "sh",
          ["-c", 'exec "$@" >> reconcile.db', "sh", process.execPath, bin, ...args],
          {
            cwd: world.folder,
            env: world.env,
            encoding: "utf8"
          }
        )
        expect(told.status).toBe(2)
        expect(told.stderr).toContain("standard output")
      }
      expect(readFileSync(db).equals(before)).toBe(true)
    })
  )
})
