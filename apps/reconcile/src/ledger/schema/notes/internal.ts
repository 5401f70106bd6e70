import { knownAs } from "../recordViews.js"
import { conclusions } from "./conclusions.js"
import { facts } from "./facts.js"
import { history } from "./history.js"
import type { ObjectNotes } from "./Note.js"
import { yours } from "./yours.js"

const batch = "The batch's number: numbered_batches has its ID."
const address = "The address's number: addresses has its key."
const answer = "The answer's number: answers has the rest of it."
const email = "The address as it was written. NULL: as its key."

/** Columns of tables behind a view that are not columns of the view. */
const own: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  numbered_batches: { batch: "A number in the order of adding." },
  sent_contacts: { batch, address_id: address, email },
  sent_gaps: { batch },
  answers: { answer_id: "A number in the order of writing.", batch },
  answer_successes: { answer_id: answer },
  answer_failures: { answer_id: answer, address_id: address, email },
  unreadable_items: { answer_id: answer },
  batch_troubles: { batch },
  id_links: { address_id: address, email },
  address_lookups: { address_id: address, email },
  local_rows: {
    address_id: address,
    shape_id: "The names of the row's columns, as row_shapes has them.",
    batch: "The number of the batch that the row names. NULL: it names none, or one that was removed.",
    email,
    cells:
      "The values of the row's columns as a JSON array, without those that stand in email, contact_id and batch to the letter."
  },
  former_sent: { batch, address_id: address },
  verdicts: { batch, address_id: address },
  unmatched_ids: { batch },
  batch_findings: { batch },
  nearest_sent: { batch },
  stale_marks: { batch },
  verdict_changes: { batch, address_id: address }
}

/** Columns of a view that its table has not: it has numbers instead. */
const written = ["batch_id", "email_key", "batch_answer_id", "source_columns"]

/** The same of single tables. */
const missing: Readonly<Record<string, ReadonlyArray<string>>> = {
  numbered_batches: [],
  answer_successes: ["sequence", ...written],
  answer_failures: ["sequence", ...written],
  unreadable_items: ["sequence", ...written]
}

const documented = new Map([...facts, ...yours, ...conclusions, ...history].map((one) => [one.object, one]))

const shared = (table: string) =>
  Object.entries(documented.get(knownAs(table))?.columns ?? {}).filter(
    ([column]) => !(missing[table] ?? written).includes(column)
  )

/** How the rows are stored; their meaning is told with the views that show them. */
export const internal: ReadonlyArray<ObjectNotes> = [
  {
    object: "addresses",
    layer: "internal",
    note: "Every address the file knows, with its number. Other tables hold the number.",
    columns: {
      address_id: "The address's number in this file.",
      email_key: "The address trimmed, in Unicode NFC and lower case."
    }
  },
  {
    object: "row_shapes",
    layer: "internal",
    note: "The column names of a source's rows, and which of them local_rows holds in columns of its own.",
    columns: {
      shape_id: "A number in the order first seen.",
      local_source_id: "The source whose rows have these columns.",
      names: "The names of the columns in the source's order, as a JSON array.",
      email_at: "The place of the column that is the row's email to the letter, from 0. -1: none.",
      contact_id_at: "The same of its contact_id.",
      batch_id_at: "The same of its batch."
    }
  },
  ...Object.entries(own).map(
    ([object, columns]): ObjectNotes => ({
      object,
      layer: "internal",
      note: `The rows of ${knownAs(object)}.`,
      columns: {
        ...Object.fromEntries(shared(object)),
        ...columns
      }
    })
  )
]
