import { readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { envelopeOf, expectCleanOutput } from "./support/said.js"
import { closedPort } from "./support/trouble.js"
import { account, inWorld } from "./support/World.js"

describe.concurrent("a call that makes no sense", () => {
  const calls: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
    [["reconcil"], /Invalid subcommand.*'reconcile'/],
    [["contacts", "lod", "sent.csv"], /Invalid subcommand/],
    [["run", "--onse"], /--on[cs]e/],
    [["run", "--frobnicate"], /unknown argument: '--frobnicate'/],
    [["status"], /Missing argument <batch-id>/],
    [["run", "--deadline", "soon"], /--deadline: 'soon' is not a duration\. Write 90s, 30m, 2h or 1d\./],
    [["run", "--fail-on", "rejected,sadness"], /--fail-on does not know 'sadness'.*rejected.*findings/],
    [["run", "--requests-per-second", "0"], /must be greater than 0/],
    [["batches", "add"], /No batch ID was given\. .*--id BATCH_ID/],
    [["batches", "add", "--id", ""], /No batch ID was given/],
    [["batches", "add", "--id", "a", "--id", "b", "--sent", "sent.csv"], /one batch, and 2 were named/],
    [["batches", "add", "--id", "a", "--submitted-at", "last week"], /'last week' is not a time: .*ISO 8601/],
    [["contacts", "load"], /No contacts were named\. Give a file/],
    [["contacts", "load", "--bogus"], /'--bogus' is no option of this command\./],
    [["contacts", "load", "sent.csv", "--map", "phone=Phone"], /--map: .*"phone" cannot be mapped/],
    [["export", "outcomes", "--format", "xlsx"], /csv/]
  ]
  it(
    "is told with 2 in one line that names what is wrong, and makes no file",
    inWorld(async (world) => {
      const ended = await Promise.all(calls.map(([args]) => world.run(args)))
      for (const [index, one] of ended.entries()) {
        const [args, like] = calls[index] ?? [[], /^$/]
        const told = { call: args.join(" "), code: one.code, stdout: one.stdout, stderr: one.stderr.trim() }
        expect(told).toEqual({
          call: args.join(" "),
          code: 2,
          stdout: "",
          stderr: expect.stringMatching(like)
        })
        expect(told.stderr.split("\n"), told.call).toHaveLength(1)
        expectCleanOutput(one)
      }
      expect(readdirSync(world.folder)).toEqual([])
    })
  )

  it(
    "is told by the envelope alone where --json was asked for",
    inWorld(async (world) => {
      const unknown = await world.run(["run", "--json", "--frobnicate"])
      expect(unknown).toMatchObject({ code: 2, stderr: "" })
      expect(envelopeOf(unknown.stdout)).toEqual({
        command: "run",
        exitCode: 2,
        error: { code: "InvalidArguments", message: "Received unknown argument: '--frobnicate'" }
      })
      const empty = await world.run(["batches", "add", "--id", " ", "--json"])
      expect(empty).toMatchObject({ code: 2, stderr: "" })
      expect(envelopeOf(empty.stdout)).toMatchObject({ command: "batches add", exitCode: 2 })
      const missing = await world.run(["contacts", "load", "missing.csv", "--json"])
      expect(missing).toMatchObject({ code: 2, stderr: "" })
      expect(envelopeOf(missing.stdout)).toMatchObject({
        command: "contacts load",
        exitCode: 2,
        error: { code: "ContactFileError" }
      })
      const absent = await world.run(["run", "--json"], { env: account(closedPort) })
      expect(absent).toMatchObject({ code: 2, stderr: "" })
      expect(envelopeOf(absent.stdout)).toMatchObject({ command: "run", error: { code: "LedgerError" } })
    })
  )
})
