// Ends with an error unless two files hold the same: rows of ledgers table by table, or bytes. In a process of its own: those
// that are measured start with the memory of the one that starts them.
// Usage: node same.mjs rows LEDGER LEDGER | bytes FILE FILE
import { readFileSync } from "node:fs"
import Sqlite from "../sqlite.mjs"

/** Facts, contacts and conclusions; when each was added is of its own run. */
const tables = {
  local_contacts: "local_contact_id",
  batches: "batch_id",
  batch_sent: "batch_id, email_key, occurrence",
  batch_answers: "batch_id, sequence",
  batch_successes: "batch_id, sequence, contact_id, position",
  batch_failures: "batch_id, sequence, email_key, position",
  outcomes: "batch_id, email_key, occurrence",
  unmatched_successes: "batch_id, contact_id",
  findings: "batch_id, finding, subject",
  stale_batches: "batch_id"
}
const ofItsOwnRun = new Set(["added_at", "loaded_at"])

const columnsOf = (db, table) =>
  db
    .prepare(`SELECT name FROM pragma_table_xinfo('${table}')`)
    .pluck()
    .all()
    .filter((name) => !ofItsOwnRun.has(name))

const rowsOf = (db, table) =>
  db
    .prepare(`SELECT json_array(${columnsOf(db, table)}) FROM ${table} ORDER BY ${tables[table]}`)
    .pluck()
    .iterate()

const sameRows = (left, right) => {
  const open = (file) => new Sqlite(file, { readonly: true })
  const [a, b] = [open(left), open(right)]
  for (const table of Object.keys(tables)) {
    const others = rowsOf(b, table)
    for (const row of rowsOf(a, table)) {
      const other = others.next().value
      if (row !== other) throw new Error(`${table}: ${left} has ${row}, ${right} has ${other}`)
    }
    const more = others.next().value
    if (more !== undefined) throw new Error(`${table}: only ${right} has ${more}`)
  }
  a.close()
  b.close()
}

const sameBytes = (left, right) => {
  if (!readFileSync(left).equals(readFileSync(right))) throw new Error(`${left} is not ${right}`)
}

const [what, left, right] = process.argv.slice(2)
;({ rows: sameRows, bytes: sameBytes })[what](left, right)
