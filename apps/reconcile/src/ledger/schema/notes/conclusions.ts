import { said } from "./common.js"
import type { ObjectNotes } from "./Note.js"
import { Finding, inWords, Unmatched, Verdict } from "../words.js"

/** What follows from the facts. It can be thrown away and drawn again, to the same rows. */
export const conclusions: ReadonlyArray<ObjectNotes> = [
  {
    object: "outcomes",
    layer: "conclusions",
    note: "The verdict on one sent contact of one settled batch. Contacts of other batches have no row: they are pending, as contact_status says.",
    columns: {
      batch_id: said.batchId,
      email_key: said.emailKey,
      occurrence: said.occurrence,
      outcome: `The verdict: ${inWords(Verdict)}. Exactly one for each contact sent in the batch.`,
      evidence: said.evidence,
      contact_id: said.outcomeContactId
    }
  },
  {
    object: "unmatched_successes",
    layer: "conclusions",
    note: "A contact ID that succeeded in a batch, and that no contact sent in it is known to have. Most of them nobody knows until they are resolved.",
    columns: {
      batch_id: said.batchId,
      contact_id: "ActiveCampaign's contact ID, as text, as received."
    }
  },
  {
    object: "findings",
    layer: "conclusions",
    note: "Something that contradicts, or that belongs to no sent contact. A finding is not a verdict on a contact.",
    columns: {
      batch_id: said.batchId,
      finding: `${inWords(Finding)}.`,
      subject:
        "What it is about: an address, an email key, a contact ID, the number of an answer, the batch or the name of a list.",
      detail: "One sentence for people. Its wording may change."
    }
  },
  {
    object: "near_matches",
    layer: "conclusions",
    note: "A sent address that is nearly the one reported, which was not sent; at most five for each. A hint for people: no verdict rests on it.",
    columns: {
      batch_id: said.batchId,
      finding: `${inWords(Unmatched)}: the list that reported it.`,
      subject: "The subject of the finding: the address that failed, or the contact ID that succeeded.",
      reported_email:
        "The address reported as failed, or the one the contact ID belongs to. It was not sent.",
      sent_email: "A sent address that is near to it.",
      difference:
        "In what they differ: spaces (and invisible characters), unicode-form, host-form (one host name in Unicode and in punycode), among-words (a name, mailto:, quotes or a second address beside it), or one-edit (a letter more, less or other, or two exchanged)."
    }
  },
  {
    object: "stale_batches",
    layer: "conclusions",
    note: "A batch whose facts changed since its conclusions were drawn. Empty after every run.",
    columns: { batch_id: said.batchId }
  }
]
