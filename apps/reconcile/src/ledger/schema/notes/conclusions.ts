import { said } from "./common.js"
import type { ObjectNotes } from "./Note.js"
import { Finding, inWords, Unmatched, Verdict } from "../words.js"

/** What follows from the facts. It can be deleted and recomputed, to the same rows. */
export const conclusions: ReadonlyArray<ObjectNotes> = [
  {
    object: "outcomes",
    layer: "conclusions",
    note: "The outcome of a contact sent in a settled batch. Contacts of other batches have no row here; contact_status shows them as pending.",
    columns: {
      batch_id: said.batchId,
      email_key: said.emailKey,
      occurrence: said.occurrence,
      outcome: `What became of the contact: ${inWords(Verdict)}.`,
      evidence: said.evidence,
      contact_id: said.outcomeContactId
    }
  },
  {
    object: "unmatched_successes",
    layer: "conclusions",
    note: "A contact ID that succeeded in a batch, but that no contact sent in it is known to have. Most have no known address until they are resolved.",
    columns: {
      batch_id: said.batchId,
      contact_id: "ActiveCampaign's contact ID, as received."
    }
  },
  {
    object: "findings",
    layer: "conclusions",
    note: "A conflict in the reports about a batch, or something in them that matches no sent contact. It is not an outcome of a contact.",
    columns: {
      batch_id: said.batchId,
      finding: `${inWords(Finding)}.`,
      subject:
        "What it is about: an address, an email key, a contact ID, the sequence of an answer, the batch ID or the name of a list.",
      detail: "An explanation in one sentence. Its wording may change."
    }
  },
  {
    object: "near_matches",
    layer: "conclusions",
    note: "A sent address that is similar to a reported address that was not sent; at most five for each. It is only a hint: no outcome depends on it.",
    columns: {
      batch_id: said.batchId,
      finding: `${inWords(Unmatched)}: the list that reported it.`,
      subject: "The subject of the finding: the address that failed, or the contact ID that succeeded.",
      reported_email: "The address that was reported as failed, or that the contact ID has. It was not sent.",
      sent_email: "A sent address that is similar to it.",
      difference:
        "How they differ: spaces (or invisible characters), unicode-form, host-form (the host name in Unicode and in punycode), among-words (a name, mailto:, quotes or a second address beside it), or one-edit (one letter added, removed or replaced, or two swapped)."
    }
  },
  {
    object: "stale_batches",
    layer: "conclusions",
    note: "A batch whose facts changed after its outcomes were computed. Empty after every run.",
    columns: { batch_id: said.batchId }
  }
]
