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
    unaccounted: "How many sent contacts are in neither list as far as is known.",
    pending: "How many sent contacts wait for the batch to settle.",
    findings: "How many findings there are about the batch."
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
    contact_id: said.outcomeContactId
  },
  unaccounted_contacts: {
    batch_id: said.batchId,
    email: said.email
  },
  contact_ids: {
    email_key: said.emailKey,
    contact_id:
      "An ActiveCampaign contact ID linked to the address. An address may have several, which is then a contradiction.",
    learnt_from: "Who said so. local: one of your own sources."
  },
  unmatched_failures: {
    batch_id: said.batchId,
    email: "The address as ActiveCampaign wrote it.",
    detail: "One sentence for people. Its wording may change."
  },
  batch_timeline: {
    batch_id: said.batchId,
    at: "When the answer was received, or the call given up. UTC.",
    status: "The status of the answer. NULL: the call gave no answer.",
    successes: "How many contact IDs the success list had. NULL: no list, or no answer.",
    failures: "How many addresses the failure list had. NULL: no list, or no answer.",
    error: "Why the call gave no answer. NULL: it gave one."
  }
}
