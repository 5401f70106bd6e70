// The barest comparison: what was found as JSON, compared in one statement.
// Usage: node floor.mjs look LEDGER BATCHES | compare LEDGER | nothing LEDGER
import Sqlite from "../sqlite.mjs"
import { contactsOf } from "./contacts.mjs"

const [step, file, batches] = process.argv.slice(2)
const db = new Sqlite(file)
db.pragma("journal_mode = WAL")
db.pragma("synchronous = FULL")

if (step === "look") {
  db.exec(
    "CREATE TABLE floor_found (address_id INTEGER PRIMARY KEY, looked_at TEXT NOT NULL, held TEXT NOT NULL)"
  )
  const insert = db.prepare(
    "INSERT INTO floor_found SELECT address_id, '2031-04-02T08:20:00.000Z', ? FROM addresses WHERE email_key = ?"
  )
  const page = db.transaction((contacts) => {
    for (const { email, found } of contacts) insert.run(JSON.stringify(found), email)
  })
  for (let batch = 0; batch < Number(batches); batch++) {
    const contacts = contactsOf(batch)
    for (let at = 0; at < contacts.length; at += 100) page(contacts.slice(at, at + 100))
  }
}
if (step === "compare") {
  db.exec(`
    CREATE TABLE floor_verdicts (batch INTEGER, address_id INTEGER, field TEXT, sent TEXT, found TEXT,
      PRIMARY KEY (batch, address_id, field)) WITHOUT ROWID;
    CREATE TABLE floor_counts (batch INTEGER, field TEXT, sent INTEGER, same INTEGER, PRIMARY KEY (batch, field));
    CREATE TEMP TABLE pairs AS
      SELECT l.batch, l.address_id, s.value ->> 'id' AS field, s.value ->> 'value' AS sent,
        (SELECT h.value ->> 'value' FROM json_each(f.held) h WHERE h.value ->> 'field' = s.value ->> 'id') AS found
      FROM local_rows l JOIN verdicts v ON v.batch = l.batch AND v.address_id = l.address_id AND v.outcome = 'imported'
      JOIN floor_found f ON f.address_id = l.address_id
      JOIN json_each(l.cells, '$[0]') s;
    INSERT INTO floor_verdicts SELECT * FROM pairs WHERE trim(sent) <> trim(found);
    INSERT INTO floor_counts SELECT batch, field, count(*), count(*) FILTER (WHERE trim(sent) = trim(found))
      FROM pairs GROUP BY batch, field`)
}
db.close()
