import { appendFileSync, statSync, truncateSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { rows } from "../support/database.js"
import { documentedAnswer, documentedServer, fast } from "../support/documented.js"
import { expectCleanOutput, expectDone, expectRefusal } from "../support/said.js"
import { expectNoToken, prepared } from "../support/trouble.js"
import { account, inWorld, token } from "../support/World.js"
import { linesOf, localPart, quickly, withContacts } from "./support.js"

describe.concurrent("the log of a run", () => {
  it(
    "has a JSON object for each thing that happened, with the run and the batch it is about",
    inWorld(async (world) => {
      const env = await withContacts(world)
      const ran = await world.run(
        ["run", "--log-format", "json", "--log-file", "run.log", "--log-level", "debug", ...quickly],
        { env }
      )
      expectDone(ran)
      const lines = linesOf(world.read("run.log"))
      const messages = lines.map(({ message }) => message)
      expect(messages).toEqual(
        expect.arrayContaining([
          "command began",
          "run began",
          "call",
          "waiting for the account's rate",
          "batch settled",
          "resolving",
          "lookup planned",
          "looking up",
          "run ended",
          "command ended"
        ])
      )
      expect(messages[0]).toBe("command began")
      expect(messages.at(-1)).toBe("command ended")
      const line = (message: string) => lines.find((one) => one.message === message)
      expect(line("batch settled")).toMatchObject({
        level: "info",
        run_id: 1,
        batch_id: "b-1",
        status: "completed",
        sent: 2
      })
      expect(line("run ended")).toMatchObject({ run_id: 1, exit_code: 0, settled: 1, linked: 1, absent: 1 })
      expect(line("command ended")).toMatchObject({ command: "run", exit_code: 0 })
      const calls = lines.filter(({ message }) => message === "call")
      expect(calls[0]).toMatchObject({
        level: "debug",
        method: "GET",
        path: "/api/3/import/info?batchId=b-1",
        batch_id: "b-1",
        status: 429
      })
      expect(calls.some(({ path }) => String(path).includes("***%40example.test"))).toBe(true)
      for (const { time } of lines) expect(time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
      const ids = rows(world.path("reconcile.db"), "SELECT reconcile_run_id AS id FROM reconcile_runs")
      expect(ids).toEqual([{ id: 1 }])
      expect(statSync(world.path("run.log")).mode & 0o777).toBe(0o600)
    })
  )

  it(
    "has no address and no token, unless the addresses are asked for",
    inWorld(async (world) => {
      const env = await withContacts(world)
      const options = ["--log-format", "logfmt", "--log-level", "all", ...quickly]
      expectDone(await world.run(["run", "--log-file", "run.log", ...options], { env }))
      expectNoToken(world)
      expect(world.read("run.log")).not.toContain(localPart)
      expect(world.read("run.log")).toContain("***%40example.test")
      const full = ["lookup", "--log-file", "full.log", "--log-addresses", ...options]
      world.write("more.csv", `email,batch_id\n${localPart}.more@example.test,b-1\n`)
      expectDone(await world.run(["contacts", "load", "more.csv", "--batch-column", "batch_id"]))
      expectDone(await world.run(full, { env }))
      expect(world.read("full.log")).toContain(`${localPart}.more%40example.test`)
      expectNoToken(world)
    })
  )

  it(
    "has no token either where a server repeats it",
    inWorld(async (world) => {
      await prepared(world)
      const url = await world.serve((_request, response) => {
        response.writeHead(400, { "content-type": "application/json", "x-request-id": token })
        response.end(JSON.stringify({ message: `wrong: ${token}` }))
      })
      const options = ["--once", "--log-level", "all", "--log-file", "run.log", ...fast]
      expect((await world.run(["run", ...options], { env: account(url) })).code).toBe(1)
      expect(world.read("run.log")).toMatch(/call .*status=400/)
      expectNoToken(world)
    })
  )

  it(
    "is written to standard error as text, and leaves standard output as it is",
    inWorld(async (world) => {
      const env = account(await world.serve(documentedServer(() => documentedAnswer)))
      await prepared(world)
      const ran = await world.run(["run", "--log-level", "info", ...fast], { env })
      expectCleanOutput(ran)
      expect(ran.stderr).toMatch(
        /^[\d-]+T[\d:.]+Z INFO {4}batch settled run_id=1 batch_id=batch-1 .*status=completed$/m
      )
      expect(ran.stderr).not.toContain("DEBUG")
      const plain = await world.run(["run", ...fast], { env })
      const logged = await world.run(["run", "--log-level", "info", ...fast], { env })
      expect(logged.stdout).toBe(plain.stdout)
      expectDone(plain)
    })
  )

  it(
    "says why a command failed",
    inWorld(async (world) => {
      await prepared(world)
      const env = account(await world.simulate({ apiToken: "another", batches: [] }))
      const options = ["--once", "--log-format", "json", "--log-file", "run.log", ...fast]
      expect((await world.run(["run", ...options], { env })).code).toBe(4)
      const lines = linesOf(world.read("run.log"))
      expect(lines.filter(({ level }) => level === "error")).toEqual([
        expect.objectContaining({ error: "AuthenticationFailed", exit_code: 4 })
      ])
      expect(lines.at(-1)).toMatchObject({ message: "command ended", exit_code: 4 })
    })
  )
})

describe.concurrent("the log of a run that is stopped by a signal", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const)("ends with its exit code: %s", (signal, code) =>
    inWorld(async (world) => {
      const env = account(await world.serve(documentedServer(() => '{"status":"active"}')))
      await prepared(world)
      const options = ["--log-format", "json", "--log-file", "run.log", ...fast]
      const running = world.start(["run", ...options], { env })
      await running.said(/Following 1 batch/)
      running.process.kill(signal)
      expect((await running.ended).code).toBe(code)
      expect(linesOf(world.read("run.log")).at(-1)).toMatchObject({
        message: "command ended",
        exit_code: code
      })
    })()
  )
})

