import { existsSync, readdirSync, statSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { conclusions, digestWithoutTimes, pragma, values } from "./support/database.js"
import { fast } from "./support/documented.js"
import { expectCleanOutput, expectDone } from "./support/said.js"
import { account, type Ended, inWorld, type Started, type World } from "./support/World.js"

const fates = ["created", "created", "updated", "rejected", "silent", "contradictory"] as const
const endings = ["completed", "completed", "completed", "failed", "interrupted"] as const

const email = (batch: number, contact: number) => `Contact.${contact}@Batch-${batch}.example.test`

/** Forty batches of every kind, which settle one after another in ten seconds, so that each run finds some. */
const scenario = {
  batches: Array.from({ length: 40 }, (_, batch) => ({
    batchId: `batch-${String(batch).padStart(2, "0")}`,
    stages: { unset: 100, waiting: 100, claimed: 100, active: 250 * batch },
    ends: endings[batch % endings.length] ?? ("completed" as const),
    partialLists: batch % 2 === 0,
    strangers: { success: [String(9000 + batch)], failure: [`stranger-${batch}@example.test`] },
    contacts: Array.from({ length: 5 + (batch % 4) }, (_, contact) => ({
      email: email(batch, contact),
      contactId: String(1000 + batch * 20 + contact),
      becomes: batch % 3 === 0 ? ("created" as const) : (fates[(batch + contact) % fates.length] ?? "created")
    }))
  }))
}

const sentContacts = [
  "email,contact_id,batch,note",
  ...scenario.batches.flatMap(({ batchId, contacts }, batch) =>
    contacts.map(({ email: address, contactId }, contact) =>
      // Every other ID is known, so that outcomes are decided by ID, by count and not at all.
      [address.toLowerCase(), (batch + contact) % 2 === 1 ? contactId : "", batchId, `n${contact}`].join(",")
    )
  ),
  ""
].join("\n")

const loadSent = async (world: World, db: string) => {
  world.write("sent.csv", sentContacts)
  expectDone(await world.run(["contacts", "load", "sent.csv", "--batch-column", "batch", "--db", db]))
}

const settledLines = (text: string) => text.match(/^(completed|failed|interrupted) +batch-\d+/gm) ?? []

/** Kills without warning, as a power cut would. */
const kill = (started: Started): Promise<Ended> => {
  started.process.kill("SIGKILL")
  return started.ended
}

describe.concurrent("a run killed without warning", () => {
  it(
    "leaves the same file as an undisturbed run, once it is run to its end",
    inWorld(async (world) => {
      await Promise.all([loadSent(world, "killed.db"), loadSent(world, "whole.db")])
      const [url, otherUrl] = await Promise.all([world.simulate(scenario), world.simulate(scenario)])
      const undisturbed = world.run(["run", "--db", "whole.db", ...fast], { env: account(otherUrl) })

      const args = ["run", "--db", "killed.db", ...fast]
      const first = world.start(args, { env: account(url) })
      await first.said(/(^(completed|failed|interrupted) .*\n[\s\S]*){3}/m)
      const firstEnd = await kill(first)
      expect(firstEnd.signal).toBe("SIGKILL")
      const second = world.start(args, { env: account(url) })
      await second.said(/(^(completed|failed|interrupted) .*\n[\s\S]*){3}/m)
      const secondEnd = await kill(second)
      expect(pragma(world.path("killed.db"), "integrity_check")).toBe("ok")
      const last = await world.run(args, { env: account(url) })
      expectCleanOutput(last)

      // What one run told as settled was in the file, or the next would have told it again.
      const told = [firstEnd, secondEnd, last].map(({ stdout }) => settledLines(stdout))
      expect(told.every((lines) => lines.length > 0)).toBe(true)
      expect(new Set(told.flat()).size).toBe(told.flat().length)
      expect((await undisturbed).stderr).toBe("")
      const whole = conclusions(world.path("whole.db"))
      expect(whole.settled).toHaveLength(40)
      expect(whole.outcomes).toHaveLength(whole.sent.length)
      expect(new Set(whole.outcomes.map(({ outcome }) => outcome))).toEqual(
        new Set(["imported", "rejected", "contradictory", "unaccounted"])
      )
      expect(conclusions(world.path("killed.db"))).toEqual(whole)
      // The killed runs are told by their missing end.
      expect(
        values(world.path("killed.db"), "SELECT finished_at IS NULL FROM reconcile_runs ORDER BY 1")
      ).toEqual([0, 1, 1])
    })
  )
})

const manyRows = 20_000

const manyContacts = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => {
    const n = from + index
    return `person.${n}@example.test,${n % 3 === 0 ? n + 1 : ""},batch-${n % 300},"Street ${n}, House ${n % 7}"\n`
  }).join("")

