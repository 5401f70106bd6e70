import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import Sqlite from "better-sqlite3"
import { describe, expect, it } from "vitest"
import { dump, rows, values } from "./support/database.js"
import { csvOf, documentedAnswer, documentedContacts, documentedServer, fast } from "./support/documented.js"
import { envelopeOf, expectCleanOutput, expectDone, expectRefusal } from "./support/said.js"
import { account, batchIdOf, inWorld, token, type World } from "./support/World.js"

/** A ledger with six contacts sent in one batch that has not been asked about. */
const prepared = async (world: World) => {
  world.write("sent.csv", csvOf("batch-1", documentedContacts))
  expectDone(await world.run(["contacts", "load", "sent.csv", "--batch-column", "batch_id"]))
  return world.path("reconcile.db")
}

const expectNoToken = (world: World) => {
  for (const name of readdirSync(world.folder, { recursive: true, withFileTypes: true })) {
    if (!name.isFile()) continue
    expect(readFileSync(join(name.parentPath, name.name)).includes(token), name.name).toBe(false)
  }
}

/** A port of this machine on which nobody listens. */
const closedPort = "http://127.0.0.1:1"

describe.concurrent("an account that cannot be asked", () => {
  it(
    "with the wrong token is refused with 4 and leaves the ledger as it was",
    inWorld(async (world) => {
      const db = await prepared(world)
      await world.run(["batches", "add", "--id", "batch-2", "--id", "batch-3"])
      const before = dump(db)
      const url = await world.simulate({ apiToken: "the-right-one", batches: [] })
      const refused = await world.run(["run", ...fast], { env: account(url) })
      expectRefusal(refused, 4, /refused the API token with 403.*Settings > Developer\.$/)
      expectRefusal(await world.run(["status", "batch-1"], { env: account(url) }), 4, /refused the API token/)
      expect(dump(db)).toEqual(before)

      const json = await world.run(["run", "--json", ...fast], { env: account(url) })
      expectCleanOutput(json)
      expect(json).toMatchObject({ code: 4, stderr: "" })
      expect(envelopeOf(json.stdout)).toEqual({
        command: "run",
        exitCode: 4,
        error: { code: "AuthenticationFailed", message: expect.stringContaining("refused the API token") }
      })
      expect(dump(db)).toEqual(before)
      expectNoToken(world)
    })
  )

  it(
    "with a token that cannot stand in a header is refused without repeating it",
    inWorld(async (world) => {
      const db = await prepared(world)
      const before = dump(db)
      const url = await world.simulate({ batches: [] })
      const ran = await world.run(["run", "--once", ...fast], { env: account(url, `${token}\nX-Other: 1`) })
      expectRefusal(ran, 2, /API token cannot be used/)
      expect(dump(db)).toEqual(before)
      expectNoToken(world)
    })
  )

  it(
    "at a host that cannot be reached is told with 1 and leaves the ledger as it was",
    inWorld(async (world) => {
      const db = await prepared(world)
      const before = dump(db)
      const env = account(closedPort)
      const [ran, asked] = await Promise.all([
        world.run(["run", ...fast], { env }),
        world.run(["status", "batch-1"], { env })
      ])
      expectRefusal(ran, 1, /no connection to ActiveCampaign.*ECONNREFUSED.*Check the URL and the network\.$/)
      expectRefusal(asked, 1, /no connection to ActiveCampaign/)
      expect(dump(db)).toEqual(before)
      expectNoToken(world)
    })
  )

  it(
    "at a host that redirects is told with 1, and where it points to never sees the token",
    inWorld(async (world) => {
      const db = await prepared(world)
      const before = dump(db)
      let called = 0
      const elsewhere = await world.serve((_, response) => {
        called += 1
        response.end(documentedAnswer)
      })
      const url = await world.serve((request, response) => {
        response.writeHead(302, { location: `${elsewhere}${request.url}` })
        response.end()
      })
      const asked = await world.run(["status", "batch-1"], { env: account(url) })
      expectRefusal(asked, 1, /rejected the call with 302.*A redirect usually means the URL is not/)
      const ran = await world.run(["run", ...fast], { env: account(url) })
      expectRefusal(ran, 1, /rejected the call with 302/)
      expect(called).toBe(0)
      expect(dump(db)).toEqual(before)
      expectNoToken(world)
    })
  )

  it(
    "because a setting is missing or impossible is told with 2 and leaves the ledger as it was",
    inWorld(async (world) => {
      const db = await prepared(world)
      const before = dump(db)
      const { ACTIVECAMPAIGN_API_KEY, ACTIVECAMPAIGN_URL } = account("https://account.api-us1.com")
      const cases = [
        [{ ACTIVECAMPAIGN_API_KEY }, /ACTIVECAMPAIGN_URL is not set\. .*api-us1\.com\.$/],
        [{ ACTIVECAMPAIGN_URL }, /ACTIVECAMPAIGN_API_KEY is not set\. .*Settings > Developer\.$/],
        [account("http://account.api-us1.com"), /http:\/\/ is not https:\/\//],
        [account("http://127.0.0.1.example.test"), /http:\/\/ is not https:\/\//],
        [account(`https://me:${token}@account.api-us1.com`), /contains a user name or password/],
        [account("account.api-us1.com"), /it is not a URL/]
      ] as const
      for (const [env, like] of cases) expectRefusal(await world.run(["run", ...fast], { env }), 2, like)
      expectRefusal(await world.run(["status", "batch-1"]), 2, /ACTIVECAMPAIGN_URL is not set/)
      expect(dump(db)).toEqual(before)
      expectNoToken(world)
    })
  )

  it(
    "other than the one the file belongs to is refused with 7 before it is asked anything",
    inWorld(async (world) => {
      const env = account(await world.serve(documentedServer(() => documentedAnswer)))
      const db = await prepared(world)
      expectDone(await world.run(["run", ...fast], { env }))
      await world.run(["batches", "add", "--id", "batch-2"])
      const before = dump(db)
      let called = 0
      const other = await world.serve((_, response) => {
        called += 1
        response.end(documentedAnswer)
      })
      const refused = await world.run(["run", ...fast], { env: account(other) })
      expectRefusal(refused, 7, /belongs to the account at .*\/api\/3, not .*\/api\/3\. Name another/)
      expect(called).toBe(0)
      expect(dump(db)).toEqual(before)
    })
  )

  it(
    "about one batch exits with 6, names it, and still settles the other",
    inWorld(async (world) => {
      const url = await world.serve((request, response) => {
        const fine = batchIdOf(request) === "batch-1"
        response.writeHead(200, { "content-type": fine ? "application/json" : "text/html" })
        response.end(fine ? documentedAnswer : `<html><body>Maintenance, ${token}</body></html>`)
      })
      const db = await prepared(world)
      await world.run(["batches", "add", "--id", "batch-2"])
      const ran = await world.run(["run", "--once", ...fast], { env: account(url) })
      expectCleanOutput(ran)
      expect(ran.code).toBe(6)
      expect(ran.stderr).toMatch(/^ac-reconcile: [^\n]*batchId=batch-2[^\n]*html[^\n]*\n$/)
      expect(ran.stdout).toMatch(/^completed +batch-1 +6 sent: 4 imported, 2 rejected$/m)
      expect(ran.stdout).toContain("2 batches asked about, 1 settled, 1 without an answer.")
      expect(rows(db, "SELECT batch_id, error FROM batch_errors")).toEqual([
        { batch_id: "batch-2", error: "ContractBroken" }
      ])
      expect(values(db, "SELECT batch_id FROM batch_answers WHERE status = 'completed'")).toEqual(["batch-1"])
      const show = await world.run(["batches", "show", "batch-2"])
      expectDone(show)
      expect(show.stdout).toMatch(/no answer +GET \/import\/info\?batchId=batch-2/)
      expectNoToken(world)
    })
  )
})

describe.concurrent("a database file that cannot serve", () => {
  const commands = [
    ["contacts", "load", "sent.csv", "--batch-column", "batch_id"],
    ["run"],
    ["query", "SELECT 1"]
  ]

  const expectUntouched = async (world: World, db: string, like: RegExp) => {
    world.write("sent.csv", csvOf("batch-1", documentedContacts))
    const before = readFileSync(world.path(db))
    for (const command of commands) {
      const refused = await world.run([...command, "--db", db], { env: account(closedPort) })
      expectRefusal(refused, 7, like)
      expect(readFileSync(world.path(db)).equals(before), command.join(" ")).toBe(true)
    }
    expect(readdirSync(world.folder).sort()).toEqual([db, "sent.csv"].sort())
  }

  it(
    "because another program owns it is refused with 7 and not changed by a byte",
    inWorld(async (world) => {
      const database = new Sqlite(world.path("crm.db"))
      database.exec("CREATE TABLE customers (name TEXT); INSERT INTO customers VALUES ('Ada')")
      database.close()
      await expectUntouched(world, "crm.db", /SQLite file of another program.*name another with --db FILE\.$/)
    })
  )

  it(
    "because it is no SQLite file is refused with 7 and not changed by a byte",
    inWorld(async (world) => {
      world.write("notes.db", "Dear diary,\n".repeat(200))
      await expectUntouched(world, "notes.db", /it is not a SQLite file\. Name another with --db FILE\.$/)
    })
  )

  it(
    "because a newer version wrote it is refused with 7 and left as it was",
    inWorld(async (world) => {
      const db = await prepared(world)
      const database = new Sqlite(db)
      database.pragma("user_version = 99")
      database.close()
      const before = dump(db)
      for (const command of [["run"], ["query", "SELECT 1"], ["batches", "add", "--id", "x"]]) {
        const refused = await world.run(command, { env: account(closedPort) })
        expectRefusal(
          refused,
          7,
          /newer ac-reconcile \(schema 99, this one knows \d+\)\. Update ac-reconcile\.$/
        )
      }
      expect(dump(db)).toEqual(before)
    })
  )

  it(
    "because its folder does not exist is told with 7, and the folder is not made",
    inWorld(async (world) => {
      world.write("sent.csv", csvOf("batch-1", documentedContacts))
      const refused = await world.run(["contacts", "load", "sent.csv", "--db", "no/such/place.db"])
      expectRefusal(
        refused,
        7,
        /its folder does not exist\. Create it, or name another file with --db FILE\.$/
      )
      expect(existsSync(world.path("no"))).toBe(false)
    })
  )

  it(
    "because it is a folder is told with 7",
    inWorld(async (world) => {
      mkdirSync(world.path("folder.db"))
      world.write("sent.csv", csvOf("batch-1", documentedContacts))
      const refused = await world.run(["contacts", "load", "sent.csv", "--db", "folder.db"])
      expectRefusal(refused, 7, /it is a folder\. Name a file with --db FILE\.$/)
    })
  )

  it(
    "because there is none yet is told with 2 and not made by commands that only read or ask",
    inWorld(async (world) => {
      for (const command of [
        ["run"],
        ["batches", "list"],
        ["batches", "show", "batch-1"],
        ["export", "outcomes"],
        ["query", "SELECT 1"]
      ]) {
        const refused = await world.run(command, { env: account(closedPort) })
        expectRefusal(refused, 2, /there is no ledger/)
      }
      expect(readdirSync(world.folder)).toEqual([])
    })
  )

  it(
    "because another process holds it is told with 7, and works again once that has finished",
    inWorld(async (world) => {
      const db = await prepared(world)
      world.write("more.csv", csvOf("batch-2", ["new@example.test"]))
      const load = ["contacts", "load", "more.csv", "--batch-column", "batch_id"]
      const env = account(await world.serve(documentedServer(() => documentedAnswer)))
      const before = dump(db)
      const writer = new Sqlite(db)
      try {
        writer.exec("BEGIN EXCLUSIVE")
        const refused = await Promise.all([world.run(load), world.run(["run", ...fast], { env })])
        for (const one of refused) expectRefusal(one, 7, /another process is writing to it\. Run again when/)
        // Who only reads is not held up.
        expectDone(await world.run(["export", "outcomes"]))
        expect(dump(db)).toEqual(before)
      } finally {
        writer.close()
      }
      expectDone(await world.run(load))
      expectDone(await world.run(["run", ...fast], { env }))
    })
  )
})

describe.concurrent("a contact file that cannot be used", () => {
  const cases = {
    "does not exist": [
      "missing.csv",
      /^ac-reconcile: missing\.csv: there is no such file\. Check the path\.$/
    ],
    "is a folder": ["folder", /^ac-reconcile: folder: it is a directory\. Name a file in it\.$/],
    "has no column of addresses": [
      "people.csv",
      /^ac-reconcile: people\.csv, line 1: no column holds an e-mail address \(columns: name, phone\)\. .*--map/
    ],
    "is empty": ["empty.csv", /empty\.csv: the file is empty/],
    "is a spreadsheet": ["book.csv", /book\.csv, line 1.*spreadsheet.*Export it as CSV/]
  } as const
  for (const [is, [file, like]] of Object.entries(cases)) {
    it(
      `because it ${is} is told with 2, and no database is made`,
      inWorld(async (world) => {
        mkdirSync(world.path("folder"))
        world.write("people.csv", "name,phone\nAda,1\n")
        world.write("empty.csv", "")
        world.write("book.csv", Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0xff, 10))
        const before = readdirSync(world.folder).sort()
        expectRefusal(await world.run(["contacts", "load", file]), 2, like)
        if (file === "missing.csv") {
          expectRefusal(await world.run(["batches", "add", "--id", "b", "--sent", file]), 2, like)
        }
        expect(readdirSync(world.folder).sort()).toEqual(before)
      })
    )
  }
})

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
    [["batches", "add", "--id", "a", "--submitted-at", "last week"], /'last week' is not a time/],
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
