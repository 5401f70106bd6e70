import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import { nameOf } from "../../src/account/RateFile.js"
import * as SharedRate from "../../src/account/SharedRate.js"
import { temporaryFolder } from "../support/temporary.js"
import * as virtualClock from "../support/virtualClock.js"

const account = "https://one.api-us1.com/api/3"

/** What a command of this machine has: a budget of its own on the file that all share. */
const command = (folder: string, options: Partial<SharedRate.Options> = {}) => {
  const told: Array<string> = []
  const make = SharedRate.make({
    account,
    requestsPerSecond: 4,
    accountLimit: 5,
    folder: { path: folder },
    tell: (sentence) => Effect.sync(() => told.push(sentence)).pipe(Effect.asVoid),
    machineTime: Clock.currentTimeMillis,
    ...options
  })
  return Effect.map(make, (budget) => ({ ...budget, told }))
}

const inVirtualTime = Effect.withClock(virtualClock.make(1_000_000))

const now = Clock.currentTimeMillis

/** The most of these times within less than a second. */
const busiest = (times: ReadonlyArray<number>) =>
  Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length))

/** Makes calls, as many at once as a command does, and tells when they went. */
const calling = (budget: Effect.Effect.Success<ReturnType<typeof command>>, calls: number) =>
  Effect.forEach(Array.from({ length: calls }), () => Effect.zipRight(budget.take(), now), { concurrency: 8 })

interface Player {
  readonly startsAt: number
  readonly calls: number
  readonly rate: number
  readonly killedAfter: number | undefined
}

interface World {
  readonly players: ReadonlyArray<Player>
  readonly limit: number
}

const world = FastCheck.record<World>({
  players: FastCheck.array(
    FastCheck.record<Player>({
      startsAt: FastCheck.oneof(FastCheck.constantFrom(0, 0, 250), FastCheck.nat(3000)),
      calls: FastCheck.integer({ min: 1, max: 9 }),
      rate: FastCheck.constantFrom(0.5, 2, 4, 5),
      killedAfter: FastCheck.option(FastCheck.nat(3000), { nil: undefined, freq: 3 })
    }),
    { minLength: 2, maxLength: 4 }
  ),
  limit: FastCheck.constantFrom(1, 3, 5, 8)
})

