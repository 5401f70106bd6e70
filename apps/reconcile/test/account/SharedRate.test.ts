import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import { temporaryFolder } from "../support/temporary.js"
import * as virtualClock from "../support/virtualClock.js"
import { busiest, calling, command, inVirtualTime, now } from "./support.js"

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
