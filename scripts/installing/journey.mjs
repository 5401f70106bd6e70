// What somebody does with the command once it is installed: the demo, a query, and a job that is killed and taken up again.
import { strictEqual } from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { ended, run, started } from "./commands.mjs"
import { root } from "./packed.mjs"

const batch = (batchId, contacts, more) => ({
  batchId,
  stages: { unset: 0, waiting: 0, claimed: 0, active: 0 },
  contacts,
  ...more
})
const first = batch("b-1", [
  { email: "ada@example.test", contactId: "101" },
  { email: "bob@example.test", contactId: "102" }
])
const second = [
  { email: "cy@example.test", becomes: "rejected" },
  { email: "dee@example.test", becomes: "silent" }
]

/** The simulator of this folder, on the Node that runs this. */
const simulated = async (folder, batches, port = "0") => {
  const scenario = join(folder, "scenario.json")
  writeFileSync(scenario, JSON.stringify({ rateLimit: null, batches }))
  const simulator = join(root, "packages/simulator/bin/activecampaign-simulator.js")
  const { kill, said } = started(process.execPath, [simulator, "--scenario", scenario, "--port", port])
  const [url] = /http:\/\/\S+/.exec(await said) ?? []
  return { kill, url, port: new URL(url).port }
}

const outcomes = "select outcome, count(*) as contacts from contact_status group by outcome order by outcome"

/** Throws where anything comes out otherwise. `calling` is the installed command, as words before its own. */
export const journey = async ({ calling: [program, ...prefix], env, folder }) => {
  const state = { ...env, XDG_STATE_HOME: join(folder, "state") }
  const command = (...args) => [program, [...prefix, ...args]]
  const asked = (...args) => run(...command(...args), { cwd: folder, env: state })

  const demo = JSON.parse(await asked("demo", "--json"))
  strictEqual(demo.data.summary.sent, 32, "contacts of the demo")
  strictEqual(demo.data.summary.settled, 6, "batches of the demo")

  const csv = [
    "email,batch_id",
    ...first.contacts.map(({ email }) => `${email},b-1`),
    ...second.map(({ email }) => `${email},b-2`)
  ]
  writeFileSync(join(folder, "sent.csv"), `${csv.join("\n")}\n`)
  await asked("contacts", "load", "sent.csv", "--batch-column", "batch_id")

  const unfinished = await simulated(folder, [first, batch("b-2", second, { ends: "never" })])
  state.ACTIVECAMPAIGN_URL = unfinished.url
  state.ACTIVECAMPAIGN_API_KEY = "simulator-token"
  const job = started(...command("run"), { cwd: folder, env: state })
  try {
    const settled = "select count(*) as n from batch_overview where status = 'completed'"
    const until = Date.now() + 60_000
    while ((await asked("query", "--format", "ndjson", settled)) !== '{"n":1}\n')
      if (Date.now() > until) throw new Error("the first batch did not settle within a minute")
  } finally {
    strictEqual(await job.kill("SIGKILL"), "SIGKILL", "how the job ended")
    await unfinished.kill("SIGTERM")
  }

  const finished = await simulated(folder, [first, batch("b-2", second)], unfinished.port)
  try {
    await asked("run")
  } finally {
    await finished.kill("SIGTERM")
  }
  strictEqual(
    await asked("query", "--format", "ndjson", outcomes),
    [
      '{"outcome":"imported","contacts":2}',
      '{"outcome":"missing","contacts":1}',
      '{"outcome":"rejected","contacts":1}\n'
    ].join("\n"),
    "outcomes after the kill"
  )
}

/** The one sentence that the command ends with where its SQLite driver was not compiled. */
export const sentence = async ({ calling: [program, ...prefix], env, folder }) => {
  const { code, stderr, stdout } = await ended(program, [...prefix, "demo"], { cwd: folder, env })
  strictEqual(stdout, "", "standard output")
  strictEqual(code, 7, "exit code")
  strictEqual(stderr.trim().split("\n").length, 1, `one line: ${stderr}`)
  strictEqual(
    /^ac-reconcile: The SQLite driver .* install scripts allowed, or use Node 22/.test(stderr),
    true,
    stderr
  )
  return stderr.trim()
}
