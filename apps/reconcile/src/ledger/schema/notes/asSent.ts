import { Comparison, Kind } from "../../../asSent/SentMember.js"
import { inWords } from "../words.js"
import { said } from "./common.js"
import type { ObjectNotes } from "./Note.js"

const batch = "The batch's number. numbered_batches has its ID."
const address = "The address's number. addresses has its key."
const member = "The number of what was sent. sent_members has its name."
const look = "The call that fetched the contact. looks has its time."

/** The names of the account, as last read. */
export const asSentFacts: ReadonlyArray<ObjectNotes> = [
  {
    object: "account_fields",
    layer: "facts",
    note: "A custom field of the account, as last read.",
    columns: {
      field_id: "Its ID.",
      title: "Its title.",
      type: "Its type, such as text or date. NULL: not known.",
      perstag: "Its personalization tag. NULL: not known.",
      options: "Its choices, as a JSON array of objects with label and value. NULL: not known."
    }
  },
  {
    object: "account_tags",
    layer: "facts",
    note: "A tag of the account, as last read.",
    columns: { tag_id: "Its ID.", name: "Its name." }
  },
  {
    object: "account_lists",
    layer: "facts",
    note: "A list of the account, as last read.",
    columns: { list_id: "Its ID.", name: "Its name." }
  },
  {
    object: "account_exclusions",
    layer: "facts",
    note: "Addresses that the account excludes, as last read.",
    columns: {
      exclusion_id: "Its ID.",
      match_phrase: "An address, or its beginning or end.",
      match_type: "How the phrase is compared, such as exact, begin or end.",
      channel: "What it is excluded from, such as all or several. NULL: not known.",
      lists: "The IDs of the lists that it is about, as a JSON array. NULL: not known."
    }
  },
  {
    object: "account_names_read",
    layer: "facts",
    note: "When fields, tags, lists and exclusions were last read.",
    columns: {
      part: "fields, tags, lists or exclusions.",
      read_at: "When the reading began. UTC.",
      is_whole: "1: all were read. 0: some could not be read, and those of an earlier reading stay."
    }
  }
]

