import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as DueQueue from "../../src/job/dueQueue.js"

interface Batch extends DueQueue.Followable {
  readonly name: string
}

const batch = (name: string, since: number): Batch => ({ name, since })

const queueOf = (options: Partial<DueQueue.Options> = {}) =>
  DueQueue.make<Batch>({ startsAt: 0, endsAt: 3_600_000, timesToSettle: [], once: false, ...options })

type Queue = ReturnType<typeof queueOf>

/** What is asked about at that time, if the rate sets no bounds and no answer comes. */
const askedAt = (queue: Queue, now: number) => {
  const names: Array<string> = []
  for (let turn = queue.next(now); turn._tag === "Ask"; turn = queue.next(now)) names.push(turn.batch.name)
  return names
}

const waitOf = (queue: Queue, now: number) => {
  const turn = queue.next(now)
  assert.strictEqual(turn._tag, "Wait")
  return turn._tag === "Wait" ? turn.until : now
}

/** What comes of the calls of a queue, 200 ms apart, until a time; a batch settles at its own time. */
const followed = (
  queue: Queue,
  settlesAt: (batch: Batch) => number,
  { until, every = 200 }: { readonly until: number; readonly every?: number }
) => {
  const calls: Array<{ readonly name: string; readonly at: number; readonly settled: boolean }> = []
  let now = 0
  while (queue.size() > 0 && now < until) {
    const turn = queue.next(now)
    if (turn._tag === "Wait") {
      assert.isAbove(turn.until, now, "it would be asked for ever")
      now = turn.until
      continue
    }
    const settled = settlesAt(turn.batch) <= now
    calls.push({ name: turn.batch.name, at: now, settled })
    if (settled) queue.settled(turn.batch, now)
    else queue.isOpen(turn.batch, now)
    now += every
  }
  return calls
}

const many = (count: number, name = "b", since = 0) =>
  Array.from({ length: count }, (_, index) => batch(`${name}${index}`, since))

describe("the queue", () => {
  it("asks about the oldest first, when half of the last batches had settled at its age", () => {
    const queue = queueOf({ timesToSettle: [8000, 20_000, 12_000] })
    queue.add(batch("young", -1000))
    queue.add(batch("old", -5000))
    queue.add(batch("as old, added later", -5000))
    assert.deepStrictEqual(askedAt(queue, 6999), [])
    assert.strictEqual(waitOf(queue, 6999), 7000)
    assert.deepStrictEqual(askedAt(queue, 7000), ["old", "as old, added later"])
    assert.strictEqual(waitOf(queue, 7000), 11_000)
    assert.deepStrictEqual(askedAt(queue, 11_000), ["young"])
  })

  it("waits only for the second without a status if each batch is asked about once", () => {
    const queue = queueOf({ once: true, timesToSettle: [50_000] })
    for (const one of [batch("new", 0), batch("old", -1000)]) queue.add(one)
    assert.deepStrictEqual(askedAt(queue, 0), ["old"])
    assert.deepStrictEqual(askedAt(queue, 1000), ["new"])
  })

  it("asks again after a quarter of the batch's age, and learns how long batches take", () => {
    const queue = queueOf()
    const [one, other] = [batch("one", -7000), batch("other", 0)]
    queue.add(one)
    assert.deepStrictEqual(askedAt(queue, 1000), ["one"])
    assert.strictEqual(queue.isOpen(one, 1000), 3000)
    assert.deepStrictEqual(askedAt(queue, 3000), ["one"])
    queue.settled(one, 3000)
    queue.add(other)
    assert.strictEqual(waitOf(queue, 3000), 10_000)
  })

  it("pauses first calls after one that came too early, for less and less", () => {
    const queue = queueOf()
    for (const one of many(4, "b", -60_000)) queue.add(one)
    const calls = followed(queue, () => Number.POSITIVE_INFINITY, { until: 19_000 })
    const firsts = ["b0", "b1", "b2", "b3"].map((name) => calls.find((call) => call.name === name)?.at)
    assert.deepStrictEqual(firsts, [0, 10_000, 15_000, 17_500])
  })

  it("keeps a batch that failed until its time", () => {
    const queue = queueOf()
    const one = batch("one", -9000)
    queue.add(one)
    assert.deepStrictEqual(askedAt(queue, 0), ["one"])
    queue.putOff(one, 10_000)
    assert.strictEqual(waitOf(queue, 0), 10_000)
    assert.deepStrictEqual(askedAt(queue, 10_000), ["one"])
    queue.giveUp(one)
    assert.strictEqual(queue.size(), 0)
  })

  it("puts back only what is wanted of the calls that were given up", () => {
    const queue = queueOf()
    for (const one of many(3, "b", -9000)) queue.add(one)
    assert.deepStrictEqual(askedAt(queue, 0), ["b0", "b1", "b2"])
    queue.putBack(500, ({ name }) => name !== "b1")
    assert.deepStrictEqual(askedAt(queue, 500), ["b0", "b2"])
  })
})

