// The barest file that comes to the same outcomes: plain better-sqlite3 on tables tuned by hand for this one workload, as
// durable. What was sent is the number of a contact, which a later load may change; no evidence is kept of an outcome; it
// assumes what the product checks (no two contacts with one address, no ID with two addresses, no quoted field, one
// settled answer a batch). What it takes less than the floor is the price of the ledger's tables.
// Usage: node bare.mjs load|again DB CSV | record DB ANSWERS.jsonl | reconcile DB | incremental DB BATCHES | export DB CSV
import Sqlite from "../sqlite.mjs"
import { writeCsv } from "./csvFile.mjs"
import { answersOf, linesOf } from "./linesOf.mjs"

const [step, file, argument] = process.argv.slice(2)

const db = new Sqlite(file)
db.pragma("page_size = 8192")
db.pragma("journal_mode = WAL")
db.pragma("synchronous = FULL")

const emailKey = (email) => email.trim().normalize("NFC").toLowerCase()

const schema = `
  CREATE TABLE contacts (contact INTEGER PRIMARY KEY, email_key TEXT, email TEXT, contact_id TEXT, batch_id TEXT, first_name TEXT);
  CREATE TABLE sent (batch_id TEXT, contact INTEGER, PRIMARY KEY (batch_id, contact)) WITHOUT ROWID;
  CREATE TABLE answers (batch_id TEXT PRIMARY KEY, status TEXT, body TEXT) WITHOUT ROWID;
  CREATE TABLE successes (batch_id TEXT, contact_id TEXT, position INTEGER, PRIMARY KEY (batch_id, contact_id)) WITHOUT ROWID;
  CREATE TABLE failures (batch_id TEXT, email_key TEXT, position INTEGER, email TEXT, PRIMARY KEY (batch_id, email_key)) WITHOUT ROWID;
  CREATE TABLE outcomes (batch_id TEXT, contact INTEGER, outcome TEXT, PRIMARY KEY (batch_id, contact)) WITHOUT ROWID;
  CREATE TABLE findings (batch_id TEXT, finding TEXT, subject TEXT);`

/** Rows of the file into a table, 250 a statement. */
const readInto = async (table) => {
  const insert = (rows) =>
    db.prepare(
      `INSERT INTO ${table} (email_key, email, contact_id, batch_id, first_name)
       VALUES ${Array.from({ length: rows }, () => "(?,?,?,?,?)").join(",")}`
    )
  const full = insert(250)
  let values = []
  for await (const lines of linesOf(argument)) {
    for (const line of lines) {
      const [email, contactId, batchId, firstName] = line.split(",")
      values.push(emailKey(email), email, contactId, batchId, firstName)
      if (values.length === 1250) {
        full.run(values)
        values = []
      }
    }
  }
  if (values.length > 0) insert(values.length / 5).run(values)
}

const decide = (batches) => `
  INSERT INTO outcomes
  SELECT s.batch_id, s.contact, CASE WHEN x.contact_id IS NULL THEN 'unaccounted' ELSE 'imported' END
  FROM answers a CROSS JOIN sent s ON s.batch_id = a.batch_id CROSS JOIN contacts c ON c.contact = s.contact
  LEFT JOIN successes x ON x.batch_id = s.batch_id AND x.contact_id = c.contact_id
  WHERE a.status = 'completed' AND a.${batches};
  INSERT INTO outcomes
  SELECT f.batch_id, c.contact, 'rejected'
  FROM failures f CROSS JOIN contacts c ON c.email_key = f.email_key CROSS JOIN sent s ON s.batch_id = f.batch_id AND s.contact = c.contact
  WHERE f.${batches} ON CONFLICT (batch_id, contact) DO UPDATE SET outcome = 'rejected';
  INSERT INTO findings
  SELECT batch_id, 'unmatched-success', contact_id FROM (
    SELECT batch_id, contact_id FROM successes WHERE ${batches}
    EXCEPT SELECT s.batch_id, c.contact_id FROM sent s CROSS JOIN contacts c ON c.contact = s.contact WHERE s.${batches}) strange
  WHERE EXISTS (SELECT 1 FROM contacts c WHERE c.contact_id = strange.contact_id);
  INSERT INTO findings
  SELECT f.batch_id, 'unmatched-failure', f.email FROM failures f LEFT JOIN contacts c ON c.email_key = f.email_key
  LEFT JOIN sent s ON s.batch_id = f.batch_id AND s.contact = c.contact WHERE s.contact IS NULL AND f.${batches};`