const header = "email,contact_id,batch,address\n"

const loadArgs = (db: string, file: string) => [
  "contacts",
  "load",
  file,
  "--batch-column",
  "batch",
  "--source",
  "crm",
  "--db",
  db
]

/** Resolves once a file is at least this large, or the process has ended without it. */
const grown = (file: string, bytes: number, started: Started) => {
  let ended = false
  const end = started.ended.then(() => {
    ended = true
  })
  const look = async (): Promise<void> => {
    while (!ended && !(existsSync(file) && statSync(file).size >= bytes)) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return Promise.race([look(), end])
}

/** Resolves once there is a file that is not finished, or the process has ended without one. */
const madeUnfinished = (folder: string, started: Started) => {
  let ended = false
  const end = started.ended.then(() => {
    ended = true
  })
  const look = async (): Promise<void> => {
    while (!ended && !readdirSync(folder).some((name) => name.includes("unfinished"))) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return Promise.race([look(), end])
}

/** A file that holds nothing yet, or a whole ledger with all of the load in it or none. */
const expectWhole = (db: string) => {
  if (!existsSync(db) || statSync(db).size === 0) return
  expect(pragma(db, "integrity_check")).toBe("ok")
  const [tables] = values(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'local_contacts'")
  if (tables === 0) {
    expect(values(db, "SELECT count(*) FROM sqlite_schema")).toEqual([0])
    return
  }
  expect([0, manyRows]).toContain(values(db, "SELECT count(*) FROM local_contacts")[0])
  expect([0, manyRows]).toContain(values(db, "SELECT count(*) FROM batch_sent")[0])
}

describe("a load killed without warning", () => {
  it(
    "leaves nothing or a whole ledger at any moment, and loading again completes it",
    inWorld(async (world) => {
      world.write("many.csv", header + manyContacts(0, manyRows))
      expectDone(await world.run(loadArgs("whole.db", "many.csv")))
      const whole = digestWithoutTimes(world.path("whole.db"))
      expect(whole.local_rows?.rows).toBe(manyRows)

      const moments: Readonly<Record<string, (db: string) => Promise<Ended>>> = {
        "half of its input is still to come": async (db) => {
          const load = world.start(loadArgs(db, "-"), { keepStdin: true })
          await new Promise((resolve) =>
            load.process.stdin?.write(header + manyContacts(0, manyRows / 2), resolve)
          )
          return kill(load)
        },
        "the file is being made": async (db) => {
          const load = world.start(loadArgs(db, "many.csv"))
          await madeUnfinished(world.folder, load)
          return kill(load)
        },
        "the file has just got its name": async (db) => {
          const load = world.start(loadArgs(db, "many.csv"))
          await grown(world.path(db), 1, load)
          return kill(load)
        },
        "the tables have been made": async (db) => {
          const load = world.start(loadArgs(db, "many.csv"))
          await grown(world.path(`${db}-wal`), 0, load)
          return kill(load)
        },
        "a part of the contacts is in the write-ahead log": async (db) => {
          const load = world.start(loadArgs(db, "many.csv"))
          await grown(world.path(`${db}-wal`), 300_000, load)
          return kill(load)
        }
      }
      for (const [index, [moment, killAt]] of Object.entries(moments).entries()) {
        const db = `killed-${index}.db`
        const killed = await killAt(db)
        expect(killed, moment).toMatchObject({ signal: "SIGKILL", stdout: "" })
        expectWhole(world.path(db))
        const again = await world.run(loadArgs(db, "many.csv"))
        expectDone(again)
        expect(digestWithoutTimes(world.path(db)), moment).toEqual(whole)
      }
      expect(readdirSync(world.folder).filter((name) => name.includes("unfinished"))).toEqual([])
    })
  )
})
