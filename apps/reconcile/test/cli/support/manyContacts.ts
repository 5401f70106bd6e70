import { writeFileSync } from "node:fs"
import { join } from "node:path"
import Sqlite from "better-sqlite3"
import type { Ended } from "./World.js"

interface Size {
  readonly batches: number
  readonly contactsEach: number
  /** Of so many contacts of a settled batch, about one needs attention. 1: all. */
  readonly attentionOneIn: number
}

const hosts = ["gmail.com", "acme.example", "globex.example", "web.de", "initech.example", "umbrella.test"]

/** A number from 0 to 1 that looks like chance and is the same each time. */
const chance = (seed: number) => {
  const value = Math.sin(seed * 127.1 + 311.7) * 43758.5453
  return value - Math.floor(value)
}

const day = 86_400_000
const start = Date.UTC(2031, 0, 6, 8)

const submittedAt = (batch: number, batches: number) =>
  start + Math.floor((batch / batches) * 84) * day + Math.floor(chance(batch) * 8) * 3_600_000

const emailOf = (batch: number, contact: number) => {
  const at = chance(batch * 1000 + contact)
  const host = hosts[Math.floor(at * at * hosts.length)] ?? "acme.example"
  // Some addresses are wrong in the ways in which addresses are.
  const shape = Math.floor(chance(contact * 7 + batch) * 60)
  if (shape === 0) return `person.${batch}.${contact}`
  if (shape === 1) return `person.${batch}.${contact}@${host.split(".")[0]}`
  return `person.${batch}.${contact}@${host}`
}

const statusOf = (batch: number, batches: number) => {
  if (batch >= batches - 2) return "active"
  return batch % 37 === 5 ? "failed" : batch % 41 === 7 ? "interrupted" : "completed"
}

/**
 * A ledger with as many batches and contacts as wanted, over twelve weeks, with every outcome that needs attention. The
 * contacts are loaded by the command; answers are written as a run would.
 */
export const manyContacts = async (
  folder: string,
  run: (args: ReadonlyArray<string>) => Promise<Ended>,
  { attentionOneIn, batches, contactsEach }: Size
): Promise<string> => {
  const db = join(folder, "many.db")
  const csv = join(folder, "many.csv")
  const lines = ["email,batch_id,contact_id,key"]
  for (let batch = 0; batch < batches; batch++) {
    for (let contact = 0; contact < contactsEach; contact++) {
      const id = 10_000 + batch * contactsEach + contact
      lines.push(`${emailOf(batch, contact)},batch-${String(batch).padStart(4, "0")},${id},K-${id}`)
    }
  }
  writeFileSync(csv, lines.join("\n"))
  const loaded = await run([
    "contacts",
    "load",
    csv,
    "--batch-column",
    "batch_id",
    "--key",
    "key",
    "--db",
    db
  ])
  if (loaded.code !== 0) throw new Error(loaded.stderr)
  const database = new Sqlite(db)
  try {
    database.exec("BEGIN")
    database.exec(
      "INSERT INTO accounts VALUES (1, 'https://acme.api-us1.com/api/3', '2031-01-06T08:00:00.000Z') ON CONFLICT DO NOTHING"
    )
    const number = database.prepare<[string], { batch: number }>(
      "SELECT batch FROM numbered_batches WHERE batch_id = ?"
    )
    const submit = database.prepare("UPDATE numbered_batches SET submitted_at = ? WHERE batch = ?")
    const answer = database.prepare(
      "INSERT INTO answers (batch, sequence, received_at, status, success_count, failure_count, raw_body, origin) VALUES (?, 1, ?, ?, ?, ?, '{}', 'account')"
    )
    const sent = database.prepare<[number], { address_id: number; contact_id: string | null }>(
      `SELECT s.address_id, (SELECT l.contact_id FROM local_rows l WHERE l.address_id = s.address_id) AS contact_id
       FROM sent_contacts s WHERE s.batch = ? ORDER BY s.address_id`
    )
    const success = database.prepare("INSERT OR IGNORE INTO answer_successes VALUES (?, ?, ?)")
    const failure = database.prepare("INSERT OR IGNORE INTO answer_failures VALUES (?, ?, ?, NULL)")
    const lookUp = database.prepare(
      "INSERT INTO address_lookups (address_id, asked_at, after_answer_id, method) VALUES (?, ?, ?, 'address')"
    )
    const stale = database.prepare("INSERT OR IGNORE INTO stale_marks (batch) VALUES (?)")
    const strange = database.prepare("INSERT INTO addresses (email_key) VALUES (?)")
    for (let at = 0; at < batches; at++) {
      const batch = number.get(`batch-${String(at).padStart(4, "0")}`)?.batch ?? 0
      const submitted = submittedAt(at, batches)
      const received = new Date(submitted + 4000 + Math.floor(chance(at) ** 6 * 9_000_000)).toISOString()
      submit.run(new Date(submitted).toISOString(), batch)
      const status = statusOf(at, batches)
      const contacts = sent.all(batch)
      const isOpen = status === "active"
      const becomes = contacts.map((_, contact) => {
        if (chance(at * 53 + contact * 17) * attentionOneIn >= 1) return "imported"
        const kind = chance(at * 31 + contact)
        return kind < 0.55 ? "rejected" : kind < 0.9 ? "missing" : kind < 0.93 ? "contradictory" : "silent"
      })
      const answered = Number(
        answer.run(
          batch,
          received,
          status,
          isOpen ? null : becomes.filter((word) => word === "imported" || word === "contradictory").length,
          isOpen ? null : becomes.filter((word) => word === "rejected" || word === "contradictory").length
        ).lastInsertRowid
      )
      stale.run(batch)
      if (isOpen) continue
      for (const [position, { address_id, contact_id }] of contacts.entries()) {
        const word = becomes[position]
        if (word === "imported" || word === "contradictory") success.run(answered, contact_id, position)
        if (word === "rejected" || word === "contradictory") failure.run(answered, address_id, position)
        if (word === "missing") lookUp.run(address_id, received, answered)
      }
      if (at % 19 === 3) {
        failure.run(answered, strange.run(`stranger.${at}@elsewhere.example`).lastInsertRowid, 9999)
      }
    }
    database.exec("COMMIT")
  } finally {
    database.close()
  }
  const decided = await run(["reconcile", "--db", db])
  if (decided.code !== 0) throw new Error(decided.stderr)
  return db
}
