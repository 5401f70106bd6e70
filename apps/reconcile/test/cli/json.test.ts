import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { commandData, type JsonCommand } from "../../src/cli/json/commandData.js"
import { documentName } from "../../src/cli/json/names.js"
import { csvOf, documentedAnswer, documentedContacts, documentedServer, fast } from "./support/documented.js"
import { type Envelope, envelopeOf, expectCleanOutput } from "./support/said.js"
import { closedPort } from "./support/trouble.js"
import { account, type Call, inWorld, type World } from "./support/World.js"

/** Calls the command with --json; its envelope is all that it says. */
const called = async (world: World, args: ReadonlyArray<string>, call: Call = {}) => {
  const ended = await world.run([...args, "--json"], call)
  expectCleanOutput(ended)
  expect(ended.stderr).toBe("")
  const envelope = envelopeOf(ended.stdout)
  expect(envelope.error?.exit_code ?? 0, ended.stdout).toBe(ended.code)
  return envelope
}

const keysIn = (value: unknown): ReadonlyArray<string> => {
  if (Array.isArray(value)) return value.flatMap(keysIn)
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, one]) => [key, ...keysIn(one)])
    : []
}

const expectData = ({ data, error, ok, warnings }: Envelope) => {
  expect({ ok, error, hasData: data !== null }).toEqual({ ok: true, error: null, hasData: true })
  expect(warnings).toEqual([])
  for (const key of keysIn(data)) expect(key).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/)
}

