import { knownAs } from "../recordViews.js"
import { conclusions } from "./conclusions.js"
import { facts } from "./facts.js"
import { history } from "./history.js"
import type { ObjectNotes } from "./Note.js"
import { yours } from "./yours.js"

const batch = "The batch's number. numbered_batches has its ID."
const address = "The address's number. addresses has its key."
const answer = "The answer's number. answers has the rest."
const email = "The address as written. NULL: the same as its key."

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
    batch: "The number of the row's batch. NULL: it names none, or the batch was removed.",
    email,
    cells:
      "The values of the row's columns as a JSON array, without those that email, contact_id and batch hold exactly."
  },
  former_sent: { batch, address_id: address },
  verdicts: { batch, address_id: address },
  unmatched_ids: { batch },
  batch_findings: { batch },
  nearest_sent: { batch },
  stale_marks: { batch },
  verdict_changes: { batch, address_id: address }
}

/** Columns of a view that its table does not have: the table has numbers instead. */
const written = ["batch_id", "email_key", "batch_answer_id", "source_columns"]

/** The same for single tables. */
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

/** How the rows are stored. The views that show them say what they mean. */
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
    object: "pseudonym_keys",
    layer: "internal",
    note: "The secret behind the pseudonyms of 'report --mask', so that they are the same in every report of this file.",
    columns: {
      pseudonym_key_id: "Always 1: a file has one.",
      secret:
        "256 random bits, made with the file. With it, anybody can tell which address a pseudonym stands for."
    }
  },
  {
    object: "last_notice",
    layer: "internal",
    note: "The last message that the webhook of --notify took. At most one row.",
    columns: {
      last_notice_id: "Always 1: only the last one is kept.",
      sent_at: "When it was sent. UTC.",
      exit_code: "The exit code of the run that it was about.",
      reason: "Why the run had that exit code, in a few words."
    }
  },
  {
    object: "row_shapes",
    layer: "internal",
    note: "The column names of a source's rows, and which of them have a column of their own in local_rows.",
    columns: {
      shape_id: "A number in the order first seen.",
      local_source_id: "The source whose rows have these columns.",
      names: "The names of the columns in the source's order, as a JSON array.",
      email_at: "The place, from 0, of the column with exactly the row's email. -1: none.",
      contact_id_at: "The same for its contact_id.",
      batch_id_at: "The same for its batch.",
      is_payload: "Whether the rows are contacts in the body of a bulk import request: 1 or 0."
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
