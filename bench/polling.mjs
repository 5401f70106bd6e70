// How often an account is asked about 4,000 batches, how late it is seen that one has settled, and how long all of them
// take, under the job's own policy and under others, in virtual time. Usage: node bench/polling.mjs [BATCHES]
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { clairvoyant, job, timers } from "./polling/policies.mjs"
import { chance, makeParallel, makeService } from "./polling/service.mjs"

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const batches = Number(process.argv[2] ?? 4000)

/** Milliseconds from one call to the next at 5 a second, and from one submission to the next at 100 a minute. */
const callEvery = 200
const submitEvery = 600

const outfile = path("../apps/reconcile/dist/bench/dueQueue.js")
await build({
  entryPoints: [path("../apps/reconcile/src/job/dueQueue.ts")],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "warning"
})
const dueQueue = await import(outfile)

/** Asks until every batch has been seen settled. Submissions take their turns in the same rate. */
const follow = (policy, service, { calls = 0, startsAt, toSubmit }) => {
  const delays = []
  let now = startsAt
  let submitted = 0
  let submitAt = toSubmit > 0 ? startsAt : Number.POSITIVE_INFINITY
  while (delays.length < batches) {
    if (submitAt <= now && policy.maySubmit()) {
      service.submit(submitted, now)
      policy.add(submitted, now)
      submitted += 1
      submitAt = submitted < toSubmit ? Math.max(submitAt + submitEvery, now) : Number.POSITIVE_INFINITY
      now += callEvery
      continue
    }
    const { ask, until } = policy.next(now)
    if (ask === undefined) {
      now = Math.max(now, Math.min(until, policy.maySubmit() ? submitAt : Number.POSITIVE_INFINITY))
      continue
    }
    calls += 1
    const settledAt = service.settledAt(ask.batch, now)
    const hasSettled = settledAt <= now
    if (hasSettled) delays.push(now - Math.max(settledAt, startsAt))
    policy.answered(ask, hasSettled, now)
    now += callEvery
  }
  return { calls, delays, makespan: now - startsAt }
}

/** The batches wait for the run in the file, in the order in which they were submitted, 100 a minute. */
const adopted = (opensAt, order = (all) => all) => ({
  run: (make) => {
    const service = makeService(batches, chance(1), opensAt)
    for (let batch = 0; batch < batches; batch++) service.submit(batch, batch * submitEvery)
    const startsAt = batches * submitEvery
    const policy = make({ service, startsAt })
    for (const batch of order(Array.from({ length: batches }, (_, batch) => batch)))
      policy.add(batch, startsAt)
    return follow(policy, service, { startsAt, toSubmit: 0 })
  }
})

const shuffled = (all) => {
  const random = chance(2)
  for (let last = all.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[all[last], all[other]] = [all[other], all[last]]
  }
  return all
}

const cases = {
  "submitted, 100 a minute, while the others are followed": {
    run: (make) => {
      const service = makeService(batches, chance(1))
      return follow(make({ service, startsAt: 0 }), service, { startsAt: 0, toSubmit: batches })
    }
  },
  "submitted, 100 a minute, each settling by itself in 10 s to 2 minutes": {
    run: (make) => {
      const service = makeParallel(batches, chance(1))
      return follow(make({ service, startsAt: 0 }), service, { startsAt: 0, toSubmit: batches })
    }
  },
  "adopted at once, when the last was submitted": adopted(0),
  "adopted at once, before the service has begun with the first": adopted(batches * submitEvery),
  "adopted at once, before the service has begun, and added in no order": adopted(
    batches * submitEvery,
    shuffled
  )
}

const policies = {
  "one batch after another, 5 s sleeps": timers(() => 5000, 1),
  "own 5 s timer each, all at once": timers(() => 5000),
  "own 5 s timer each, at most 64 open": timers(() => 5000, 64),
  "exponential to 60 s, at most 64 open": timers((calls) => Math.min(60_000, 5000 * 2 ** calls), 64),
  "ac-reconcile run": job(dueQueue),
  "clairvoyant optimum": clairvoyant
}

const seconds = (millis) => +(millis / 1000).toFixed(1)
for (const [name, { run }] of Object.entries(cases)) {
  console.log(`\n${batches} batches, ${name}`)
  const best = run(clairvoyant).makespan
  const table = {}
  for (const [policy, make] of Object.entries(policies)) {
    const { calls, delays, makespan } = run(make)
    delays.sort((one, other) => one - other)
    const mean = delays.reduce((sum, delay) => sum + delay, 0) / batches
    table[policy] = {
      "calls a batch": +(calls / batches).toFixed(2),
      "delay, mean s": seconds(mean),
      "delay, p95 s": seconds(delays[Math.floor(batches * 0.95)]),
      "makespan s": Math.round(makespan / 1000),
      "× optimum": +(makespan / best).toFixed(3)
    }
  }
  console.table(table)
}