describe("batches that never settle", () => {
  const stuck = many(200, "stuck", -600_000)
  const fresh = many(40, "new", 0)
  const settlesAt = ({ name }: Batch) => (name.startsWith("new") ? 0 : Number.POSITIVE_INFINITY)

  it("keep no new ones from settling, even if all of them are older", () => {
    const queue = queueOf()
    for (const one of [...stuck, ...fresh]) queue.add(one)
    const calls = followed(queue, settlesAt, { until: 600_000 })
    assert.strictEqual(calls.filter(({ settled }) => settled).length, fresh.length)
  })

  it("have a quarter of the calls if new ones are due, and new ones have the others", () => {
    const queue = queueOf()
    for (const one of stuck) queue.addAsked(one)
    for (const one of many(200, "new", -600_000)) queue.add(one)
    const calls = followed(queue, settlesAt, { until: 20_000 })
    const ofStuck = calls.filter(({ name }) => name.startsWith("stuck")).length
    assert.strictEqual(calls.length, 100)
    assert.strictEqual(ofStuck, 25)
  })

  it("are asked about in turn, so that each has its calls", () => {
    const queue = queueOf()
    for (const one of stuck) queue.addAsked(one)
    const calls = followed(queue, settlesAt, { until: 120_000 })
    const each = stuck.map(({ name }) => calls.filter((call) => call.name === name).length)
    assert.strictEqual(Math.min(...each), 3)
    assert.strictEqual(Math.max(...each), 3)
  })
})

describe("batches that settle in another order than that of their age", () => {
  it("are asked about in turn once this shows, without pauses and however many are open", () => {
    const queue = queueOf()
    const all = many(600, "b", -1000)
    for (const one of all) queue.add(one)
    // 7 and 600 have no common divisor: each has its own place in an order that looks like none.
    const settlesAt = ({ name }: Batch) => ((Number(name.slice(1)) * 7 * 31) % 600) * 1000
    const calls = followed(queue, settlesAt, { until: 700_000 })
    assert.strictEqual(calls.filter(({ settled }) => settled).length, all.length)
    const firstAsked = all.map(({ name }) => calls.find((call) => call.name === name)?.at ?? 0)
    assert.isBelow(Math.max(...firstAsked), 240_000)
  })
})

describe("batches that join while others are followed", () => {
  it("do not wait for pause after pause, if the service works on all at once", () => {
    const queue = queueOf()
    const all = many(1000, "b", 1000).map((one, at) => ({ ...one, since: one.since + at * 600 }))
    for (const one of all) queue.add(one)
    // Each takes 10 s to 2 minutes, whatever the others do.
    const takes = ({ name }: Batch) => 10_000 * 12 ** (((Number(name.slice(1)) * 617) % 1000) / 1000)
    const calls = followed(queue, (one) => one.since + takes(one), { until: 1_000_000 })
    const seen = new Map(calls.flatMap(({ at, name, settled }) => (settled ? [[name, at] as const] : [])))
    const delays = all.map((one) => (seen.get(one.name) ?? 0) - one.since - takes(one))
    delays.sort((one, other) => one - other)
    assert.isBelow(delays[950] ?? 0, 60_000)
    assert.isBelow(calls.length, 3 * all.length)
  })
})

