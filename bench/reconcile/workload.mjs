// Workload W: batches of 250 contacts, 2 % rejected, 1 % in neither list. The same bytes on every run.
// Usage: node workload.mjs BATCHES CONTACTS.csv ANSWERS.jsonl [repeated | wide | one | unknown]
//   unknown: the IDs stand in a column that says nothing; repeated: three in ten rows have the address of an earlier one; wide: 20 columns; one: one contact is in 500 batches
import { closeSync, openSync, writeSync } from "node:fs"

const [batches, contactsFile, answersFile] = [Number(process.argv[2]), process.argv[3], process.argv[4]]
const shape = process.argv[5]
const size = 250
const names = ["Ada", "Alan", "Barbara", "Edsger", "Frances", "Grace", "Hedy", "Katherine"]

/** A permutation, so that neither addresses nor old IDs lie in the order of the file. */
const scattered = (index) => (index * 7_368_787) % 16_777_213

/** Which contact a row is: one of its own, unless the shape says otherwise. */
const numberOf = (batch, index) => {
  const number = batch * size + index
  if (shape === "repeated" && index % 10 < 3 && batch > 0) return Math.max(0, number - size - (batch % 2))
  return shape === "one" && index === 17 && batch < 500 ? 17 : number
}

const contactOf = (batch, index) => {
  const number = numberOf(batch, index)
  const name = names[number % names.length]
  const email = `${name.toLowerCase()}.${scattered(number).toString(36).padStart(5, "0")}@mail${number % 97}.example`
  // Four in five were created by their import, so their IDs follow each other; the others are older.
  const contactId = index % 5 === 0 ? 1_000_000 + scattered(number) : 20_000_000 + number
  return { batchId: `import-${String(batch).padStart(6, "0")}`, email, contactId: String(contactId), name }
}

const isRejected = (index) => index % 50 === 7
const isSilent = (batch, index) => index === 11 || index === 111 || (index === 211 && batch % 2 === 0)

const contacts = openSync(contactsFile, "w")
const answers = openSync(answersFile, "w")
const more = shape === "wide" ? Array.from({ length: 16 }, (_, at) => `field_${at}`) : []
const cells = more.map((_, at) => `,value ${at}`).join("")
writeSync(
  contacts,
  `email,${shape === "unknown" ? "number" : "contact_id"},batch_id,first_name${more.map((name) => `,${name}`).join("")}\n`
)
for (let batch = 0; batch < batches; batch++) {
  const all = Array.from({ length: size }, (_, index) => contactOf(batch, index))
  const success = all.flatMap(({ contactId }, index) =>
    isRejected(index) || isSilent(batch, index) ? [] : [contactId]
  )
  const failure = all.flatMap(({ email }, index) => (isRejected(index) ? [email] : []))
  writeSync(
    contacts,
    all.map((it) => `${it.email},${it.contactId},${it.batchId},${it.name}${cells}\n`).join("")
  )
  // As it comes over the wire: the body is text, and kept as such.
  const body = JSON.stringify({ status: "completed", success: success.reverse(), failure })
  writeSync(answers, `${JSON.stringify({ batchId: all[0].batchId, body })}\n`)
}
closeSync(contacts)
closeSync(answers)