describe("commands that share an account's rate", () => {
  it("keep to the account's limit in any rolling second, and each to its own, even if some are killed", async () => {
    const play = ({ limit, players }: World) =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const all: Array<number> = []
        const perform = ({ calls, killedAfter, rate, startsAt }: Player) =>
          Effect.gen(function* () {
            const own: Array<number> = []
            const requestsPerSecond = Math.min(rate, limit)
            const budget = yield* command(folder, { requestsPerSecond, accountLimit: limit })
            yield* Effect.sleep(startsAt)
            const call = Effect.map(Effect.zipRight(budget.take(), now), (at) => {
              own.push(at)
              all.push(at)
            })
            const job = Effect.all(
              Array.from({ length: calls }, () => call),
              { concurrency: 4, discard: true }
            )
            // Nothing is tidied up where a process is killed: its place in the line stays as it was.
            yield* killedAfter === undefined ? job : Effect.timeoutOption(job, killedAfter)
            assert.isAtMost(busiest(own), Math.max(1, requestsPerSecond))
            if (killedAfter === undefined) assert.lengthOf(own, calls)
            assert.deepStrictEqual(budget.told, [])
          })
        yield* Effect.forEach(players, perform, { concurrency: "unbounded", discard: true })
        assert.isAtMost(busiest(all), limit)
      }).pipe(Effect.scoped, Effect.withClock(virtualClock.make(1_000_000)))
    await FastCheck.assert(
      FastCheck.asyncProperty(world, (drawn) => Effect.runPromise(play(drawn))),
      { numRuns: 60 }
    )
  }, 60_000)

  it.live("use nearly all of the limit, and busier ones starve no other", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const [one, two, three] = [yield* command(folder), yield* command(folder), yield* command(folder)]
      const start = yield* now
      const busy = yield* Effect.fork(
        Effect.all([calling(one, 20), calling(two, 20)], { concurrency: "unbounded" })
      )
      yield* Effect.sleep("2 seconds")
      const asked = yield* now
      const [single] = yield* calling(three, 1)
      assert.isBelow((single ?? 0) - asked, 1000)
      const times = (yield* Fiber.join(busy)).flat()
      assert.isBelow(Math.max(...times) - start, 10_000)
    }).pipe(Effect.scoped, inVirtualTime)
  )

  it.live("keep to the stricter limit of those in front if their limits differ", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const modest = yield* command(folder)
      const generous = yield* command(folder, { requestsPerSecond: 20, accountLimit: 20 })
      const both = yield* Effect.all([calling(modest, 8), calling(generous, 60)], {
        concurrency: "unbounded"
      })
      assert.isAtMost(busiest(both.flat()), 20)
      assert.isAtMost(busiest(both[0]), 4)
    }).pipe(Effect.scoped, inVirtualTime)
  )

  it.live("do not count each other's requests to other accounts", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const other = yield* command(folder, { account: "https://two.api-us1.com/api/3" })
      const both = yield* Effect.all([calling(yield* command(folder), 5), calling(other, 5)], {
        concurrency: "unbounded"
      })
      for (const times of both) assert.isAtMost(Math.max(...times) - Math.min(...times), 1500)
    }).pipe(Effect.scoped, inVirtualTime)
  )

  it.live(
    "all wait if a 429 told one of them to, even after that one has ended, and the others say why",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const told = yield* Effect.scoped(
          Effect.gen(function* () {
            const budget = yield* command(folder)
            yield* budget.hold(Duration.seconds(30))
            return budget.told
          })
        )
        const other = yield* command(folder)
        const start = yield* now
        const times = yield* calling(other, 3)
        assert.isAtLeast(Math.min(...times) - start, 30_000)
        assert.deepStrictEqual(told, [])
        assert.deepStrictEqual(other.told, [
          "ActiveCampaign asked another command on this machine to slow down (429). Waiting 30 seconds."
        ])
      }).pipe(Effect.scoped, inVirtualTime)
  )

  it.live("wait at most five minutes for a 429, and not at all for one from before the machine started", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const before = yield* command(folder, { machineTime: Effect.succeed(9_000_000) })
      yield* before.take()
      yield* before.hold(Duration.days(1))
      const start = yield* now
      const after = yield* command(folder)
      yield* after.take()
      assert.strictEqual(yield* now, start)
      yield* after.hold(Duration.days(1))
      const fresh = yield* command(folder)
      yield* fresh.take()
      assert.isAtMost((yield* now) - start, 300_000)
    }).pipe(Effect.scoped, inVirtualTime)
  )

  it.live("let others pass if only imports hold one up", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const [one, two] = [yield* command(folder), yield* command(folder)]
      yield* one.hold(Duration.minutes(1), "import-many")
      const start = yield* now
      yield* two.take("import-many")
      assert.strictEqual(yield* now, start)
    }).pipe(Effect.scoped, inVirtualTime)
  )
})

