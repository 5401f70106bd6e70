import { said } from "./common.js"
import type { ObjectNotes } from "./Note.js"

/**
 * NOT IN THE FILE YET: notes of schema 2. An entry of an object that is noted already adds columns to it, and
 * replaces the notes that it repeats.
 */
export const upcoming: ReadonlyArray<ObjectNotes> = [
  {
    object: "links",
    layer: "facts",
    note: "The account said that a contact ID belongs to an address. IDs that your own sources give stay in local_contacts.",
    columns: {
      contact_id: "ActiveCampaign's contact ID, as text, as received.",
      email_key: said.emailKey,
      email: "The address as the account writes it.",
      learnt_from: "resolve: asked whose the ID is. lookup: asked whether the address exists.",
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
      method:
        "address: asked for this address. walk: found, or not, among the contacts touched since the batch was submitted.",
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
    object: "outcome_changes",
    layer: "history",
    note: "A verdict on a contact of a settled batch that became another one.",
    columns: {
      outcome_change_id: "A number in the order of changes.",
      changed_at: "When the new verdict was drawn. UTC.",
      batch_id: said.batchId,
      email_key: said.emailKey,
      occurrence: said.occurrence,
      outcome_before: "The verdict until then.",
      outcome_after: "The verdict from then on."
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
      difference: "In what they differ: letter case, spaces, the Unicode form, or one edit."
    }
  },
  {
    object: "local_contacts",
    layer: "yours",
    note: "One of your own contacts, as its source has it. The same person in two sources is two rows.",
    columns: { batch_id: "The batch that the source's row names. NULL: it names none." }
  },
  {
    object: "batch_overview",
    layer: "view",
    note: "",
    columns: {
      present: "How many sent contacts are in neither list, but were found in the account.",
      missing: "How many sent contacts are in neither list, and are not in the account.",
      gone_successes: "How many distinct contact IDs succeeded that the account no longer has."
    }
  },
  {
    object: "rejected_contacts",
    layer: "view",
    note: "",
    columns: { likely_reason: "A guess, made here and not by ActiveCampaign, why it failed. NULL: no guess." }
  },
  {
    object: "missing_contacts",
    layer: "view",
    note: "",
    columns: {
      batch_id: said.batchId,
      email: said.email,
      evidence:
        "lookup-absent: the account has no such contact. lookup-deleted: it calls the contact deleted.",
      asked_at: "When the account was asked. UTC. The contact may have arrived since."
    }
  },
  {
    object: "retry_candidates",
    layer: "view",
    note: "",
    columns: {
      batch_id: said.batchId,
      email: said.email,
      email_key: said.emailKey,
      occurrence: said.occurrence,
      outcome: "The verdict that makes it a candidate.",
      reason: "Why it may be sent again, in one sentence."
    }
  },
  {
    object: "contact_ids",
    layer: "view",
    note: "",
    columns: {
      learnt_from: "Who said so. local: one of your own sources. resolve and lookup: the account.",
      learnt_at: "When it was learnt. UTC. For local, when the source was last loaded."
    }
  },
  {
    object: "unmatched_failures",
    layer: "view",
    note: "",
    columns: { nearest_sent: "The sent addresses nearest to it. NULL: none is near." }
  },
  {
    object: "id_conflicts",
    layer: "view",
    note: "",
    columns: {
      contact_id: "The contact ID concerned.",
      email_key: said.emailKey,
      problem: "What contradicts: one ID with two addresses, or one address with two IDs.",
      detail: "One sentence for people. Its wording may change."
    }
  },
  {
    object: "daily_totals",
    layer: "view",
    note: "",
    columns: {
      day: "A day in UTC: the one the batch was submitted on, or where that is not known, added on.",
      batches: "How many batches the day had.",
      sent: "How many contacts were sent in them.",
      imported: "How many of these are imported.",
      present: "How many are in neither list, but were found in the account.",
      rejected: "How many are rejected.",
      contradictory: "How many stand in both lists.",
      missing: "How many are in neither list, and are not in the account.",
      unaccounted: "How many are in neither list, and were not looked up.",
      pending: "How many wait for their batch to settle."
    }
  },
  {
    object: "changes_since_last_run",
    layer: "view",
    note: "",
    columns: {
      batch_id: said.batchId,
      email: said.email,
      outcome_before: "The verdict before the last run.",
      outcome_after: "The verdict after it.",
      change: "In a word: newly lost, newly found, or another change."
    }
  }
]
