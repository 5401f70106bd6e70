import { readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { envelopeOf, expectCleanOutput, expectRefusal } from "./support/said.js"
import { closedPort } from "./support/trouble.js"
import { account, inWorld, token } from "./support/World.js"

describe("an invalid call", () => {
  const calls: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
    [["reconcil"], /Invalid subcommand.*'reconcile'/],
    [["contacts", "lod", "sent.csv"], /Invalid subcommand/],
    [
      ["explain", "-xy"],
      /unknown argument: '-xy'\. If it is an address or a name, put it at the end, after --\./
    ],
    [["batches", "show", "-b1"], /unknown argument: '-b1'\./],
    [["explain", "--onse"], /unknown argument: '--onse'/],
    [["batches", "remove", "--yse"], /unknown argument: '--yse'/],
    [["run", "--onse"], /--on[cs]e/],
    [["run", "--frobnicate"], /unknown argument: '--frobnicate'/],
    [["status"], /Missing argument <batch-id>/],
    [["run", "--deadline", "soon"], /--deadline: 'soon' is not a duration\. Write 90s, 30m, 2h or 1d\./],
    [["run", "--fail-on", "rejected,sadness"], /--fail-on: 'sadness' is not valid.*rejected.*findings/],
    [
      ["run", "--fail-on", "findings>2%"],
      /--fail-on: 'findings>2%' is not valid\. Write a number after '>'\./
    ],
    [
      ["run", "--fail-on", "new-stalled"],
      /--fail-on: 'new-stalled' is not valid\. new- goes with imported, /
    ],
    [["run", "--requests-per-second", "0"], /must be a finite number greater than 0/],
    [["run", "--requests-per-second", "Infinity"], /must be a finite number greater than 0/],
    [["run", "--requests-per-second", "5.5"], /more than the account's limit of 5\. .*--account-limit 6\./],
    [
      ["resolve", "--requests-per-second", "11", "--account-limit", "10"],
      /limit of 10\. .*--account-limit 11/
    ],
    [["lookup", "--account-limit", "0"], /--account-limit must be 1 or more/],
    [["batches", "add"], /No batch ID was given\. .*--id BATCH_ID/],
    [["batches", "add", "--id", ""], /No batch ID was given/],
    [["batches", "add", "--id", "a", "--id", "b", "--sent", "sent.csv"], /one batch, but 2 were named/],
    [["batches", "add", "--id", "a", "--submitted-at", "last week"], /'last week' is not a time: .*ISO 8601/],
    [
      ["contacts", "load", "sent.csv", "--submitted-at", "2031-04-02T08:15:00Z"],
      /no column names batches\. Add --batch-column/
    ],
    [["contacts", "load"], /No contacts were given\. Give a file/],
    [["contacts", "load", "--bogus"], /unknown argument: '--bogus'\./],
    [["contacts", "load", "sent.csv", "--map", "phone=Phone"], /--map: .*"phone" cannot be mapped/],
    [
      ["export", "outcomes", "--format", "jsn"],
      /^--format: 'jsn' is not one of csv, .* Did you mean 'json'\?$/
    ]
  ]
  const misspelt: typeof calls = [
    [["batches", "lst"], /Invalid subcommand 'lst' for ac-reconcile batches\. Did you mean 'list'\?/],
    [["export", "outcoms"], /Invalid subcommand 'outcoms' .*Did you mean 'outcomes'\?/],
    [["--db", "a.db", "batches", "list"], /'--db' comes before the command\. Put options after it/],
    [["query", "contact_status"], /It is a view; .*: ac-reconcile query "select \* from contact_status"\./],
    [["query", "contact_statsu"], /Did you mean the view contact_status\?/],
    [["query", "--json", "select 1"], /unknown argument: '--json'\. For JSON, write --format json\./],
    [["batches", "list", "--format", "json"], /'--format'\. For JSON, write --json\./],
    [
      ["explain", "-xy"],
      /unknown argument: '-xy'\. If it is an address or a name, put it at the end, after --\./
    ],
    [["batches", "show", "-b1"], /unknown argument: '-b1'\./],
    [["explain", "--onse"], /unknown argument: '--onse'/],
    [["batches", "remove", "--yse"], /unknown argument: '--yse'/],
    [["run", "--onse"], /unknown argument: '--onse'\. Did you mean '--once'\?/],
    [["run", "--max-calls", "abc"], /^--max-calls: 'abc' is not a whole number\.$/],
    [["run", "--requests-per-second=fast"], /^--requests-per-second: 'fast' is not a number\.$/],
    [["batches", "add", "--id"], /^--id needs a value\.$/],
    [
      ["contacts", "load", "sent.csv", "--map", "email=Mail", "--map=batch_id=Batch"],
      /^--map is given twice\. Give it once, with commas: --map email=COLUMN,batch_id=COLUMN\.$/
    ],
    [
      ["run", "--fail-on", "rejected", "--fail-on", "findings"],
      /^--fail-on is given twice\. .*, with commas: /
    ],
    [["batches", "list", "--db", "a.db", "--DB", "b.db"], /^--db is given twice\. Give it once\.$/],
    [["run", "--log-level", "info", "--log-level", "debug"], /^--log-level is given twice\. Give it once\.$/],
    [["run", "--once", "--once"], /^--once is given twice\. Give it once\.$/],
    [["contacts", "remove"], /^--source is missing, and this command needs it\.$/],
    [["help", "contcts"], /Invalid subcommand 'contcts' .*Did you mean 'contacts'\?/],
    [["run", `--api-key=${token}`], /^--api-key is no option, because .*ACTIVECAMPAIGN_API_KEY/],
    [["status", "b-1", "--token", token], /^--token is no option/]
  ]
  const isTold = (calls: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]>) =>
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

  it("exits with 2 and one line that names the mistake, and creates no file", isTold(calls))

  it("shows what was typed, and what may have been meant", isTold(misspelt))

  it(
    "names the option that named a column, and the column most like it",
    inWorld(async (world) => {
      world.write("sent.csv", "email,batch_id\nada@example.test,b-1\n")
      for (const [option, like] of [
        [["--batch-column", "batch_di"], /Did you mean "batch_id"\? Correct --batch-column COLUMN\.$/],
        [["--map", "batch_id=batch_di"], /Did you mean "batch_id"\? Correct --map batch_id=COLUMN\.$/],
        [["--key", "nummer"], /there is no column "nummer" .*\)\. Correct --key COLUMN\.$/]
      ] as const) {
        expectRefusal(await world.run(["contacts", "load", "sent.csv", ...option]), 2, like)
      }
      expect(readdirSync(world.folder)).toEqual(["sent.csv"])
    })
  )

  it(
    "is not one with - among any options",
    inWorld(async (world) => {
      const stdin = "email\nada@example.test\n"
      for (const args of [
        ["--raw", "-", "--source", "s"],
        ["-", "--raw", "--source", "s"],
        ["--source", "s", "--json", "-"],
        ["--source=s", "-", "--raw"]
      ]) {
        const loaded = await world.run(["contacts", "load", ...args], { stdin })
        expect({ args, code: loaded.code, stderr: loaded.stderr }).toEqual({ args, code: 0, stderr: "" })
      }
    })
  )

  it(
    "asks for the story of an unknown address, or for an unknown batch",
    inWorld(async (world) => {
      world.write("sent.csv", "email\nada@example.test\n")
      await world.run(["contacts", "load", "sent.csv"])
      expectRefusal(
        await world.run(["explain", "bea@example.test"]),
        2,
        /Nothing is known about bea@example\.test: /
      )
      const json = await world.run(["explain", "bea@example.test", "--json"])
      expect(json).toMatchObject({ code: 2, stderr: "" })
      expect(envelopeOf(json.stdout)).toMatchObject({
        schema: "ac-reconcile/explain/1",
        error: { exit_code: 2 }
      })
    })
  )

  it(
    "is reported only in the envelope with --json",
    inWorld(async (world) => {
      const unknown = await world.run(["run", "--json", "--frobnicate"])
      expect(unknown).toMatchObject({ code: 2, stderr: "" })
      expect(envelopeOf(unknown.stdout)).toEqual({
        schema: "ac-reconcile/run/1",
        ok: false,
        data: null,
        warnings: [],
        error: {
          code: "InvalidArguments",
          message: "Received unknown argument: '--frobnicate'.",
          exit_code: 2
        }
      })
      const empty = await world.run(["batches", "add", "--id", " ", "--json"])
      expect(empty).toMatchObject({ code: 2, stderr: "" })
      expect(envelopeOf(empty.stdout)).toMatchObject({
        schema: "ac-reconcile/batches-add/1",
        error: { exit_code: 2 }
      })
      const missing = await world.run(["contacts", "load", "missing.csv", "--json"])
      expect(missing).toMatchObject({ code: 2, stderr: "" })
      expect(envelopeOf(missing.stdout)).toMatchObject({
        schema: "ac-reconcile/contacts-load/1",
        error: { code: "ContactFileError", exit_code: 2 }
      })
      const absent = await world.run(["run", "--json"], { env: account(closedPort) })
      expect(absent).toMatchObject({ code: 2, stderr: "" })
      expect(envelopeOf(absent.stdout)).toMatchObject({
        schema: "ac-reconcile/run/1",
        error: { code: "LedgerError" }
      })
    })
  )
})

describe.concurrent("--help", () => {
  const calls: ReadonlyArray<readonly [ReadonlyArray<string>, ReadonlyArray<string>]> = [
    [["run"], ["run", "--once", "--help"]],
    [
      ["contacts", "load"],
      ["contacts", "load", "sent.csv", "-h"]
    ],
    [["batches"], ["batches", "--help"]],
    [
      ["export", "outcomes"],
      ["export", "outcomes", "--output", "out.csv", "--help", "--format", "csv"]
    ]
  ]
  for (const [words, args] of calls) {
    it(
      `is given for ${words.join(" ")}, in any place: ${args.join(" ")}`,
      inWorld(async (world) => {
        const whole = await world.run([...words, "--help"])
        const asked = await world.run(args)
        expect(asked).toMatchObject({ code: 0, stderr: "" })
        expect(asked.stdout).toBe(whole.stdout)
        expect(readdirSync(world.folder)).toEqual([])
      })
    )
  }
})
