import { execFile, spawnSync } from "node:child_process"
import Sqlite from "better-sqlite3"
import { describe, expect, it } from "vitest"
import { envelopeOf } from "./support/said.js"
import { account, bin, inWorld, type World } from "./support/World.js"

/** All that a terminal would obey or hide, in an address. */
const hostile = "a\u001b]52;c;YQ==\u0007\u009b31m\u202e\u200b\u00ad\u{e0041}\ufe0f\u2028@example.test"
const shown = "a\\u001b]52;c;YQ==\\u0007\\u009b31m\\u202e\\u200b\\u00ad\\u{e0041}\\ufe0f\\u2028@example.test"

const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u

const prepare = async (world: World) => {
  world.write("odd.jsonl", `${JSON.stringify({ email: hostile, batch: "b-1" })}\n`)
  await world.run(["contacts", "load", "odd.jsonl", "--batch-column", "batch", "--source", "s\u001b[31m"])
  // No reader lets such an ID in.
  const ledger = new Sqlite(world.path("reconcile.db"))
  ledger.exec(
    "INSERT INTO numbered_batches (batch_id, added_at) VALUES ('id\u009b31mX', '2031-04-02T08:15:00.000Z')"
  )
  ledger.close()
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

/** What reaches a terminal that the command runs in. */
const onTerminal = (
  world: World,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
): Promise<string> => {
  const command = [process.execPath, bin, ...args].map(quoted).join(" ")
  const options = {
    cwd: world.folder,
    env: { PATH: process.env.PATH ?? "", HOME: world.folder, TERM: "xterm", SHELL: "/bin/sh", ...env }
  }
  return new Promise((resolve) => {
    execFile("script", ["-qec", command, "/dev/null"], options, (_, stdout) => resolve(stdout)).stdin?.end()
  })
}

const hasTerminal = spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0

describe.runIf(hasTerminal)("on a terminal (skipped without script(1) of util-linux)", () => {
  it(
    "nothing but our own colours controls it, in results and errors of every command",
    inWorld(async (world) => {
      await prepare(world)
      const calls = [
        [["export", "outcomes"], shown],
        [["export", "outcomes", "--format", "markdown"], "\\u009b31m"],
        [["export", "outcomes", "--format", "json"], "\\u009b31m"],
        [["query", "SELECT email FROM local_contacts", "--format", "csv"], shown],
        [["query", "SELECT email FROM local_contacts"], shown],
        [["batches", "list"], "id\\u009b31mX"],
        [["batches", "list", "--json"], '"id\\u009b31mX"'],
        [["explain", hostile], shown],
        [["explain", `x${hostile}`], shown],
        [["batches", "show", "no\u001b[2Jne"], "no\\u001b[2Jne"],
        [["batches", "l\u001b[2Jst"], "l\\u001b[2Jst"],
        [["run", "--\u001b]0;x\u0007"], "--\\u001b]0;x\\u0007"],
        [["run", "--deadline", "\u009b2J"], "'\\u009b2J' is not a duration"],
        [["contacts", "load", "no\u001b[2J.csv"], "no\\u001b[2J.csv"],
        [["batches", "list", "--db", "no\u202e.db"], "no\\u202e.db"],
        [["snapshot", "no\u001b[2J/x.db"], "no\\u001b[2J/x.db"]
      ] as const
      const texts = await Promise.all(calls.map(([args]) => onTerminal(world, args)))
      for (const [at, [args, like]] of calls.entries()) {
        const text = texts[at] ?? ""
        expect(text, args.join(" ")).toContain(like)
        expect(text.replace(/\r*\n/g, ""), args.join(" ")).not.toMatch(unsafe)
      }
      expect(await onTerminal(world, ["--help"])).toContain("\u001b[")
      expect(await onTerminal(world, ["--help"], { NO_COLOR: "1" })).not.toContain("\u001b")
    })
  )
})

describe.runIf(hasTerminal)("rejected rows on a terminal", () => {
  it(
    "do not control it, under any of its names",
    inWorld(async (world) => {
      world.write("bad.csv", "email\nx\u001b]0;owned\u0007\u202e,b-1\n")
      for (const name of ["-", "/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/fd/1", "/proc/self/fd/2"]) {
        const text = await onTerminal(world, ["contacts", "load", "bad.csv", "--rejects", name])
        expect(text, name).toContain("line,reason,record")
        expect(text, name).toContain("x\\u001b]0;owned\\u0007\\u202e,b-1")
        // The line of progress is our own.
        expect(text.replaceAll("\r\u001b[K", "").replace(/\r*\n/g, ""), name).not.toMatch(unsafe)
      }
      expect(
        await onTerminal(world, ["contacts", "load", "bad.csv", "--json", "--rejects", "/dev/tty"])
      ).toContain("where --json writes")
    })
  )
})

describe.concurrent("in a file or a pipe", () => {
  it(
    "results are exact, and so is --json, with escapes for anything unsafe to show",
    inWorld(async (world) => {
      await prepare(world)
      const csv = await world.run(["export", "outcomes", "--raw"])
      expect(csv.stdout).toContain(hostile)
      const file = await world.run(["export", "outcomes", "--raw", "-o", "out.csv"])
      expect(file.code).toBe(0)
      expect(world.read("out.csv")).toBe(csv.stdout)
      const json = await world.run(["export", "outcomes", "--format", "json"])
      expect(JSON.parse(json.stdout)).toMatchObject([{ email: hostile, batch: "b-1" }])
      const listed = await world.run(["batches", "list", "--json"])
      expect(listed.stdout).toContain('"batch_id": "id\\u009b31mX"')
      expect(envelopeOf(listed.stdout)).toMatchObject({
        data: { batches: expect.arrayContaining([expect.objectContaining({ batch_id: "id\u009b31mX" })]) }
      })
    })
  )

  it(
    "an address of nine megabytes is shown shortened, with its length",
    inWorld(async (world) => {
      const long = `${"a".repeat(9_000_000)}@example.test`
      const env = account(
        await world.serve((_, response) => {
          response.setHeader("content-type", "application/json")
          response.end(JSON.stringify({ status: "completed", success: [], failure: [long] }))
        })
      )
      const told = await world.run(["status", "b-1"], { env })
      expect(told.stdout).toMatch(/^ {2}a+… \(9,000,013 characters\)$/m)
      expect(told.stdout.length).toBeLessThan(5000)
      const json = await world.run(["status", "b-1", "--json"], { env })
      expect(envelopeOf(json.stdout)).toMatchObject({ data: { failure: [long] } })
    })
  )
})
