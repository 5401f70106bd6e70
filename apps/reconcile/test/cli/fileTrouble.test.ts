import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs"
import Sqlite from "better-sqlite3"
import { describe, expect, it } from "vitest"
import { dump } from "./support/database.js"
import { csvOf, documentedAnswer, documentedContacts, documentedServer, fast } from "./support/documented.js"
import { expectDone, expectRefusal } from "./support/said.js"
import { closedPort, prepared } from "./support/trouble.js"
import { account, inWorld, type World } from "./support/World.js"

describe.concurrent("a file that cannot be the ledger", () => {
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
    "because it is not a SQLite file is refused with 7 and not changed by a byte",
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
    "because its folder does not exist exits with 7, and the folder is not created",
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
    "because it is a folder exits with 7",
    inWorld(async (world) => {
      mkdirSync(world.path("folder.db"))
      world.write("sent.csv", csvOf("batch-1", documentedContacts))
      const refused = await world.run(["contacts", "load", "sent.csv", "--db", "folder.db"])
      expectRefusal(refused, 7, /it is a folder\. Name a file with --db FILE\.$/)
    })
  )

  it(
    "because there is none yet exits with 2, and commands that only read or ask do not create one",
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
    "because SQLite reserves its name for another database is refused with 2, and not created",
    inWorld(async (world) => {
      world.write("sent.csv", csvOf("batch-1", documentedContacts))
      const load = ["contacts", "load", "sent.csv", "--batch-column", "batch_id", "--db"]
      expectDone(await world.run([...load, "other.db"]))
      symlinkSync("other.db-journal", world.path("link.db"))
      world.write("empty.db-wal", "")
      const before = readdirSync(world.folder)
      for (const db of [
        "other.db-journal",
        "other.db-wal",
        "other.db-SHM",
        "none.db-wal",
        "link.db",
        "empty.db-wal"
      ]) {
        expectRefusal(await world.run([...load, db]), 2, /a name that ends in -(wal|shm|journal), which/i)
        expectRefusal(await world.run(["query", "SELECT 1", "--db", db]), 2, /ends in -/)
      }
      expect(readdirSync(world.folder)).toEqual(before)
      for (const db of ["journal", "my-wal.db"]) expectDone(await world.run([...load, db]))
    })
  )

  it(
    "because another process locks it exits with 7, and works again after that",
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
      /^ac-reconcile: people\.csv, line 1: no e-mail address column was found \(columns: name, phone\)\. .*--map/
    ],
    "is empty": ["empty.csv", /empty\.csv: the file is empty/],
    "is an archive": ["book.csv", /book\.csv: this is a ZIP archive\. Unpack it/]
  } as const
  for (const [is, [file, like]] of Object.entries(cases)) {
    it(
      `because it ${is} exits with 2, and no database is created`,
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
