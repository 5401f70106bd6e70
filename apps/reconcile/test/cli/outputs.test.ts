import { execFileSync } from "node:child_process"
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync
} from "node:fs"
import Sqlite from "better-sqlite3"
import { describe, expect, it } from "vitest"
import { dump, values } from "./support/database.js"
import { loadMixed, namesIn, writeMixed } from "./support/mixed.js"
import { envelopeOf, expectDone, expectRefusal } from "./support/said.js"
import { shell } from "./support/shell.js"
import { prepared } from "./support/trouble.js"
import { inWorld, type World } from "./support/World.js"

const modeOf = (world: World, name: string) => statSync(world.path(name)).mode & 0o777

const header = /^name,email,.*outcome/

describe("an output that would destroy something", () => {
  it(
    "is refused before anything is read or written: onto the ledger, files beside it, an input, another SQLite file",
    inWorld(async (world) => {
      const db = await prepared(world)
      const crm = new Sqlite(world.path("crm.sqlite"))
      crm.exec("CREATE TABLE people (email TEXT)")
      crm.close()
      linkSync(db, world.path("hard.csv"))
      symlinkSync("reconcile.db", world.path("soft.csv"))
      writeMixed(world)
      const before = dump(db)
      const names = namesIn(world)
      const calls = [
        ["export", "outcomes", "--output", "reconcile.db"],
        ["export", "outcomes", "-o", "hard.csv"],
        ["export", "outcomes", "-o", "soft.csv"],
        ["export", "outcomes", "-o", "reconcile.db-wal"],
        ["export", "outcomes", "-o", "crm.sqlite"],
        [...loadMixed, "--rejects", "in.csv"],
        [...loadMixed, "--rejects", "reconcile.db"],
        [...loadMixed, "--db", "new.db", "--rejects", "new.db"],
        ["contacts", "load", "--from", "crm.sqlite", "--table", "people", "--rejects", "crm.sqlite-journal"],
        ["snapshot", "reconcile.db-journal"]
      ]
      const refused = await Promise.all(calls.map((call) => world.run(call)))
      for (const one of refused) expectRefusal(one, 2, /nothing was written to it because it is .*\. Name /)
      // A shell appends to what it is told to.
      const appended = await shell(world, "ac export outcomes >> reconcile.db")
      expectRefusal(appended, 2, /standard output: nothing was written to it/)
      expect(dump(db)).toEqual(before)
      expect(namesIn(world)).toEqual(names)
      expect(world.read("in.csv")).toContain("surplus")
    })
  )

  it(
    "is refused if it only looks like a new ledger",
    inWorld(async (world) => {
      writeMixed(world)
      execFileSync("mkfifo", [world.path("fifo")])
      symlinkSync("/dev/null", world.path("null"))
      expectRefusal(
        await world.run([...loadMixed, "--db", "fifo"]),
        7,
        /it is a FIFO\. Name a file with --db FILE\.$/
      )
      expectRefusal(await world.run([...loadMixed, "--db", "null"]), 7, /it is a character device\./)
      expect(lstatSync(world.path("fifo")).isFIFO()).toBe(true)
      expect(lstatSync(world.path("null")).isSymbolicLink()).toBe(true)
    })
  )

  it(
    "is refused if the log of another database is beside it, and nothing of that log gets into a new ledger",
    inWorld(async (world) => {
      const db = await prepared(world)
      const writer = new Sqlite(db)
      writer.exec("CREATE TABLE mine (a); INSERT INTO mine VALUES (1)")
      world.write("lost.db-wal", readFileSync(`${db}-wal`))
      writer.close()
      const told = /lost\.db-wal is there without its database, and may contain its last changes\./
      expectRefusal(await world.run(["batches", "add", "--id", "b", "--db", "lost.db"]), 7, told)
      expectRefusal(
        await world.run(["snapshot", "lost.db"]),
        2,
        /whose log, .*lost\.db-wal, still exists and would be applied to the copy/
      )
      expect(existsSync(world.path("lost.db"))).toBe(false)
    })
  )
})