describe("in any order of answers", () => {
  const world = FastCheck.record({
    fresh: FastCheck.array(
      FastCheck.record({
        age: FastCheck.nat({ max: 600_000 }),
        takes: FastCheck.oneof(FastCheck.nat({ max: 120_000 }), FastCheck.constant(Number.POSITIVE_INFINITY))
      }),
      { maxLength: 120 }
    ),
    known: FastCheck.nat({ max: 60 }),
    times: FastCheck.array(FastCheck.nat({ max: 1_000_000 }), { maxLength: 40 }),
    deadline: FastCheck.constantFrom(60_000, 300_000, 1_800_000),
    every: FastCheck.constantFrom(1, 200, 250)
  })

  it("each batch is asked about before the end, and no more than 32 that are not stuck are open", () => {
    FastCheck.assert(
      FastCheck.property(world, ({ deadline, every, fresh, known, times }) => {
        const queue = queueOf({ endsAt: deadline, timesToSettle: times })
        const takes = new Map(fresh.map(({ takes }, index) => [`b${index}`, takes]))
        for (const [index, { age }] of fresh.entries()) queue.add(batch(`b${index}`, -age))
        for (const one of many(known, "known", -3_600_000)) queue.addAsked(one)
        const settlesAt = ({ name, since }: Batch) => since + (takes.get(name) ?? Number.POSITIVE_INFINITY)
        const calls = followed(queue, settlesAt, { until: deadline, every })
        const counts = new Map<string, number>()
        let mostOpen = 0
        let mayBeMore = false
        const open = new Map<string, number>()
        for (const { at, name, settled } of calls) {
          counts.set(name, (counts.get(name) ?? 0) + 1)
          if (name.startsWith("known")) continue
          // A batch that settles before many older ones shows that the order says nothing.
          mayBeMore ||= settled && !open.has(name) && open.size >= 8
          if (settled) open.delete(name)
          else open.set(name, (open.get(name) ?? 0) + 1)
          const unasked = fresh.length - [...counts.keys()].filter((one) => one.startsWith("b")).length
          // Towards the end, what counts is that each is asked about.
          mayBeMore ||= at >= deadline - 5000 - unasked * 2000 * (4 / 3)
          const counted = [...open.values()].filter((calls) => calls < DueQueue.callsUntilStuck).length
          if (!mayBeMore) mostOpen = Math.max(mostOpen, counted)
        }
        assert.strictEqual(counts.size, fresh.length + known, "some were not asked about")
        assert.isAtMost(mostOpen, DueQueue.mostOpen)
      }),
      { numRuns: 200 }
    )
  })

  it("no more calls are under way that have just gone out than 8, so that few answers are held in memory", () => {
    const queue = queueOf()
    for (const one of many(100, "b", -600_000)) queue.add(one)
    for (const one of many(100, "known", -600_000)) queue.addAsked(one)
    assert.strictEqual(askedAt(queue, 0).length, 8)
    assert.strictEqual(waitOf(queue, 400), 1000)
    assert.strictEqual(askedAt(queue, 1000).length, 8)
  })

  it("calls that hang keep no others from going out", () => {
    const queue = queueOf()
    for (const one of many(200, "b", -600_000)) queue.add(one)
    const asked = [0, 1000, 2000, 3000, 4000].flatMap((now) => askedAt(queue, now))
    assert.strictEqual(asked.length, 32)
    assert.strictEqual(waitOf(queue, 4000), DueQueue.patience)
    assert.strictEqual(askedAt(queue, DueQueue.patience).length, 8)
  })
})
