import { said } from "./common.js"

/** The columns of every view; the note of the view itself is its question. */
export const ofViews: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  batch_overview: {
    batch_id: said.batchId,
    status: "The status in the last answer. NULL: no answer yet.",
    submitted_at: "When the batch was submitted. UTC. NULL: nobody said.",
    settled_at: "When the settled answer was received. UTC. NULL: the batch has not settled.",
    sent: "How many contacts are known to have been sent in the batch. 0 may mean that nobody said what was sent.",
    successes: "How many contact IDs the last answer's success list had. NULL: no list, which is not empty.",
    failures: "How many addresses the last answer's failure list had. NULL: no list, which is not empty.",
    unlinked_successes: "How many distinct contact IDs succeeded of which nobody knows whose they are.",
    imported: "How many sent contacts are imported.",
    rejected: "How many sent contacts are rejected.",
    contradictory: "How many sent contacts stand in both lists.",
    unaccounted: "How many sent contacts are in neither list as far as is known, and were not looked up.",
    pending: "How many sent contacts wait for the batch to settle.",
    findings: "How many findings there are about the batch.",
    present: "How many sent contacts are in neither list, but were found in the account.",
    missing: "How many sent contacts are in neither list, and are not in the account.",
    gone_successes: "How many distinct contact IDs succeeded that the account no longer has."
  },
  contact_status: {
    batch_id: said.batchId,
    email: said.email,
    outcome: said.outcome,
    evidence: said.evidence,
    contact_id: said.outcomeContactId,
    email_key: said.emailKey,
    occurrence: said.occurrence
  },
  rejected_contacts: {
    batch_id: said.batchId,
    email: said.email,
    outcome: "rejected, or contradictory where its ID succeeded as well.",
    evidence: "failure, or failure-and-id where its ID succeeded as well.",
    contact_id: said.outcomeContactId,
    likely_reason: "A guess, made here and not by ActiveCampaign, why it failed. NULL: no guess.",
    email_key: said.emailKey,
    occurrence: said.occurrence
  },
  unaccounted_contacts: {
    batch_id: said.batchId,
    email: said.email,
    email_key: said.emailKey,
    occurrence: said.occurrence
  },
  contact_ids: {
    email_key: said.emailKey,
    contact_id:
      "An ActiveCampaign contact ID linked to the address. An address may have several, which is then a contradiction.",
    learnt_from: "Who said so. local: one of your own sources. resolve and lookup: the account.",
    learnt_at: "When it was learnt. UTC. For local, when the source was last loaded."
  },
  local_contact_ids: {
    source: "The source of the contact.",
    source_key: "The row's value in the source's own key column. NULL: the source is loaded without --key.",
    email: "The address as the source has it.",
    own_contact_id: "The contact ID that the source gives. NULL: it gives none.",
    contact_id:
      "The contact ID of the address: the source's own, else what the account said. NULL: nobody knows it.",
    learnt_from: "Who said so. local: the source. resolve and lookup: the account. NULL: nobody did.",
    email_key: said.emailKey,
    local_contact_id: "The contact's row in local_contacts, where all of its columns are."
  },
  contact_id_batches: {
    contact_id: "ActiveCampaign's contact ID, as text, as received.",
    batch_id: "A batch whose success list holds the ID, whether anybody sent in it has it or not.",
    sequence: "The answer that lists it, as in batch_answers.",
    received_at: "When that answer was received. UTC."
  },
  unmatched_failures: {
    batch_id: said.batchId,
    email: "The address as ActiveCampaign wrote it.",
    detail: "One sentence for people. Its wording may change.",
    nearest_sent: "The sent addresses nearest to it, at most five. NULL: none is near."
  },
  batch_timeline: {
    batch_id: said.batchId,
    at: "When the answer was received, or the first of the calls failed that gave none. UTC.",
    status: "The status of the answer. NULL: there was none.",
    successes: "How many contact IDs the success list had. NULL: no list, or no answer.",
    failures: "How many addresses the failure list had. NULL: no list, or no answer.",
    error: "Why there was no answer, in the words of the last call. NULL: there was one.",
    origin: "account: ActiveCampaign was asked. pasted: you gave the answer with 'batches add --answer'."
  },
  missing_contacts: {
    batch_id: said.batchId,
    email: said.email,
    evidence: "lookup-absent: the account has no such contact. lookup-deleted: it calls the contact deleted.",
    asked_at: "When the account was asked. UTC. The contact may have arrived since.",
    email_key: said.emailKey,
    occurrence: said.occurrence
  },
  retry_candidates: {
    batch_id: said.batchId,
    email: said.email,
    email_key: said.emailKey,
    occurrence: said.occurrence,
    outcome: "The verdict that makes it a candidate.",
    reason: "Why it may be sent again, in one sentence."
  },
  id_conflicts: {
    contact_id:
      "The contact ID that is linked to several addresses. NULL: it is the address that contradicts.",
    email_key: "The email key that is linked to several contact IDs. NULL: it is the ID that contradicts.",
    problem: "one-id-several-addresses or one-address-several-ids.",
    detail: "The addresses, or the contact IDs, that it is linked to."
  },
  daily_totals: {
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
  },
  changes_since_last_run: {
    batch_id: said.batchId,
    email: said.email,
    outcome_before: "The verdict before the last run; pending where its batch settled since.",
    outcome_after: "The verdict now.",
    change:
      "found: it is now imported or present. lost: it no longer is. settled: its batch settled. changed: anything else."
  }
}
