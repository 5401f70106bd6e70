/** The SQL behind each number of a report. It is what the report itself runs, and what it shows to those who check it. */
import { attentionWords, toBeResolvedSql } from "../ledger/reports/Attention.js"
import { membersSql } from "../ledger/reports/SentValues.js"
import { totalsByOutcome } from "../ledger/reports/questions.js"
import { endedBadly, hasSettled, isNobodyErased, Outcome } from "../ledger/schema/words.js"

const listed = attentionWords.map((word) => `'${word}'`).join(", ")

const batchesByStatus = `SELECT status, count(*) AS batches
FROM batch_overview GROUP BY status ORDER BY status`

export const batchTotals = `SELECT count(*) AS batches,
  count(settled_at) AS settled,
  count(*) FILTER (WHERE ${endedBadly("status")}) AS ended_badly
FROM batch_overview`

export const days = `SELECT day, batches, sent, ${Outcome.literals.join(", ")}
FROM daily_totals ORDER BY day`

/** One row for each settled batch; NULL if it is not known how long it took. */
export const settlingTimes = `SELECT b.batch_id,
  max(0, round((julianday(a.received_at) - julianday(b.submitted_at)) * 86400, 1)) AS seconds
FROM batches b
JOIN batch_overview o ON o.batch_id = b.batch_id AND o.settled_at IS NOT NULL
LEFT JOIN batch_answers a ON a.batch_id = b.batch_id AND a.origin = 'account'
  AND a.sequence = (SELECT min(first.sequence) FROM batch_answers first
    WHERE first.batch_id = b.batch_id AND ${hasSettled("first.status")})
ORDER BY seconds`

/** In the place of a domain. */
export const noDomain: ReadonlyArray<string> = ["(erased)", "(no @)"]

/** Addresses without an @ have no domain, and that of an erased person is not known. */
export const rejectedDomains = `SELECT CASE WHEN NOT (${isNobodyErased("email_key")}) THEN '(erased)'
    WHEN instr(email_key, '@') = 0 THEN '(no @)'
    ELSE substr(email_key, instr(email_key, '@') + 1) END AS domain,
  count(*) AS contacts
FROM rejected_contacts WHERE outcome = 'rejected'
GROUP BY domain ORDER BY contacts DESC, domain`

const rejectedReasons = `SELECT coalesce(likely_reason, '') AS reason, count(*) AS contacts
FROM rejected_contacts WHERE outcome = 'rejected'
GROUP BY likely_reason ORDER BY contacts DESC, reason`

const findingsByKind = `SELECT finding, count(*) AS count
FROM findings GROUP BY finding ORDER BY count DESC, finding`

const attentionByOutcome = `SELECT outcome, count(*) AS contacts
FROM contact_status WHERE outcome IN (${listed})
GROUP BY outcome`

const all = (view: string, order: string) => `SELECT * FROM ${view} ORDER BY ${order}`

interface Obtained {
  readonly number: string
  readonly how: string
  readonly sql: string
}

/** What a reader needs to check each number. */
export const obtained: ReadonlyArray<Obtained> = [
  {
    number: "Contacts sent, and how many have each outcome",
    how: "Each sent contact is counted once for each time it was sent. The outcomes add up to what was sent.",
    sql: totalsByOutcome("outcomes", "batch_sent")
  },
  {
    number: "Contacts that need attention",
    how: `The contacts that are ${attentionWords.slice(0, -1).join(", ")} or ${attentionWords.at(-1)}.`,
    sql: attentionByOutcome
  },
  {
    number: "Unaccounted contacts to be resolved",
    how: "In each batch, no more of them than there are successful IDs without a known address. 'ac-reconcile resolve' decides.",
    sql: toBeResolvedSql
  },
  {
    number: "Batches, settled batches, and those that ended badly",
    how: "A batch has settled once it was answered completed, failed or interrupted.",
    sql: batchTotals
  },
  {
    number: "Batches by status",
    how: "The status of the last answer. NULL: not answered yet.",
    sql: batchesByStatus
  },
  {
    number: "Batches over time",
    how: "By the day a batch was submitted, in UTC, or the day it was added to the file if that is not known.",
    sql: days
  },
  {
    number: "Time to settle",
    how: "From the submission until the first settled answer was received. NULL: the submission time is not known, or the answer was pasted.",
    sql: settlingTimes
  },
  {
    number: "Rejected by domain",
    how: "What follows the first @ of each rejected address. (no @): it has none. (erased): the person was erased.",
    sql: rejectedDomains
  },
  {
    number: "Rejected by likely reason",
    how: "Our guess for each rejected contact: ActiveCampaign gives no reason. Empty: no guess.",
    sql: rejectedReasons
  },
  {
    number: "Sent values",
    how: "What the account had of each field, tag and list when the contacts of settled batches were last looked at. Dropped: different or absent.",
    sql: membersSql
  },
  {
    number: "Findings",
    how: "What was reported and matches no sent contact, or contradicts, by kind.",
    sql: findingsByKind
  },
  {
    number: "The table of batches",
    how: "The view has more columns than the table.",
    sql: all("batch_overview", "coalesce(submitted_at, ''), batch_id")
  },
  {
    number: "The table of contacts",
    how: "'ac-reconcile explain ADDRESS' has the facts behind one of them.",
    sql: `SELECT * FROM contact_status WHERE outcome IN (${listed}) ORDER BY outcome, batch_id, email_key`
  }
]

/** What the report assumes, and what cannot be known from the file. */
export const uncertain: ReadonlyArray<string> = [
  "Every outcome is about what you recorded as sent. A contact that was sent but not recorded is in none of these numbers.",
  "A likely reason is a guess. ActiveCampaign reports a failed address without a reason.",
  "Present means that the account has the contact, not that this batch put it there.",
  "Missing means that the account did not have the contact when it was looked up. It may have been deleted or renamed in between.",
  "Imported by count rests on the numbers of a batch; only resolving its IDs can prove it.",
  "A sent value is compared with what the account had when it was looked at. If the contact changed after the batch had settled, or may have changed between the import and the time at which the batch was seen to be settled, nobody knows whether it arrived.",
  "A change of consent is seen between two looks. The contact may have subscribed again by itself.",
  "Time to settle ends when the settled answer was received. The batch itself may have settled up to one poll earlier.",
  "The clocks of this computer, of ActiveCampaign and of whoever recorded the submission may differ."
]

/** Said only if there are links. */
export const linkAssumption =
  "Links to contacts assume that your account is shown at ACCOUNT.activehosted.com, with the same account name as in its API URL. ActiveCampaign does not document this address."