describe.concurrent("the file of a log", () => {
  it(
    "is added to by the next command, and again from its start once it was cut",
    inWorld(async (world) => {
      const env = account(
        await world.serve(
          documentedServer((_, call) => (call < 3 ? '{"status":"active"}' : documentedAnswer))
        )
      )
      await prepared(world)
      const options = ["--log-format", "json", "--log-file", "run.log"]
      expectDone(
        await world
          .run(["batches", "list", "--quiet", ...options])
          .then((ended) => ({ ...ended, stdout: "" }))
      )
      expect(linesOf(world.read("run.log")).map(({ message }) => message)).toEqual([
        "command began",
        "command ended"
      ])
      const watching = world.start(["run", "--watch", ...options, ...fast], { env })
      await watching.said(/Waiting for batches/)
      expect(linesOf(world.read("run.log")).length).toBeGreaterThan(3)
      // As logrotate does with copytruncate.
      truncateSync(world.path("run.log"), 0)
      watching.process.kill("SIGINT")
      expect((await watching.ended).code).toBe(0)
      const messages = linesOf(world.read("run.log")).map(({ message }) => message)
      expect(messages.slice(-2)).toEqual(["run ended", "command ended"])
      expect(messages).not.toContain("command began")
    })
  )

  it(
    "is set in the environment or in your own config file, as all settings are",
    inWorld(async (world) => {
      const ran = await world.run(["batches", "add", "--id", "b-1"], {
        env: {
          AC_RECONCILE_LOG_FILE: "env.log",
          AC_RECONCILE_LOG_FORMAT: "json",
          AC_RECONCILE_LOG_LEVEL: "info"
        }
      })
      expectDone(ran)
      expect(linesOf(world.read("env.log"))[0]).toMatchObject({ command: "batches add" })
      const file = world.path("own.log")
      world.write(".config/ac-reconcile/config.toml", `log_file = "${file}"\nlog_format = "logfmt"\n`)
      expectDone(await world.run(["batches", "list"]))
      expect(world.read("own.log")).toMatch(
        /^time=\S+ level=info message="command began" command="batches list"/
      )
    })
  )

  it(
    "is not set by a project, which others may have written",
    inWorld(async (world) => {
      world.write("ac-reconcile.toml", 'log_file = "run.log"\n')
      expectRefusal(
        await world.run(["batches", "list"]),
        2,
        /log_file cannot be set in the file of a project/
      )
    })
  )

  it(
    "is refused where it would destroy something or cannot be written",
    inWorld(async (world) => {
      await prepared(world)
      appendFileSync(world.path("notes.txt"), "keep\n")
      const attempt = (file: string, more: ReadonlyArray<string> = []) =>
        world.run(["batches", "list", "--log-file", file, ...more])
      expectRefusal(
        await attempt("reconcile.db"),
        2,
        /^ac-reconcile: --log-file: reconcile\.db: nothing was written/
      )
      expectRefusal(await attempt("new.db", ["--db", "new.db"]), 2, /it is the ledger of this command/)
      expectRefusal(await attempt("missing/run.log"), 2, /its folder does not exist/)
      expectRefusal(await attempt("-"), 2, /names no file/)
      expectRefusal(
        await world.run(["batches", "list"], { env: { AC_RECONCILE_LOG_FORMAT: "xml" } }),
        2,
        /^ac-reconcile: AC_RECONCILE_LOG_FORMAT: 'xml' is not one of text, logfmt, json\./
      )
      expectRefusal(await attempt("run.log", ["--log-level", "loud"]), 2, /--log-level: 'loud' is not one of/)
    })
  )

  it.runIf(process.platform === "linux")(
    "that takes nothing more is said once, and changes nothing else",
    inWorld(async (world) => {
      const env = account(await world.serve(documentedServer(() => documentedAnswer)))
      await prepared(world)
      const ran = await world.run(["run", "--log-file", "/dev/full", "--log-level", "all", ...fast], { env })
      expect(ran.code).toBe(0)
      expect(ran.stderr).toMatch(
        /^ac-reconcile: \/dev\/full: cannot be written \(the disk is full, ENOSPC\)\. [^\n]*goes on without its log\.\n$/
      )
    })
  )
})
