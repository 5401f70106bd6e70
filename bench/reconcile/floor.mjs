// The floor of every step: plain better-sqlite3 and SQL tuned by hand for this one workload, on the ledger's own tables.
// It leaves the same rows in them as the product, as durably, and goes straight there: it reads no quoted field, checks
// nothing (two contacts with one address, an ID with two addresses, a reference to what is not there), stages nothing
// of a first load, keeps no lease, and decides all batches in one transaction that nobody else could write between.
// Usage: node floor.mjs load|again DB CSV | record DB ANSWERS.jsonl | reconcile DB | incremental DB BATCHES | export DB CSV
import Sqlite from "../sqlite.mjs"
import { writeCsv } from "./csvFile.mjs"
import { answersOf, linesOf } from "./linesOf.mjs"

const [step, file, argument] = process.argv.slice(2)

const db = new Sqlite(file, { fileMustExist: true })
db.pragma("synchronous = FULL")
db.pragma("foreign_keys = OFF")

const emailKey = (email) => email.trim().normalize("NFC").toLowerCase()
const now = "2031-04-02T08:15:00.000Z"

/** Rows of the file into a table, 250 a statement. */
const readInto = async (table) => {
  const insert = (rows) =>
    db.prepare(
      `INSERT INTO ${table} (local_source_id, occurrence, email_key, email, contact_id, batch_id, source_columns)
       VALUES ${Array.from({ length: rows }, () => "(1,1,?,?,?,?,?)").join(",")}`
    )
  const full = insert(250)
  let values = []
  for await (const lines of linesOf(argument)) {
    for (const line of lines) {
      const [email, contact_id, batch_id, first_name] = line.split(",")
      const columns = JSON.stringify({ email, contact_id, batch_id, first_name })
      values.push(emailKey(email), email, contact_id, batch_id, columns)
      if (values.length === 1250) {
        full.run(values)
        values = []
      }
    }
  }
  if (values.length > 0) insert(values.length / 5).run(values)
}

