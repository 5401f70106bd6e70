import { said } from "./common.js"

/** The columns of every view. The note of the view itself is its question. */
export const ofViews: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  batch_overview: {
    batch_id: said.batchId,
    status: "The status in the last answer. NULL: no answer yet.",
    submitted_at: "When the batch was submitted. UTC. NULL: not known.",
    settled_at: "When the final answer was received. UTC. NULL: the batch has not settled.",
    sent: "Known contacts sent in the batch. 0 can also mean that no list of them was loaded.",
    successes:
      "Contact IDs in the last answer's success list. NULL: it had no list, which is not the same as an empty one.",
    failures:
      "Addresses in the last answer's failure list. NULL: it had no list, which is not the same as an empty one.",
    unlinked_successes: "Distinct successful contact IDs with no known address.",
    imported: "Sent contacts that were imported.",
    rejected: "Sent contacts that were rejected.",
    contradictory: "Sent contacts in both lists.",
    unaccounted: "Sent contacts in neither list, as far as is known, that have not been looked up.",
    pending: "Sent contacts whose batch has not settled.",
    findings: "Findings about the batch.",
    present: "Sent contacts in neither list that were found in the account.",
    missing: "Sent contacts in neither list that are not in the account.",
    gone_successes: "Distinct successful contact IDs that the account no longer has."
  },
  stalled_batches: {
    batch_id: said.batchId,
    status: "The status in the last answer.",
    since: "When the batch was submitted, or added if that is not known. UTC.",
    status_since: "When this status was first received. UTC.",
    usual_seconds:
      "The time within which 9 of 10 batches left this status, of the last 100 that settled. NULL: fewer than 10 of them were seen in it.",
    stalled_at:
      "When it began to count as stalled: after 4 times the usual time, at least an hour; after a day if nothing is usual. UTC.",
    seconds: "For how long it had been in this status when the account was last asked about open batches."
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
    outcome: "rejected; contradictory if its ID succeeded as well.",
    evidence: "failure; failure-and-id if its ID succeeded as well.",
    contact_id: said.outcomeContactId,
    likely_reason: "A guess by ac-reconcile: ActiveCampaign gives no reasons. NULL: no guess.",
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
      "An ActiveCampaign contact ID of the address. If an address has several, they conflict: id_conflicts lists it.",
    learnt_from: "Where that is from. local: one of your own sources. resolve and lookup: the account.",
    learnt_at: "When it was recorded. UTC. For local, when the source was last loaded."
  },
  local_contact_ids: {
    source: "The source of the contact.",
    source_key: "The row's value in the source's key column. NULL: the source is loaded without --key.",
    email: "The address as in the source.",
    own_contact_id: "The contact ID in the source. NULL: it has none.",
    contact_id: "The contact ID of the address: from the source, or else from the account. NULL: not known.",
    learnt_from: "Where that is from. local: the source. resolve and lookup: the account. NULL: not known.",
    email_key: said.emailKey,
    local_contact_id: "The contact's row in local_contacts, which has all of its columns."
  },
  contact_id_batches: {
    contact_id: "ActiveCampaign's contact ID, as received.",
    batch_id: "A batch whose success list has the ID, even if no contact sent in the batch has it.",
    sequence: "The answer with that list: its sequence in batch_answers.",
    received_at: "When that answer was received. UTC."
  },
  unmatched_failures: {
    batch_id: said.batchId,
    email: "The reported address, as ActiveCampaign wrote it.",
    detail: "One sentence for people. Its wording may change.",
    nearest_sent: "The most similar sent addresses, at most five. NULL: none is similar."
  },
  batch_timeline: {
    batch_id: said.batchId,
    at: "When the answer was received, or when calls began to fail. UTC.",
    status: "The status in the answer. NULL: no answer.",
    successes: "Contact IDs in the success list. NULL: no list, or no answer.",
    failures: "Addresses in the failure list. NULL: no list, or no answer.",
    error: "Why the last failed call had no answer. NULL: there is an answer.",
    origin: "account: ActiveCampaign was asked. pasted: you added the answer with 'batches add --answer'."
  },
  missing_contacts: {
    batch_id: said.batchId,
    email: said.email,
    evidence:
      "lookup-absent: the account does not have the contact. lookup-deleted: the account says it is deleted.",
    asked_at: "When the account was asked. UTC. The contact may have arrived since.",
    email_key: said.emailKey,
    occurrence: said.occurrence
  },
  retry_candidates: {
    batch_id: said.batchId,
    email: said.email,
    email_key: said.emailKey,
    occurrence: said.occurrence,
    outcome: "The outcome that makes it a candidate.",
    reason: "Why it may be sent again, in one sentence."
  },
  id_conflicts: {
    contact_id: "The contact ID that has several addresses. NULL: the conflict is about an address.",
    email_key: "The email key that has several contact IDs. NULL: the conflict is about an ID.",
    problem: "one-id-several-addresses or one-address-several-ids.",
    detail: "Its addresses, or its contact IDs."
  },
  daily_totals: {
    day: "The day on which batches were submitted, or added if that is not known. UTC.",
    batches: "Batches of that day.",
    sent: "Contacts sent in them.",
    imported: "Those that were imported.",
    present: "Those in neither list that were found in the account.",
    rejected: "Those that were rejected.",
    contradictory: "Those in both lists.",
    missing: "Those in neither list that are not in the account.",
    unaccounted: "Those in neither list that have not been looked up.",
    pending: "Those whose batch has not settled."
  },
  changes_since_last_run: {
    batch_id: said.batchId,
    email: said.email,
    outcome_before: "The outcome before the last run; pending if the batch has settled since.",
    outcome_after: "The outcome now.",
    change:
      "found: it is now imported or present. lost: it no longer is. settled: its batch settled. changed: anything else."
  }
}
