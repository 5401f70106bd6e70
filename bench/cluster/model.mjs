// What 1,000 accounts would need, reckoned from what one run of the bench has measured.

const accounts = 1000
const settleSeconds = 120
const busiestHour = 4
const shards = 300
const callsASecond = 4

/** How often the default policy asks about a batch that takes so long, and one submission. */
const callsABatch = (() => {
  let calls = 1
  for (let at = 1, delay = 2; at < settleSeconds; at += delay, delay = Math.min(delay * 1.5, 30)) calls += 1
  return calls + 1
})()

const table = (rows) => {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}

const round = (value) => (value >= 10 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(2))

/** Batches a second that each thing allows, the scarcest first; and what kinds of service need of them. */
export const model = (measured) => {
  const { databaseKib, databaseSeconds, heapMib, idleTransactions, rows, transactions } = measured
  // What was measured has one call.
  const runnerSeconds = measured.runnerSeconds + (callsABatch - 1) * measured.callSeconds
  const limits = [
    ["a core of a runner", 1 / runnerSeconds],
    ["a GiB of a runner's heap", 1024 / heapMib / settleSeconds],
    ["a core of PostgreSQL", 1 / databaseSeconds],
    ["PostgreSQL's commits on one connection", measured.commitsASecond / transactions],
    [`the rate of ${accounts} accounts`, (accounts * callsASecond) / callsABatch]
  ].sort(([, one], [, other]) => one - other)
  const everyAccount = (accounts * callsASecond) / callsABatch
  const services = [
    ["1 batch a day each", (accounts / 86_400) * busiestHour, accounts],
    ["100 batches a day each", ((accounts * 100) / 86_400) * busiestHour, accounts * 100],
    ["without a pause", everyAccount, everyAccount * 86_400]
  ]
  return [
    `Reckoned from this for ${accounts} accounts, whose batches settle in ${settleSeconds} s and take ${callsABatch} calls, with ${busiestHour} times the average in the busiest hour:`,
    table([["allows, batches a second", ""], ...limits.map(([name, value]) => [name, round(value)])]),
    table([
      [
        "",
        "batches a second",
        "runner cores",
        "followed at once",
        "heap, MiB",
        "transactions a second",
        "rows a day",
        "MiB a day"
      ],
      ...services.map(([name, perSecond, perDay]) => [
        name,
        round(perSecond),
        round(perSecond * runnerSeconds),
        round(perSecond * settleSeconds),
        round(perSecond * settleSeconds * heapMib),
        round(perSecond * transactions + idleTransactions),
        round(perDay * rows),
        round((perDay * databaseKib) / 1024)
      ])
    ]),
    `${shards} shards have ${(accounts / shards).toFixed(1)} accounts each. Of k runners, one that dies leaves ${accounts} / k of them silent for at most 35 s.`
  ].join("\n\n")
}