/** Everything under it is done without indexes, which are made once it stands. */
const withoutIndexes = (tables, fill) => async () => {
  const named = tables.map((it) => `'${it}'`).join(", ")
  const indexes = db
    .prepare(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql <> '' AND tbl_name IN (${named})`
    )
    .all()
  for (const { name } of indexes) db.exec(`DROP INDEX ${name}`)
  await fill()
  for (const { sql } of indexes) db.exec(sql)
}

const decide = (batches) => `
  INSERT INTO outcomes (batch_id, email_key, occurrence, evidence, contact_id)
  SELECT s.batch_id, s.email_key, s.occurrence, CASE WHEN x.contact_id IS NULL THEN 'silence' ELSE 'id' END, x.contact_id
  FROM batch_answers a CROSS JOIN batch_sent s ON s.batch_id = a.batch_id
  LEFT JOIN batch_successes x ON x.batch_id = s.batch_id AND x.sequence = a.sequence AND x.contact_id = s.contact_id
  WHERE a.status = 'completed' AND a.${batches};
  INSERT INTO outcomes (batch_id, email_key, occurrence, evidence)
  SELECT f.batch_id, f.email_key, s.occurrence, 'failure'
  FROM batch_failures f CROSS JOIN batch_sent s ON s.batch_id = f.batch_id AND s.email_key = f.email_key
  WHERE f.${batches} ON CONFLICT DO UPDATE SET evidence = 'failure';
  INSERT INTO unmatched_successes
  SELECT batch_id, contact_id FROM batch_successes WHERE ${batches}
  EXCEPT SELECT batch_id, contact_id FROM batch_sent WHERE ${batches};
  INSERT INTO findings
  SELECT u.batch_id, 'unmatched-success', u.contact_id, l.email_key
  FROM unmatched_successes u CROSS JOIN local_contacts l ON l.contact_id = u.contact_id WHERE u.${batches};
  INSERT INTO findings
  SELECT f.batch_id, 'unmatched-failure', f.email_key, f.email FROM batch_failures f
  LEFT JOIN batch_sent s ON s.batch_id = f.batch_id AND s.email_key = f.email_key
  WHERE s.batch_id IS NULL AND f.${batches};
  DELETE FROM stale_batches WHERE ${batches};`

/** The trigger that adds up is the product's; a user's script would trust itself. */
const withoutTrigger = (fill) => {
  const { sql } = db.prepare("SELECT sql FROM sqlite_schema WHERE name = 'totals_add_up'").get()
  db.exec("BEGIN IMMEDIATE; DROP TRIGGER totals_add_up")
  fill()
  db.exec(sql)
  db.exec("COMMIT")
}

const steps = {
  load: async () => {
    db.exec("BEGIN IMMEDIATE")
    db.prepare("INSERT INTO local_sources (name, loaded_at, columns) VALUES (?, ?, ?)").run(
      argument,
      now,
      JSON.stringify(["email", "contact_id", "batch_id", "first_name"])
    )
    await withoutIndexes(["local_contacts", "batch_sent"], async () => {
      await readInto("local_contacts")
      db.prepare(
        "INSERT INTO batches (batch_id, added_at) SELECT DISTINCT batch_id, ? FROM local_contacts"
      ).run(now)
      db.exec(`INSERT INTO batch_sent SELECT batch_id, email_key, occurrence, email, contact_id FROM local_contacts
        ORDER BY 1, 2, 3`)
    })()
    db.exec("COMMIT")
  },
  again: async () => {
    db.exec("BEGIN IMMEDIATE")
    db.exec(`CREATE TEMP TABLE staged (local_source_id INTEGER, occurrence INTEGER, email_key TEXT, email TEXT,
      contact_id TEXT, batch_id TEXT, source_columns TEXT)`)
    await readInto("staged")
    db.exec(`INSERT INTO local_contacts (local_source_id, occurrence, email_key, email, contact_id, batch_id, source_columns)
      SELECT * FROM staged WHERE true ORDER BY email_key
      ON CONFLICT (email_key, local_source_id, occurrence) DO UPDATE SET email = excluded.email,
        contact_id = excluded.contact_id, batch_id = excluded.batch_id, source_columns = excluded.source_columns
      WHERE email <> excluded.email OR contact_id IS NOT excluded.contact_id
        OR batch_id IS NOT excluded.batch_id OR source_columns <> excluded.source_columns`)
    db.exec(`INSERT INTO batch_sent SELECT batch_id, email_key, occurrence, email, contact_id FROM local_contacts
      WHERE true ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING`)
    db.prepare("UPDATE local_sources SET loaded_at = ?").run(now)
    db.exec("COMMIT")
  },
  record: () => {
    const answer = db.prepare(
      `INSERT INTO batch_answers (batch_id, sequence, received_at, status, success_count, failure_count, raw_body)
       VALUES (?, 1, ?, ?, ?, ?, ?)`
    )
    const successes = db.prepare(
      "INSERT INTO batch_successes SELECT ?, 1, value, key FROM json_each(?, '$.success') WHERE true ORDER BY 3"
    )
    const failures = db.prepare(
      "INSERT INTO batch_failures SELECT ?, 1, value ->> 0, key, value ->> 1 FROM json_each(?)"
    )
    const changed = db.prepare("INSERT INTO stale_batches VALUES (?) ON CONFLICT DO NOTHING")
    const record = db.transaction((batchId, body) => {
      const { failure, status, success } = JSON.parse(body)
      answer.run(batchId, now, status, success.length, failure.length, body)
      successes.run(batchId, body)
      failures.run(batchId, JSON.stringify(failure.map((email) => [emailKey(email), email])))
      changed.run(batchId)
    })
    for (const line of answersOf(argument)) {
      const { batchId, body } = JSON.parse(line)
      record.immediate(batchId, body)
    }
  },
  reconcile: () =>
    withoutTrigger(() => {
      for (const table of ["outcomes", "unmatched_successes", "findings"]) db.exec(`DELETE FROM ${table}`)
      db.exec(decide("batch_id <> ''"))
    }),
  incremental: () => {
    const batches = Number(argument)
    db.exec("CREATE TEMP TABLE changed (batch_id TEXT PRIMARY KEY) WITHOUT ROWID")
    db.prepare("INSERT INTO changed SELECT batch_id FROM batches ORDER BY 1 LIMIT ?").run(batches)
    const changed = "batch_id IN (SELECT batch_id FROM temp.changed)"
    const started = performance.now()
    withoutTrigger(() => {
      for (const table of ["outcomes", "unmatched_successes", "findings"])
        db.exec(`DELETE FROM ${table} WHERE ${changed}`)
      db.exec(decide(changed))
    })
    console.log(JSON.stringify({ millisABatch: (performance.now() - started) / batches }))
  },
  export: () => {
    const reasons = {
      id: "Its contact ID is in the success list.",
      failure: "Its address is in the failure list.",
      silence: "It was not identified in either list, and has not been looked up."
    }
    const rows = db
      .prepare(
        `SELECT l.source_columns, s.batch_id, s.email, o.outcome, o.evidence, coalesce(o.contact_id, '')
         FROM outcomes o CROSS JOIN batch_sent s
           ON s.batch_id = o.batch_id AND s.email_key = o.email_key AND s.occurrence = o.occurrence
         CROSS JOIN local_contacts l ON l.email_key = o.email_key AND l.batch_id = o.batch_id
         ORDER BY o.batch_id, o.email_key, o.occurrence`
      )
      .raw()
    const cells = function* () {
      for (const [columns, batchId, email, outcome, evidence, contactId] of rows.iterate()) {
        const { batch_id, contact_id, email: original, first_name } = JSON.parse(columns)
        const own = [batchId, email, outcome, evidence, reasons[evidence], contactId]
        yield [original, contact_id, batch_id, first_name, ...own]
      }
    }
    const header =
      "email,contact_id,batch_id,first_name,reconcile_batch_id,reconcile_email,outcome,evidence,reason,reconcile_contact_id"
    writeCsv(argument, header, cells())
  }
}
await steps[step]()
db.close()
