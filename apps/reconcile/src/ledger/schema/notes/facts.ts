import { said } from "./common.js"
import type { ObjectNotes } from "./Note.js"

const sequence = "The answer it stood in; 1 is the first answer about the batch."

/** A time of trouble, told alike for a batch and for the account. */
const trouble = {
  first_at: "When the first of these calls failed. UTC.",
  last_at: "When the last one failed. UTC.",
  times: "How many calls failed, retries included.",
  ended_at: "When an answer came again, or the step ended without this trouble. UTC. NULL: it lasts.",
  error: "The kind of the last error, one word.",
  message: "What went wrong the last time, one sentence. Never holds the API token.",
  raw_body: "The last body that could not be understood, as received. NULL: there was none."
}

/**
 * What was sent and what was answered. Written once and never changed, but by what takes a mistake back (`batches remove`,
 * `contacts remove`, another `--submitted-at`), by `erase`, and where the note of a column says so.
 */
export const facts: ReadonlyArray<ObjectNotes> = [
  {
    object: "accounts",
    layer: "facts",
    note: "The ActiveCampaign account that the file belongs to. At most one row; none before the first answer.",
    columns: {
      account_id: "Always 1: a file belongs to one account.",
      base_url: "The account's API URL. A run against another account is refused.",
      bound_at: "When the file was tied to the account: at its first answer. UTC."
    }
  },
  {
    object: "batches",
    layer: "facts",
    note: "A bulk import that ActiveCampaign accepted. One row a batch.",
    columns: {
      batch_id: said.batchId,
      submitted_at: "When the batch was submitted, as last said with --submitted-at. UTC. NULL: nobody said.",
      added_at:
        "When this file learnt of the batch. UTC. Its age counts from here where submitted_at is NULL."
    }
  },
  {
    object: "batch_sent",
    layer: "facts",
    note: "A contact as it was sent in a batch. One row each time it was sent.",
    columns: {
      batch_id: said.batchId,
      email_key: said.emailKey,
      occurrence: said.occurrence,
      email: said.email,
      contact_id:
        "The contact ID that your source gave with it, taken away again where the source no longer gives it. NULL: none. Which IDs an address has is told by contact_ids."
    }
  },
  {
    object: "batch_sent_gaps",
    layer: "facts",
    note: "A source with rows that could not be read, for each batch it names. What was sent in such a batch is not wholly known, so none of its outcomes rests on counting.",
    columns: {
      batch_id: said.batchId,
      source: "The name of the source, as in local_sources.",
      rejected_rows: "How many rows of the source could not be read. They may belong to any of its batches."
    }
  },
  {
    object: "batch_answers",
    layer: "facts",
    note: "An answer of the status call that said something new about its batch. An answer equal to the last one is not written again.",
    columns: {
      batch_answer_id: "A number in the order of writing.",
      batch_id: said.batchId,
      sequence: "1 for the first answer about the batch, 2 for the next that differed.",
      received_at: "When the answer was received, or given to 'batches add --answer'. UTC.",
      status:
        "ActiveCampaign's word: waiting, claimed, active, completed, failed or interrupted; unset where it answered JSON false. Any other word is kept as it came and is not final.",
      success_count:
        "How many contact IDs could be read in the success list. NULL: the list was missing or null, which is not empty.",
      failure_count:
        "How many addresses could be read in the failure list. NULL: the list was missing or null, which is not empty.",
      raw_body:
        "The body as received, to the letter; only the API token, where an answer repeats it, is replaced by <redacted>. Of a pasted answer, the text of its file without white space around it.",
      origin:
        "account: ActiveCampaign answered a call. pasted: you gave the answer with 'batches add --answer'."
    }
  },
  {
    object: "batch_successes",
    layer: "facts",
    note: "A contact ID in the success list of a settled answer. It is an assumption that the list holds created contacts; whether it holds updated ones, the sources dispute.",
    columns: {
      batch_id: said.batchId,
      sequence,
      contact_id: "ActiveCampaign's contact ID, as text, as received.",
      position: "Its place in the list as received, from 0. Never to be paired with a place in what was sent."
    }
  },
  {
    object: "batch_failures",
    layer: "facts",
    note: "An address in the failure list of a settled answer. ActiveCampaign gives no reason.",
    columns: {
      batch_id: said.batchId,
      sequence,
      email_key: said.emailKey,
      position: "Its place in the list as received, from 0.",
      email:
        "The address as ActiveCampaign wrote it, which may differ from what was sent in letter case. What no text can hold, half a surrogate pair, is U+FFFD."
    }
  },
  {
    object: "batch_unreadable_items",
    layer: "facts",
    note: "Something in a list of a settled answer that is not what the list holds. As long as the last settled answer of a batch has one, counting decides nothing about the batch.",
    columns: {
      batch_unreadable_item_id: "A number in the order of writing.",
      batch_id: said.batchId,
      sequence,
      list: "The list it stood in: success or failure.",
      position:
        "Its place in the list as received, from 0. NULL: the list itself is something else than a list.",
      value:
        "What stood there, as JSON; where that is longer than 200 characters, what kind of thing it was. raw_body of the answer has all of it."
    }
  },
  {
    object: "batch_errors",
    layer: "facts",
    note: "A time in which a batch gave no usable answer: one row from the first failed call to the next answer, in however many runs.",
    columns: {
      batch_error_id: "A number in the order of writing.",
      batch_id: said.batchId,
      ...trouble
    }
  },
  {
    object: "links",
    layer: "facts",
    note: "The account said that a contact ID belongs to an address. IDs that your own sources give stay in local_contacts.",
    columns: {
      contact_id: "ActiveCampaign's contact ID, as text, as received.",
      email_key: said.emailKey,
      email: "The address as the account writes it.",
      learnt_from:
        "resolve: the account was asked whose the ID is. lookup: it was asked whether the address exists. local: a source of yours gave it, and the address was erased since.",
      learnt_at: "When it was learnt. UTC. The contact's address may have changed since."
    }
  },
  {
    object: "gone_contacts",
    layer: "facts",
    note: "A contact ID that once succeeded and that the account no longer has.",
    columns: {
      contact_id: "ActiveCampaign's contact ID, as text, as received.",
      asked_at: "When the account was asked for it. UTC."
    }
  },
  {
    object: "lookups",
    layer: "facts",
    note: "An address that was looked up in the account, and what the account said. One row each time.",
    columns: {
      lookup_id: "A number in the order of asking; the highest of an address is its latest.",
      email_key: said.emailKey,
      email: "The address as it was asked for.",
      asked_at: "When the account was asked. UTC.",
      after_answer_id:
        "The batch_answer_id of the last answer recorded when the look-up began. A batch that settled after it needs another look-up.",
      method:
        "address: asked for this address. walk: found, or not, when the whole account was walked through.",
      contact_id: "The ID of the contact found. NULL: the account has no such contact.",
      found_email: "Its address as the account writes it. NULL: no such contact.",
      created_at:
        "When the contact was created, by the account's clock. UTC. NULL: no such contact, or no date given.",
      updated_at:
        "When it was last updated, by the account's clock. UTC. NULL: no such contact, or no date given.",
      deleted: "1: the account calls the contact deleted. 0: it does not. NULL: not known.",
      bounced:
        "1: the account has bounced mail of it. 0: it has not. NULL: not known. What the field counts is an assumption."
    }
  },
  {
    object: "account_errors",
    layer: "facts",
    note: "A time in which calls failed for a reason that is no single batch's: one row from the first failed call to the end of the trouble.",
    columns: {
      account_error_id: "A number in the order of writing.",
      step: "follow: it asked about batches, and all of them were without an answer. resolve: it asked for the addresses of contact IDs. lookup: it asked whether addresses exist.",
      ...trouble
    }
  }
]