const steps = {
  load: async () => {
    db.exec("BEGIN")
    db.exec(schema)
    await readInto("contacts")
    db.exec("INSERT INTO sent SELECT batch_id, contact FROM contacts ORDER BY 1, 2")
    db.exec("CREATE UNIQUE INDEX contacts_by_email_key ON contacts (email_key)")
    db.exec("CREATE INDEX contacts_by_contact_id ON contacts (contact_id)")
    db.exec("COMMIT")
  },
  again: async () => {
    db.exec("BEGIN")
    db.exec(
      "CREATE TEMP TABLE staged (email_key TEXT, email TEXT, contact_id TEXT, batch_id TEXT, first_name TEXT)"
    )
    await readInto("staged")
    db.exec(`INSERT INTO contacts (email_key, email, contact_id, batch_id, first_name)
      SELECT * FROM staged WHERE true ORDER BY email_key
      ON CONFLICT (email_key) DO UPDATE SET email = excluded.email, contact_id = excluded.contact_id,
        batch_id = excluded.batch_id, first_name = excluded.first_name
      WHERE email <> excluded.email OR contact_id IS NOT excluded.contact_id
        OR batch_id IS NOT excluded.batch_id OR first_name IS NOT excluded.first_name`)
    db.exec(
      "INSERT INTO sent SELECT batch_id, contact FROM contacts WHERE true ORDER BY 1, 2 ON CONFLICT DO NOTHING"
    )
    db.exec("COMMIT")
  },
  record: () => {
    const answer = db.prepare("INSERT INTO answers VALUES (?, ?, ?)")
    const successes = db.prepare(
      "INSERT INTO successes SELECT ?, value, key FROM json_each(?, '$.success') WHERE true ORDER BY 2"
    )
    const failures = db.prepare(
      "INSERT INTO failures SELECT ?, value ->> 0, key, value ->> 1 FROM json_each(?)"
    )
    const record = db.transaction((batchId, body) => {
      const { failure, status } = JSON.parse(body)
      answer.run(batchId, status, body)
      successes.run(batchId, body)
      failures.run(batchId, JSON.stringify(failure.map((email) => [emailKey(email), email])))
    })
    for (const line of answersOf(argument)) {
      const { batchId, body } = JSON.parse(line)
      record.immediate(batchId, body)
    }
  },
  reconcile: () => {
    db.exec(`BEGIN IMMEDIATE; DELETE FROM outcomes; DELETE FROM findings; ${decide("batch_id <> ''")} COMMIT`)
  },
  incremental: () => {
    const batches = Number(argument)
    db.exec("CREATE TEMP TABLE changed (batch_id TEXT PRIMARY KEY) WITHOUT ROWID")
    db.prepare("INSERT INTO changed SELECT batch_id FROM answers ORDER BY 1 LIMIT ?").run(batches)
    const changed = "batch_id IN (SELECT batch_id FROM temp.changed)"
    const started = performance.now()
    db.exec(`BEGIN IMMEDIATE; DELETE FROM outcomes WHERE ${changed}; DELETE FROM findings WHERE ${changed};
      ${decide(changed)} COMMIT`)
    console.log(JSON.stringify({ millisABatch: (performance.now() - started) / batches }))
  },
  export: () => {
    const rows = db
      .prepare(
        `SELECT o.batch_id, c.email, o.outcome, coalesce(c.contact_id, '')
         FROM outcomes o CROSS JOIN contacts c ON c.contact = o.contact ORDER BY 1, o.contact`
      )
      .raw()
    writeCsv(argument, "batch_id,email,outcome,contact_id", rows.iterate())
  }
}
await steps[step]()
db.close()