describe("the file for the shared rate", () => {
  const files = (folder: string) => readdirSync(folder).filter((name) => name.endsWith(".sqlite"))

  it.scoped("is readable by the user alone, and names no account", () =>
    Effect.gen(function* () {
      const folder = join(yield* temporaryFolder, "state", "ac-reconcile")
      yield* (yield* command(folder)).take()
      assert.strictEqual(statSync(folder).mode & 0o777, 0o700)
      for (const name of readdirSync(folder)) {
        assert.strictEqual(statSync(join(folder, name)).mode & 0o777, 0o600)
      }
      assert.match(files(folder).join(), /^rate-[0-9a-f]{32}\.sqlite$/)
    })
  )

  it.scoped("is deleted when its account was not asked for a day, and nothing else in the folder is", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      for (const name of ["rate-old.sqlite", "rate-old.sqlite-journal", "notes.sqlite", "rate-mine.txt"]) {
        writeFileSync(join(folder, name), "")
        utimesSync(join(folder, name), 0, 0)
      }
      writeFileSync(join(folder, "rate-recent.sqlite"), "")
      yield* (yield* command(folder)).take()
      assert.sameMembers(
        readdirSync(folder).filter((name) => !name.startsWith(nameOf(account))),
        ["notes.sqlite", "rate-mine.txt", "rate-recent.sqlite"]
      )
    })
  )

  for (const [how, damage] of Object.entries<(file: string) => void>({
    "is no SQLite file": (file) => writeFileSync(file, "not a database ".repeat(500)),
    "has other tables": (file) => {
      const database = new Sqlite(file)
      database.exec("CREATE TABLE takes (something TEXT)")
      database.close()
    }
  })) {
    it.scoped(`is replaced, with one message, when it ${how}`, () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        damage(join(folder, nameOf(account)))
        const budget = yield* command(folder)
        yield* budget.take()
        assert.lengthOf(budget.told, 1)
        assert.match(budget.told[0] ?? "", /was damaged .* and has been replaced\.$/)
        const after = yield* command(folder)
        yield* after.hold(Duration.seconds(1))
        assert.deepStrictEqual(after.told, [])
      })
    )
  }

  it.live("is shared again after somebody deletes it during a job", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const one = yield* command(folder)
      yield* one.take()
      for (const name of readdirSync(folder)) rmSync(join(folder, name))
      const two = yield* command(folder)
      yield* two.take()
      const both = yield* Effect.all([calling(one, 8), calling(two, 8)], { concurrency: "unbounded" })
      assert.isAtMost(busiest(both.flat()), 5)
      assert.deepStrictEqual([...one.told, ...two.told], [])
    }).pipe(Effect.scoped, inVirtualTime)
  )

  const othersDatabase = (file: string) => {
    const database = new Sqlite(file)
    database.exec("CREATE TABLE mine (something TEXT)")
    database.close()
  }

  const contentOf = (folder: string) =>
    readdirSync(folder).map((name) => {
      const path = join(folder, name)
      return [
        name,
        statSync(path, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(path, "hex") : ""
      ]
    })

  const unusable: Readonly<Record<string, (folder: string) => SharedRate.Options["folder"]>> = {
    "there is no folder for it": () => ({ missing: "there is no home folder" }),
    "its folder is a file": (folder) => {
      writeFileSync(join(folder, "file"), "")
      return { path: join(folder, "file", "ac-reconcile") }
    },
    "the system makes no folder there": () => ({ path: "/proc/nowhere/ac-reconcile" }),
    "a folder has its name": (folder) => {
      mkdirSync(join(folder, nameOf(account)))
      return { path: folder }
    },
    "its name is a link to another database": (folder) => {
      othersDatabase(join(folder, "other.db"))
      symlinkSync("other.db", join(folder, nameOf(account)))
      return { path: folder }
    },
    "its name is another name of another database": (folder) => {
      othersDatabase(join(folder, "other.db"))
      linkSync(join(folder, "other.db"), join(folder, nameOf(account)))
      return { path: folder }
    },
    "another database has its name": (folder) => {
      othersDatabase(join(folder, nameOf(account)))
      return { path: folder }
    },
    "its name is a link that leads nowhere": (folder) => {
      symlinkSync("nowhere", join(folder, nameOf(account)))
      return { path: folder }
    },
    ...(process.getuid?.() === 0
      ? {}
      : {
          "its folder is not writable": (folder: string) => {
            chmodSync(folder, 0o500)
            return { path: folder }
          }
        })
  }
  for (const [why, prepare] of Object.entries(unusable)) {
    it.live(`is not used, with one message, and each command keeps its own rate, if ${why}`, () =>
      Effect.gen(function* () {
        const parent = yield* temporaryFolder
        const folder = prepare(parent)
        const before = contentOf(parent)
        const budget = yield* command("", { folder })
        const times = yield* calling(budget, 60)
        assert.isAtMost(busiest(times), 4)
        assert.lengthOf(budget.told, 1)
        assert.match(
          budget.told[0] ?? "",
          /^The rate limit covers this process only, because commands cannot share it/
        )
        assert.deepStrictEqual(contentOf(parent), before)
      }).pipe(Effect.scoped, inVirtualTime)
    )
  }

  it.live("is not used while another program keeps it locked, and used again afterwards", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const budget = yield* command(folder)
      yield* budget.take()
      const locker = new Sqlite(join(folder, nameOf(account)))
      locker.exec("BEGIN IMMEDIATE")
      yield* calling(budget, 3)
      assert.lengthOf(budget.told, 1)
      assert.include(budget.told[0], "another program has locked the file")
      locker.exec("ROLLBACK")
      yield* Effect.sleep("10 seconds")
      yield* budget.take()
      assert.deepStrictEqual(locker.prepare("SELECT count(*) FROM takes").pluck().all(), [1])
      locker.close()
    }).pipe(Effect.scoped, inVirtualTime)
  )
})
