import { said } from "./common.js"
import type { ObjectNotes } from "./Note.js"

/** What follows from the facts. It can be thrown away and drawn again, to the same rows. */
export const conclusions: ReadonlyArray<ObjectNotes> = [
  {
    object: "outcomes",
    layer: "conclusions",
    note: "The verdict on one sent contact of one batch. As many rows as batch_sent once a run has ended.",
    columns: {
      batch_id: said.batchId,
      email_key: said.emailKey,
      occurrence: said.occurrence,
      outcome: said.outcome,
      evidence: said.evidence,
      contact_id: said.outcomeContactId
    }
  },
  {
    object: "findings",
    layer: "conclusions",
    note: "Something that contradicts, or that belongs to no sent contact. A finding is not a verdict on a contact.",
    columns: {
      batch_id: said.batchId,
      finding:
        "unmatched-success, unmatched-failure, duplicate-sent, duplicate-local, id-conflict, impossible-transition or count-refuted.",
      subject: "What it is about: an address, an email key or a contact ID.",
      detail: "One sentence for people. Its wording may change."
    }
  },
  {
    object: "near_matches",
    layer: "conclusions",
    note: "A sent address that is nearly the one reported as failed. A hint for people: no verdict rests on it.",
    columns: {
      batch_id: said.batchId,
      failed_email: "The address reported as failed, which was not sent.",
      sent_email: "A sent address that is near to it.",
      difference:
        "In what they differ: spaces, unicode-form, or one-edit (a letter more, less or other, or two exchanged)."
    }
  },
  {
    object: "stale_batches",
    layer: "conclusions",
    note: "A batch whose facts changed since its conclusions were drawn. Empty after every run.",
    columns: { batch_id: said.batchId }
  }
]
