// The floor of `run`: the least a program can do that asks every batch until it settles and keeps both lists
// as durably. Plain fetch, JSON.parse and better-sqlite3; no retry, no rate limit, no checks, no verdicts.
import Sqlite from "./sqlite.mjs"

const [file, url, batches] = process.argv.slice(2)

const db = new Sqlite(file)
db.pragma("journal_mode = WAL")
db.pragma("synchronous = FULL")
db.exec(`CREATE TABLE answers (batch_id TEXT, status TEXT, body TEXT);
  CREATE TABLE successes (batch_id TEXT, contact_id TEXT, position INTEGER, PRIMARY KEY (batch_id, contact_id)) WITHOUT ROWID;
  CREATE TABLE failures (batch_id TEXT, email TEXT, position INTEGER, PRIMARY KEY (batch_id, email)) WITHOUT ROWID;`)
const answer = db.prepare("INSERT INTO answers VALUES (?, ?, ?)")
const successes = db.prepare("INSERT INTO successes SELECT ?, value, key FROM json_each(?)")
const failures = db.prepare("INSERT INTO failures SELECT ?, value, key FROM json_each(?)")
const record = db.transaction((batchId, body, { failure, status, success }) => {
  answer.run(batchId, String(status), body)
  if (status !== "completed") return
  successes.run(batchId, JSON.stringify(success))
  failures.run(batchId, JSON.stringify(failure))
})

const follow = async (batchId) => {
  let last
  for (;;) {
    const response = await fetch(`${url}/api/3/import/info?batchId=${batchId}`, {
      headers: { "Api-Token": "simulator-token" }
    })
    const body = await response.text()
    const parsed = JSON.parse(body)
    if (body !== last) record(batchId, body, parsed)
    last = body
    if (parsed.status === "completed") return
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

const queue = Array.from({ length: Number(batches) }, (_, index) => `batch-${index}`)
await Promise.all(
  Array.from({ length: 8 }, async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await follow(next)
  })
)
