import { said } from "./common.js"
import type { ObjectNotes } from "./Note.js"

const sequence = "The answer it is from: 1 is the first about the batch."

/** The columns that batch_errors and account_errors share. */
const trouble = {
  first_at: "When the first of these calls failed. UTC.",
  last_at: "When the last one failed. UTC.",
  times: "Failed calls, retries included.",
  ended_at: "When an answer came, or the step ended without this problem. UTC. NULL: it is not over.",
  error: "The kind of the last error, in one word.",
  message: "What the last error was, in one sentence. It never contains the API token.",
  raw_body: "The last response body that could not be read, as received. NULL: none."
}

/**
 * What was sent and what was answered. Written once. Only commands that undo a mistake (`batches remove`, `contacts remove`,
 * another `--submitted-at`) and `erase` change it, and what the note of a column names.
 */
export const facts: ReadonlyArray<ObjectNotes> = [
  {
    object: "accounts",
    layer: "facts",
    note: "The ActiveCampaign account that the file belongs to. At most one row, and none before the first answer.",
    columns: {
      account_id: "Always 1: a file belongs to one account.",
      base_url: "The account's API URL. Runs against another account are refused.",
      bound_at: "When the first answer tied the file to the account. UTC."
    }
  },
  {
    object: "batches",
    layer: "facts",
    note: "A bulk import that ActiveCampaign accepted.",
    columns: {
      batch_id: said.batchId,
      submitted_at: "When the batch was submitted, as last given with --submitted-at. UTC. NULL: not known.",
      added_at:
        "When the batch was added to this file. UTC. Its age counts from here if submitted_at is NULL."
    }
  },
  {
    object: "batch_sent",
    layer: "facts",
    note: "A contact as it was sent in a batch.",
    columns: {
      batch_id: said.batchId,
      email_key: said.emailKey,
      occurrence: said.occurrence,
      email: said.email,
      contact_id:
        "The contact ID in your source. It is removed here if the source no longer has it. NULL: none. contact_ids has all known IDs of an address."
    }
  },
  {
    object: "batch_sent_gaps",
    layer: "facts",
    note: "A source with unreadable rows, once for each batch it names. Not all contacts of these batches are known, so counting cannot decide their outcomes.",
    columns: {
      batch_id: said.batchId,
      source: "The name of the source, as in local_sources.",
      rejected_rows: "Rows of the source that could not be read. They may belong to any of its batches."
    }
  },
  {
    object: "batch_answers",
    layer: "facts",
    note: "An answer of the status call that said something new about its batch. An answer equal to the last one is not stored again.",
    columns: {
      batch_answer_id: "A number in the order of writing.",
      batch_id: said.batchId,
      sequence: "1 for the first answer about the batch, 2 for the next that differed.",
      received_at: "When the answer was received, or given to 'batches add --answer'. UTC.",
      status:
        "ActiveCampaign's word: waiting, claimed, active, completed, failed or interrupted. unset stands for JSON false. Any other word is stored as received and is not final.",
      success_count:
        "Readable contact IDs in the success list. NULL: the list was missing or null, which is not the same as empty.",
      failure_count:
        "Readable addresses in the failure list. NULL: the list was missing or null, which is not the same as empty.",
      raw_body:
        "The response body, exactly as received, except that the API token is replaced by <redacted>. For a pasted answer, the text of its file without white space around it.",
      origin:
        "account: ActiveCampaign answered a call. pasted: you added the answer with 'batches add --answer'."
    }
  },
  {
    object: "batch_successes",
    layer: "facts",
    note: "A contact ID in the success list of a settled answer. That the list has created contacts is an assumption; whether it also has updated ones is not clear from ActiveCampaign's pages.",
    columns: {
      batch_id: said.batchId,
      sequence,
      contact_id: "ActiveCampaign's contact ID, as received.",
      position:
        "Its place in the received list, from 0. It says nothing about the place of a contact in what was sent."
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
      position: "Its place in the received list, from 0.",
      email:
        "The address as ActiveCampaign wrote it. Letter case may differ from what was sent. Half a surrogate pair is stored as U+FFFD."
    }
  },
  {
    object: "batch_unreadable_items",
    layer: "facts",
    note: "An item of a settled answer's list that is not a contact ID or address. While the last settled answer of a batch has one, counting decides nothing about the batch.",
    columns: {
      batch_unreadable_item_id: "A number in the order of writing.",
      batch_id: said.batchId,
      sequence,
      list: "Its list: success or failure.",
      position: "Its place in the received list, from 0. NULL: the whole list is something else.",
      value:
        "The item as JSON, or the kind of value it is if that is longer than 200 characters. raw_body of the answer has all of it."
    }
  },
  {
    object: "batch_errors",
    layer: "facts",
    note: "A time without a usable answer about a batch: one row from the first failed call to the next answer, even over several runs.",
    columns: {
      batch_error_id: "A number in the order of writing.",
      batch_id: said.batchId,
      ...trouble
    }
  },
  {
    object: "links",
    layer: "facts",
    note: "A contact ID and its address, as the account gave them. IDs in your own sources are in local_contacts.",
    columns: {
      contact_id: "ActiveCampaign's contact ID, as received.",
      email_key: said.emailKey,
      email: "The address as the account writes it.",
      learnt_from:
        "resolve: the account was asked for the address of the ID. lookup: it was asked whether the address exists. local: it was in a source of yours, and the address has been erased.",
      learnt_at: "When the account said so. UTC. The contact's address may have changed since."
    }
  },
  {
    object: "gone_contacts",
    layer: "facts",
    note: "A contact ID that succeeded and that the account no longer has.",
    columns: {
      contact_id: "ActiveCampaign's contact ID, as received.",
      asked_at: "When the account was asked for it. UTC."
    }
  },
  {
    object: "lookups",
    layer: "facts",
    note: "A look-up of an address in the account, and the answer. One row each time.",
    columns: {
      lookup_id: "A number in the order of asking. The highest of an address is its latest look-up.",
      email_key: said.emailKey,
      email: "The address as it was asked for.",
      asked_at: "When the account was asked. UTC.",
      after_answer_id:
        "The batch_answer_id of the last answer recorded when the look-up began. A batch that settled later needs another look-up.",
      method: "address: the account was asked for this address. walk: all contacts of the account were read.",
      contact_id: "The ID of the contact. NULL: it is not in the account.",
      found_email: "Its address as the account writes it. NULL: not in the account.",
      created_at:
        "When the contact was created, by the account's clock. UTC. NULL: not in the account, or no date given.",
      updated_at:
        "When it was last updated, by the account's clock. UTC. NULL: not in the account, or no date given.",
      deleted: "1: the account says that the contact is deleted. 0: it does not. NULL: not known.",
      bounced:
        "1: mail to it bounced, according to the account. 0: not. NULL: not known. What the account's field means is an assumption."
    }
  },
  {
    object: "account_errors",
    layer: "facts",
    note: "A time in which calls failed for a reason that concerns no single batch: one row from the first failed call to the end of the problem.",
    columns: {
      account_error_id: "A number in the order of writing.",
      step: "What the run asked for. follow: the status of batches, and none was answered. resolve: the addresses of contact IDs. lookup: whether addresses exist.",
      ...trouble
    }
  }
]