describe("an output under a name that the user typed", () => {
  it(
    "must not be where --json writes its one document",
    inWorld(async (world) => {
      writeMixed(world)
      for (const name of [
        "-",
        "/dev/stdout",
        "/dev/stderr",
        "/dev/fd/1",
        "/dev/fd/3",
        "/proc/self/fd/1",
        "all.txt"
      ]) {
        const told = await shell(
          world,
          `{ ac contacts load in.csv --batch-column batch_id --json --rejects ${name} 3>&1 >all.txt; echo $? >code; } 3>&1`
        )
        expect(world.read("code"), name).toBe(name === "/dev/fd/3" ? "0\n" : "2\n")
        expect(told.stderr).toBe("")
        expect(told.stdout).toContain(name === "/dev/fd/3" ? "line,reason,record" : "")
        if (name === "/dev/fd/3") continue
        expect(envelopeOf(world.read("all.txt"))).toMatchObject({
          error: { code: "OutputRefused", message: expect.stringContaining("where --json writes") }
        })
      }
      expectDone(
        await shell(world, "ac contacts load in.csv --batch-column batch_id --json --rejects /dev/null")
      )
    })
  )

  it(
    "must not be written as a folder",
    inWorld(async (world) => {
      const db = await prepared(world)
      world.write("there.csv", "")
      for (const name of ["x.csv/", "there.csv/", "no/x.csv/"]) {
        const told = await world.run(["export", "outcomes", "-o", name])
        expectRefusal(told, 1, /cannot be written \(its name is that of a folder, EISDIR\)\. Name/)
      }
      expectRefusal(
        await world.run(["batches", "add", "--id", "b-1", "--db", `${db}/`]),
        7,
        /its name ends like that of a folder\. Name a file with --db FILE\.$/
      )
    })
  )

  it(
    "may be a FIFO whose reader leaves at once, which does not count as an export without rows",
    inWorld(async (world) => {
      await prepared(world)
      // More than a pipe holds: otherwise all rows may be written before the reader leaves.
      const many = Array.from({ length: 3000 }, (_, at) => `contact-${at}@example.test,batch-9`)
      world.write("many.csv", `email,batch\n${many.join("\n")}\n`)
      expectDone(await world.run(["contacts", "load", "many.csv", "--batch-column", "batch"]))
      const told = await shell(world, "mkfifo f; head -c0 f & ac export outcomes -o f")
      expect(told).toMatchObject({
        code: 0,
        stderr: "",
        stdout: "f: its reader closed it before all rows were written.\n"
      })
    })
  )

  it(
    "replaces an ordinary file, with its mode, and follows links",
    inWorld(async (world) => {
      await prepared(world)
      world.write("keep.csv", "of yesterday")
      chmodSync(world.path("keep.csv"), 0o640)
      symlinkSync("keep.csv", world.path("link.csv"))
      symlinkSync("made.csv", world.path("dangling.csv"))
      expectDone(await world.run(["export", "outcomes", "-o", "link.csv"]))
      expectDone(await world.run(["export", "outcomes", "-o", "dangling.csv"]))
      expect(world.read("keep.csv")).toMatch(header)
      expect(modeOf(world, "keep.csv")).toBe(0o640)
      expect(world.read("made.csv")).toBe(world.read("keep.csv"))
      for (const link of ["link.csv", "dangling.csv"]) {
        expect(lstatSync(world.path(link)).isSymbolicLink()).toBe(true)
      }
      symlinkSync("real.db", world.path("link.db"))
      expectDone(await world.run(["batches", "add", "--id", "b", "--db", "link.db"]))
      expect(lstatSync(world.path("link.db")).isSymbolicLink()).toBe(true)
      expect(values(world.path("real.db"), "SELECT batch_id FROM batches")).toEqual(["b"])
    })
  )

  it(
    "is only for its owner if it is new, under any umask: ledger, log, export, rejects, snapshot",
    inWorld(async (world) => {
      writeMixed(world)
      const made = await shell(
        world,
        "umask 000; ac contacts load in.csv --batch-column batch_id && ac export outcomes -o out.csv && ac snapshot copy.db"
      )
      expect(made.code).toBe(0)
      const holding = new Sqlite(world.path("reconcile.db"))
      holding.exec("DELETE FROM writer_lease")
      for (const name of ["reconcile.db", "reconcile.db-wal", "out.csv", "in.csv.rejects.csv", "copy.db"]) {
        expect(modeOf(world, name), name).toBe(0o600)
      }
      holding.close()
    })
  )

  it(
    "is written into if it is a FIFO, a device or standard output, under any of its names",
    inWorld(async (world) => {
      await prepared(world)
      const plain = await world.run(["export", "outcomes"])
      execFileSync("mkfifo", [world.path("fifo")])
      const read = await shell(
        world,
        "cat fifo > read.csv & ac export outcomes -o fifo; code=$?; wait; exit $code"
      )
      expect(read).toMatchObject({ code: 0, stdout: "fifo: 6 rows written.\n", stderr: "" })
      expect(world.read("read.csv")).toBe(plain.stdout)
      expect(lstatSync(world.path("fifo")).isFIFO()).toBe(true)
      // Who has seen enough is no failure.
      const left = await shell(
        world,
        "head -c 5 fifo > few & ac export outcomes -o fifo; code=$?; wait; exit $code"
      )
      expect(left).toMatchObject({ code: 0, stderr: "" })
      for (const name of ["-", "/dev/stdout"]) {
        expect((await world.run(["export", "outcomes", "-o", name])).stdout, name).toBe(plain.stdout)
      }
      const third = await shell(
        world,
        "ac export outcomes -o /dev/fd/3 3> third.csv && ac export outcomes -o /dev/null"
      )
      expect(third).toMatchObject({ code: 0, stdout: "/dev/null: 6 rows written.\n" })
      expect(world.read("third.csv")).toBe(plain.stdout)
    })
  )

  it(
    "is whole, from the last to finish, if two commands write it at once",
    inWorld(async (world) => {
      await prepared(world)
      const [csv, ndjson] = await Promise.all(
        ["csv", "ndjson"].map((format) => world.run(["export", "outcomes", "--format", format]))
      )
      for (let time = 0; time < 2; time += 1) {
        const both = ["csv", "ndjson"].map((format) =>
          world.run(["export", "outcomes", "--format", format, "-o", "both"])
        )
        for (const one of await Promise.all(both)) expectDone(one)
        expect([csv?.stdout, ndjson?.stdout]).toContain(world.read("both"))
      }
      expect(readdirSync(world.folder).filter((name) => name.startsWith("."))).toEqual([])
    })
  )
})
