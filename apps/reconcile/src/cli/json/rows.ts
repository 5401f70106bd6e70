import * as Schema from "effect/Schema"
import * as Words from "../../ledger/schema/words.js"
import { described, SentMember, Time } from "../../report/ReportData.js"

const { Array: List, Int, NullOr, String: Text, Struct } = Schema

export { SentMember, Time }
export const BatchId = described(Text, "The batch ID, exactly as ActiveCampaign returned it")
export const Db = described(Text, "The SQLite file, as it was named")
export const Outcome = Words.Outcome

/** A row of the view `batch_overview`. */
export const Batch = Struct({
  batch_id: BatchId,
  status: described(NullOr(Text), "The last status; null if it was never answered"),
  submitted_at: NullOr(Time),
  settled_at: NullOr(Time),
  sent: Int,
  successes: described(NullOr(Int), "Length of the success list; null if it was not reported"),
  failures: described(NullOr(Int), "Length of the failure list; null if it was not reported"),
  unlinked_successes: described(Int, "Successful contact IDs with no known address"),
  gone_successes: described(Int, "Successful contact IDs that the account no longer has"),
  ...Words.contactsByOutcome,
  findings: Int
}).annotations({ identifier: "Batch" })

export const Contact = Struct({
  batch_id: BatchId,
  email: Text,
  outcome: Outcome,
  evidence: Text,
  contact_id: NullOr(Text)
}).annotations({ identifier: "Contact", description: "A contact that needs attention" })

/** A row of the view `stalled_batches`. */
export const Stalled = Struct({
  batch_id: BatchId,
  status: Text,
  status_since: Time,
  seconds: described(Int, "For how long it has been in this status"),
  usual_seconds: described(
    NullOr(Int),
    "The time within which 9 of 10 batches left it; null if it is not known"
  )
}).annotations({ identifier: "Stalled", description: "A batch in one status for far longer than usual" })

/** What needs attention, by kind. */
export const Attention = Struct({
  outcomes: List(
    Struct({
      outcome: Outcome,
      contacts: Int,
      reasons: List(Struct({ reason: Text, contacts: Int })),
      examples: described(List(Text), "A few addresses")
    })
  ),
  findings: List(
    Struct({
      finding: Text,
      count: Int,
      example: Struct({ batch_id: BatchId, subject: Text, detail: Text })
    })
  ),
  dropped: described(List(SentMember), "The fields, tags and lists with most dropped values"),
  stalled: List(Stalled),
  to_be_resolved: described(
    Int,
    "Unaccounted contacts that successful IDs without a known address may belong to"
  ),
  statuses: List(Struct({ status: NullOr(Text), batches: Int }))
}).annotations({ identifier: "Attention" })

export const Finding = Struct({
  batch_id: BatchId,
  finding: Text,
  subject: Text,
  detail: Text
}).annotations({ identifier: "Finding" })

export const Summary = Struct({
  purged: Int.annotations({ description: "Batches that were purged, in no other total" }),
  batches: Int,
  settled: Int,
  sent: Int,
  outcomes: List(Struct({ outcome: Outcome, evidence: Text, contacts: Int })),
  findings: List(Struct({ finding: Text, count: Int })),
  sent_values: described(
    NullOr(
      Struct({
        sent: described(Int, "The other numbers add up to it"),
        same: Int,
        different: Int,
        absent: Int,
        cannot_tell: described(Int, "The contact changed since, or a later batch sent something else"),
        not_checked: described(Int, "They were not compared, or could not be")
      })
    ),
    "Values that contacts were sent with; null if no source says what they are"
  )
}).annotations({ identifier: "Summary", description: "Totals of the whole file" })

/** Rows of a table. */
export const TableRows = Struct({ table: Text, rows: Int })

export const Plan = Struct({
  addresses: described(Int, "Addresses to look up"),
  method: Schema.Literal("address", "walk"),
  calls: described(Int, "Calls that the method takes at most"),
  walk_calls: described(NullOr(Int), "Calls of a walk; null if it was not worth a call to find out"),
  budget: Int,
  affordable: described(Int, "Addresses that can be looked up within the budget")
}).annotations({ identifier: "Plan" })