const expectError = ({ data, error, ok }: Envelope, code: string, exitCode: number) => {
  expect({ ok, data, error }).toEqual({
    ok: false,
    data: null,
    error: { code, message: expect.stringMatching(/^[^\n]+[.?)']$/), exit_code: exitCode }
  })
}

/** A ledger of the documented batch, before and after a run. */
const documented = async (world: World) => {
  const env = account(await world.serve(documentedServer(() => documentedAnswer)))
  world.write("sent.csv", csvOf("b-1", documentedContacts))
  await world.run(["contacts", "load", "sent.csv", "--batch-column", "batch_id"])
  return env
}

const offline = ["batches list", "batches show", "explain", "report", "schema", "reconcile"] as const

describe.concurrent("the envelope of --json", () => {
  it(
    "has the data of every command that works, as its schema says, with keys of one letter case",
    inWorld(async (world) => {
      const batch = (batchId: string, ...emails: ReadonlyArray<string>) => ({
        batchId,
        stages: { unset: 0, waiting: 0, claimed: 0, active: 0 },
        contacts: emails.map((email) => ({ email, becomes: "created" as const }))
      })
      const batches = [batch("b-1", "ada@example.test", "cy@example.test"), batch("b-2", "bo@x.test")]
      const env = account(await world.simulate({ batches }))
      world.write("sent.csv", csvOf("b-1", ["ada@example.test", "cy@example.test"]))
      const seen = new Set<JsonCommand>()
      const works = async (command: JsonCommand, args: ReadonlyArray<string> = [], call: Call = {}) => {
        seen.add(command)
        expectData(await called(world, [...command.split(" "), ...args], call))
      }
      await works("contacts load", ["sent.csv", "--batch-column", "batch_id"])
      world.write("two.csv", "email\nbo@x.test\n")
      await works("batches add", ["--id", "b-2", "--sent", "two.csv"])
      await works("run", ["--no-resolve", ...fast.slice(0, 4)], { env })
      await works("resolve", fast.slice(0, 4), { env })
      await works("lookup", fast.slice(0, 4), { env })
      await works("lookup", ["--dry-run", ...fast.slice(0, 4)], { env })
      await works("check", fast.slice(0, 4), { env })
      await works("check", ["--dry-run"], { env })
      await works("status", ["b-1"], { env })
      await works("wait", ["b-1"], { env })
      await works("batches list")
      await works("batches show", ["b-1"])
      await works("explain", ["ada@example.test"])
      await works("report")
      await works("report", ["--mask", "--rows", "0"])
      await works("reconcile")
      await works("schema")
      await works("schema", ["contact_status"])
      await works("snapshot", ["copy.db"])
      await works("schedule", ["--github"])
      await works("erase", ["ada@example.test"])
      await works("erase", ["ada@example.test", "--yes", "--db", "copy.db"])
      await works("purge", ["--older-than", "1ms"])
      await works("purge", ["--older-than", "1ms", "--yes", "--db", "copy.db"])
      await works("contacts remove", ["--source", "sent.csv"])
      await works("batches remove", ["b-2"])
      await works("demo")
      await works("support-bundle", ["bundle.md", "--yes"], { env })
      await works("init", ["--url", env.ACTIVECAMPAIGN_URL])
      seen.add("doctor")
      expect((await called(world, ["doctor"], { env })).data).not.toBeNull()
      expect([...seen].sort()).toEqual(Object.keys(commandData).sort())
    }),
    120_000
  )

  it(
    "has the error of every command that cannot work, and no data",
    inWorld(async (world) => {
      world.write("none.db", "no database at all")
      for (const command of offline) {
        const subject = command === "batches show" || command === "explain" ? ["b-1"] : []
        const envelope = await called(world, [...command.split(" "), ...subject, "--db", "none.db"])
        expectError(envelope, "LedgerError", 7)
      }
      for (const args of [
        ["snapshot", "copy.db"],
        ["erase", "ada@x.test"],
        ["contacts", "remove", "--source", "s"],
        ["batches", "remove", "b-1"],
        ["batches", "add", "--id", "b-1"]
      ]) {
        expectError(await called(world, [...args, "--db", "none.db"]), "LedgerError", 7)
      }
      expectError(await called(world, ["contacts", "load", "missing.csv"]), "ContactFileError", 2)
      world.write("ac-reconcile-demo/demo.db", "mine")
      expectError(await called(world, ["demo"]), "LedgerError", 7)
      for (const command of ["run", "resolve", "lookup", "status", "wait"]) {
        const subject = command === "status" || command === "wait" ? ["b-1"] : []
        const code = command === "status" || command === "wait" ? "ConfigurationError" : "LedgerError"
        expectError(await called(world, [command, ...subject]), code, 2)
        expectError(await called(world, [command, ...subject, "--nope"]), "InvalidArguments", 2)
      }
      const doctor = await called(world, ["doctor"], { env: account(closedPort) })
      expect(doctor).toMatchObject({ ok: false, error: { code: "CheckFailed", exit_code: 1 } })
      expect(doctor.data).not.toBeNull()
    }),
    120_000
  )

  it(
    "has the result so far of a command whose time ran out, and says that it is incomplete",
    inWorld(async (world) => {
      await documented(world)
      const url = await world.serve(documentedServer(() => '{"status":"active"}'))
      const env = account(url)
      const run = await called(world, ["run", "--deadline", "2s", ...fast], { env })
      expect(run).toMatchObject({
        ok: false,
        data: { run: { still_open: 1 } },
        error: { code: "StillPending", exit_code: 8 }
      })
      const waited = await called(world, ["wait", "b-1", "--timeout", "2s"], { env })
      expect(waited).toMatchObject({
        ok: false,
        data: { batches: [{ batch_id: "b-1", settled: false, error: null }] },
        error: { code: "StillPending", exit_code: 8 }
      })

      // Contacts are never answered about.
      const answers = documentedServer(() => documentedAnswer)
      const silent = await world.serve((request, response) => {
        if (request.url?.includes("/import/info") === true) answers(request, response)
      })
      world.write("more.csv", csvOf("b-2", [...documentedContacts, "elodie@example.test"]))
      await world.run(["contacts", "load", "more.csv", "--batch-column", "batch_id", "--db", "other.db"])
      const call = { env: account(silent) }
      await world.run(["run", "--db", "other.db", ...fast], call)
      for (const step of ["resolve", "lookup"]) {
        const cut = await called(
          world,
          [step, "--deadline", "2s", "--db", "other.db", ...fast.slice(0, 4)],
          call
        )
        expect(cut.data, step).not.toBeNull()
      }
    }),
    120_000
  )

  it(
    "has the text for standard error as warnings",
    inWorld(async (world) => {
      world.write("crm.csv", "email,batch_id\nada@x.test,b-1\n")
      const loaded = await called(world, ["contacts", "load", "crm.csv"])
      expect(loaded.warnings).toEqual([
        expect.stringMatching(
          /nothing will be reconciled\. The column "batch_id" looks like .*--batch-column/
        )
      ])
    })
  )

  it("is described in a file for every command, beside the one for the file of --sends", () => {
    const folder = new URL("../../../../docs/json/", import.meta.url)
    const ofCommands = Object.keys(commandData).map((command) => `${documentName(command)}.json`)
    expect(readdirSync(folder).sort()).toEqual([...ofCommands, "sends-file.json"].sort())
    for (const command of Object.keys(commandData)) {
      const document: unknown = JSON.parse(
        readFileSync(new URL(`${documentName(command)}.json`, folder), "utf8")
      )
      expect(document).toMatchObject({
        required: ["schema", "ok", "data", "warnings", "error"],
        properties: { schema: { enum: [`ac-reconcile/${documentName(command)}/1`] } }
      })
    }
  })
})
