import { spawnSync } from "node:child_process"
import { mkdirSync, readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { dump, pragma } from "./support/database.js"
import { laterCommand } from "./support/laterCommand.js"
import { expectDone, expectRefusal } from "./support/said.js"
import { shell } from "./support/shell.js"
import { prepared } from "./support/trouble.js"
import { inWorld } from "./support/World.js"

/** What a process may write to one file, in blocks of 512 bytes; more fails as on a full disk. */
const limited = (blocks: number, line: string) => `trap '' XFSZ; ulimit -f ${blocks}; ${line}`

/** In a mount of its own, which goes with the shell. */
const onSmallDisk = (line: string) =>
  `unshare -rm sh -c '${`mount -t tmpfs -o size=2m tmpfs disk\n${line}`.replaceAll("'", `'\\''`)}'`

const mounts =
  process.platform === "linux" &&
  spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0

const later = laterCommand()

describe.concurrent("standard output on a full device", () => {
  const commands = [
    "export outcomes",
    "export outcomes --output /dev/stdout",
    "batches list",
    "batches list --json",
    "query 'select 1' --format csv",
    "export outcomes --help"
  ]
  for (const command of commands) {
    it(
      `is reported by ${command} with 1 and one sentence`,
      inWorld(async (world) => {
        await prepared(world)
        const ended = await shell(world, `ac ${command} > /dev/full`)
        expectRefusal(ended, 1, /cannot be written \(the disk is full, ENOSPC\)\./)
      })
    )
  }

  it(
    "changes nothing if only standard error is full",
    inWorld(async (world) => {
      await prepared(world)
      world.write("bad.csv", "email\na@x.test\na,surplus\n")
      const ended = await shell(world, "ac contacts load bad.csv 2> /dev/full")
      expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining("1 contact loaded") })
    })
  )
})

describe.concurrent("a full disk", () => {
  it(
    "ends an export, a snapshot and a load with bad rows with 1 and one sentence, and leaves no file",
    inWorld(async (world) => {
      const db = await prepared(world)
      world.write(
        "many.csv",
        `email,batch_id\n${Array.from({ length: 1000 }, (_, n) => `${n}@x.test,b\n`).join("")}`
      )
      expectDone(await world.run(["contacts", "load", "many.csv", "--batch-column", "batch_id"]))
      world.write("bad.csv", `email\na@x.test\n${"a,surplus\n".repeat(2000)}`)
      const before = readdirSync(world.folder)
        .filter((name) => !/-(wal|shm)$/.test(name))
        .sort()
      const held = dump(db)
      const written = /out\.csv: cannot be written \(.*EFBIG\)\. Name another file with --output FILE\.$/
      expectRefusal(await shell(world, limited(64, "ac export outcomes -o out.csv")), 1, written)
      expectRefusal(
        await shell(world, "ac export outcomes -o /dev/full"),
        1,
        /\/dev\/full: cannot be written/
      )
      expectRefusal(
        await shell(world, limited(64, "ac snapshot copy.db")),
        1,
        /copy\.db: cannot be written \(/
      )
      const refused = await shell(world, "ac contacts load bad.csv --json --rejects /dev/full")
      expect(refused.code).toBe(1)
      expect(refused.stdout).toMatch(
        /\/dev\/full: cannot be written \(the disk is full, ENOSPC\).*--rejects FILE/
      )
      const loaded = await shell(world, limited(64, "ac contacts load bad.csv --json"))
      expect(loaded.stdout).not.toContain("bug in ac-reconcile")
      expect(
        readdirSync(world.folder)
          .filter((name) => !/-(wal|shm)$/.test(name))
          .sort()
      ).toEqual(before)
      expect(dump(db)).toEqual(held)
    })
  )

  it(
    "ends creating or migrating a ledger with 7 and one sentence, and leaves both as before",
    inWorld(async (world) => {
      world.write("sent.csv", "email\na@x.test\n")
      const making = await shell(world, limited(64, "ac contacts load sent.csv --db new.db"))
      expectRefusal(making, 7, /new\.db: .*(disk|written)/)
      expect(readdirSync(world.folder)).toEqual(["sent.csv"])
      expectDone(await world.run(["contacts", "load", "sent.csv", "--db", "old.db"]))
      const before = dump(world.path("old.db"))
      for (const blocks of [64, 256]) {
        const migrating = await shell(world, limited(blocks, "later reconcile --json --db old.db"), later)
        expect(migrating.code, `${blocks}`).toBe(7)
        expect(`${migrating.stdout}${migrating.stderr}`).not.toMatch(/bug in ac-reconcile|^ +at /m)
        expect(pragma(world.path("old.db"), "user_version")).toBe(1)
        expect(dump(world.path("old.db"))).toEqual(before)
      }
    })
  )

  it.skipIf(!mounts)(
    "is reported by commands that write, and those that read use a private copy",
    inWorld(async (world) => {
      const db = await prepared(world)
      mkdirSync(world.path("disk"))
      for (const left of [0, 4, 16]) {
        const ended = await shell(
          world,
          onSmallDisk(`cp ${db} disk/l.db
            room=$(($(stat -fc '%a * %S' disk) / 1024 - ${left}))
            dd if=/dev/zero of=disk/fill bs=1024 count=$room 2> /dev/null
            for command in "run --once" "batches add --id b-2" "reconcile --rebuild" "batches list" "explain ada@example.test" \
              "export outcomes" "schema" "query totals" "erase ada@example.test" "snapshot copy-${left}.db"; do
              "$NODE" "$BIN" $command --db disk/l.db > out 2> err
              echo "$command: $?: $(cat err)"
            done`)
        )
        const copied =
          "0: ac-reconcile: disk/l.db cannot be read in place because its disk is full. Reading a temporary copy."
        const full =
          "7: ac-reconcile: disk/l.db: it cannot be written, because the disk is full. Free some space, then run the same command again; nothing recorded is lost."
        expect(ended.stderr).toBe("")
        expect(ended.stdout.trimEnd().split("\n")).toEqual([
          expect.stringMatching(/^run --once: [27]: /),
          `batches add --id b-2: ${full}`,
          `reconcile --rebuild: ${full}`,
          `batches list: ${copied}`,
          `explain ada@example.test: ${copied}`,
          `export outcomes: ${copied}`,
          `schema: ${copied}`,
          `query totals: ${copied}`,
          `erase ada@example.test: ${copied}`,
          `snapshot copy-${left}.db: ${copied}`
        ])
      }
    })
  )
})