/** How the rest is stored. The views say what it means. */
export const asSentInternal: ReadonlyArray<ObjectNotes> = [
  {
    object: "former_cells",
    layer: "internal",
    note: "What a row had when its source first named it as sent, if the source has other values by now.",
    columns: {
      batch,
      address_id: address,
      occurrence: said.occurrence,
      shape_id: "The names of the row's columns, as row_shapes has them.",
      email: "The address as written then. NULL: the same as its key.",
      contact_id: "The row's contact ID then. NULL: none.",
      cells: "The row's values then, as in local_rows."
    }
  },
  {
    object: "sent_members",
    layer: "internal",
    note: "A field, tag, list or other thing that some contact was sent with.",
    columns: {
      member_id: "A number in the order first seen.",
      kind: `Which part of a contact it is: ${inWords(Kind)}.`,
      name: "The field, by its ID or as it was declared; the tag; the ID of the list. Empty for parts that a contact has once.",
      field_id:
        "The ID of the field that it stands for, as the fields of the account were last read. NULL: not known, or no field.",
      problem:
        "Why the account cannot have it, as its fields and lists were last read. NULL: nothing is wrong."
    }
  },
  {
    object: "looks",
    layer: "internal",
    note: "A call that fetched contacts with what they hold.",
    columns: {
      look_id: "A number in the order of the calls.",
      looked_at: "When the call was made. UTC.",
      after_answer_id: "The last answer recorded by then."
    }
  },
  {
    object: "contact_looks",
    layer: "internal",
    note: "A sent contact that was fetched after its batch had settled.",
    columns: {
      batch,
      address_id: address,
      occurrence: said.occurrence,
      look_id: look,
      created_at:
        "When the account created the contact. UTC. NULL: not known, or all of it was found as it was sent.",
      updated_at:
        "When the account last changed the contact. UTC. NULL: not known, or all of it was found as it was sent.",
      unseen:
        "The kinds of values that the answer did not have, such as field or tag; field:2 if it may lack fields and did not show 2 of the values; contact if it was gone; address if it has another address. NULL: it had all.",
      bounced: "1: mail to it bounced, according to the account. 0: not. NULL: not known."
    }
  },
  {
    object: "found_values",
    layer: "internal",
    note: "What a look found in place of a sent value. What was found as it was sent has no row.",
    columns: {
      batch,
      address_id: address,
      occurrence: said.occurrence,
      member_id: member,
      found: "What was found. NULL: nothing.",
      cannot_tell: "Why the two cannot be compared. NULL: they can."
    }
  },
  {
    object: "list_statuses",
    layer: "internal",
    note: "A status of a contact on a list: each look that saw it not active, and the first that saw it active after one.",
    columns: {
      address_id: address,
      list_id: "The ID of the list.",
      look_id: look,
      status: "0 is unconfirmed, 1 active, 2 unsubscribed, 3 bounced."
    }
  },
  {
    object: "value_verdicts",
    layer: "internal",
    note: "The rows of contact_values.",
    columns: {
      batch,
      address_id: address,
      occurrence: said.occurrence,
      member_id: member,
      comparison: `What the comparison says: ${inWords(Comparison)}.`,
      sent: "The value that was sent.",
      found: "The value that was found. NULL: none.",
      why: "Why it is not checked. NULL: it is."
    }
  },
  {
    object: "value_counts",
    layer: "internal",
    note: "How many contacts of a batch were sent with something, and what the comparisons say.",
    columns: {
      batch,
      member_id: member,
      sent: "Contacts that were sent with it.",
      same: "Found as it was sent.",
      different: "Found otherwise.",
      absent: "Not found.",
      edited_since: "Not as sent, but the contact changed after the batch had settled.",
      sent_again: "Not as sent, but a later batch sent something else.",
      not_checked: "Not compared.",
      unseen: "Of those not compared: the account's answer did not have them."
    }
  },
  {
    object: "consent_breaks",
    layer: "internal",
    note: "The rows of consent_changes.",
    columns: {
      batch,
      address_id: address,
      list_id: "The ID of the list.",
      status_before: "2 is unsubscribed, 3 bounced.",
      look_before: "The look that found it so.",
      look_after: "The look that found it active."
    }
  }
]

const values = {
  batch_id: said.batchId,
  email: said.email,
  kind: `Which part of a contact it is: ${inWords(Kind)}.`,
  name: "The field, by its ID or as it was declared; the tag; the ID of the list. Empty for parts that a contact has once.",
  title: "The title of the field or the name of the list in the account. NULL: not known.",
  comparison: `What the comparison says: ${inWords(Comparison)}. docs/as-sent.md explains each. Values that are the same have no rows, nor have those of contacts that were not looked at: fields_at_a_glance counts them.`,
  sent: "The value that was sent. Empty for tags and lists.",
  found: "What the account had in its place. NULL: nothing.",
  why: "Why it is not checked. NULL: it is.",
  looked_at: "When the contact was fetched. UTC.",
  email_key: said.emailKey,
  occurrence: said.occurrence
}

/** The columns of the views. */
export const ofAsSentViews: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  contact_values: values,
  dropped_values: values,
  fields_at_a_glance: {
    kind: values.kind,
    name: "The field, by its ID, or as it was declared if the account is not known to have it; the tag; the ID of the list. Empty for parts that a contact has once.",
    title: values.title,
    sent: "Contacts that were sent with it, in settled batches and others.",
    same: "Found as it was sent.",
    different: "Found otherwise.",
    absent: "Not found.",
    cannot_tell: "Not as sent, but the contact changed since, or a later batch sent something else.",
    not_checked:
      "Not compared: not looked at, not in the account, or left with a doubt. Only those with a doubt left have rows in contact_values.",
    problem: "What is wrong with its name: the account has no such field or list, or several. NULL: nothing."
  },
  consent_changes: {
    batch_id: said.batchId,
    email: "The key of the address.",
    list_id: "The ID of the list.",
    list_name: "The name of the list in the account. NULL: not known.",
    status_before: "unsubscribed or bounced.",
    seen_before: "When it was last seen so. UTC.",
    seen_active: "When it was first seen active again. UTC.",
    email_key: said.emailKey
  }
}
