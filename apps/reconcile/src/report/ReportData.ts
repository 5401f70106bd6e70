/** What a report says, as one value: its text, its Markdown, its page and its JSON are all made of it. */
import * as Schema from "effect/Schema"
import { contactsByOutcome, Evidence, Finding, Outcome } from "../ledger/schema/words.js"

const { Array: List, Boolean: Flag, Int, Literal, NullOr, String: Text, Struct } = Schema

export const described = <A, I, R>(schema: Schema.Schema<A, I, R>, description: string) =>
  schema.annotations({ description })

export const Time = described(Text, "An instant in UTC, as 2031-04-02T08:15:00.000Z")

const Account = Struct({
  url: described(Text, "The account's API URL"),
  contact_url: described(
    NullOr(Text),
    "Where a contact of the account is shown, without its ID; null if it cannot be told from the API URL"
  )
})

const Totals = Struct({
  batches: Int,
  settled: described(Int, "Batches that have settled"),
  open: described(Int, "Batches that have not"),
  without_answer: described(Int, "Batches whose last calls all failed"),
  ended_badly: described(Int, "Batches that ended failed or interrupted"),
  sent: described(Int, "Contacts sent, counted once for each time; the outcomes add up to it"),
  attention: described(Int, "Contacts that are rejected, contradictory, missing or unaccounted"),
  to_be_resolved: described(
    Int,
    "Unaccounted contacts that successful IDs without a known address may belong to"
  ),
  findings: Int,
  consent_changes: described(Int, "Findings of changed consent; they are among the findings"),
  sent_values: described(Int, "Values that contacts of settled batches were sent with; 0 if nothing says it"),
  dropped: described(Int, "Values that the account has otherwise, or not at all")
}).annotations({ identifier: "Totals" })

/** A row of the view `fields_at_a_glance`. */
export const SentMember = Struct({
  member: described(Text, "A name, field, tag or list, as field 12 (Company)"),
  sent: described(Int, "Contacts that were sent with it; the other numbers add up to it"),
  same: Int,
  different: Int,
  absent: Int,
  cannot_tell: described(Int, "The contact changed since, or a later batch sent something else"),
  not_checked: described(Int, "Not compared: not looked at, not in the account, or left with a doubt"),
  problem: described(
    Schema.NullOr(Schema.String),
    "What is wrong with its name: the account has no such field or list, or several"
  )
}).annotations({ identifier: "SentMember" })

const OutcomeTotal = Struct({
  outcome: Outcome,
  contacts: Int,
  share: described(Schema.Number, "Part of all sent contacts, from 0 to 1"),
  evidence: List(Struct({ evidence: Evidence, contacts: Int, says: Text }))
}).annotations({ identifier: "OutcomeTotal" })

const Concern = Struct({
  about: Literal("contacts", "values", "batches", "findings"),
  name: described(Text, "An outcome, a kind of finding, or one word for a state of batches"),
  count: Int,
  says: described(Text, "What it means, in one sentence"),
  reasons: described(List(Struct({ reason: Text, count: Int })), "Likely reasons, the most frequent first"),
  examples: List(Text),
  command: described(Text, "The command that shows more or goes on")
}).annotations({ identifier: "Concern", description: "A kind of thing that needs attention" })

const Day = Struct({ day: Text, batches: Int, sent: Int, ...contactsByOutcome }).annotations({
  identifier: "Day"
})

const Settling = Struct({
  known: described(Int, "Settled batches of which it is known how long they took"),
  unknown: described(Int, "Settled batches of which it is not: no submission time, or a pasted answer"),
  median_seconds: NullOr(Schema.Number),
  p90_seconds: described(NullOr(Schema.Number), "Nine of ten batches took no longer"),
  longest_seconds: NullOr(Schema.Number),
  bins: List(
    Struct({
      label: Text,
      up_to_seconds: described(NullOr(Int), "Null: without an upper limit"),
      batches: Int
    })
  )
}).annotations({ identifier: "Settling" })

const BatchRow = Struct({
  batch_id: Text,
  status: described(NullOr(Text), "The last status; null before the first answer"),
  submitted_at: NullOr(Time),
  settled_at: NullOr(Time),
  answered: described(Flag, "False while all calls since the last answer failed"),
  sent: Int,
  ...contactsByOutcome,
  findings: Int
}).annotations({ identifier: "ReportedBatch" })

const ContactRow = Struct({
  outcome: Outcome,
  email: Text,
  evidence: Evidence,
  why: described(Text, "The likely reason, or what the evidence says"),
  batch_id: Text,
  contact_id: described(NullOr(Text), "ActiveCampaign's ID of the contact, if it is known"),
  source: described(NullOr(Text), "The file or table it was loaded from"),
  source_key: described(NullOr(Text), "Your own key of it there")
}).annotations({ identifier: "ReportedContact" })

const FindingRow = Struct({ finding: Finding, subject: Text, detail: Text, batch_id: Text }).annotations({
  identifier: "ReportedFinding"
})

const listed = <Row extends Schema.Schema.AnyNoContext>(rows: Row, what: string) =>
  Struct({
    rows: described(List(rows), what),
    left_out: described(Int, "How many more there are than rows"),
    commands: described(List(Text), "The commands that show or export all of them")
  })

export const ReportData = Struct({
  db: described(Text, "The SQLite file"),
  made_at: described(Time, "When the file was read, all of it at one moment"),
  version: described(Text, "The version of ac-reconcile"),
  masked: described(Flag, "Whether personal data is replaced by pseudonyms"),
  account: described(NullOr(Account), "Null before the first answer, and if masked"),
  verdict: described(Text, "The whole in one or two sentences"),
  totals: Totals,
  outcomes: described(List(OutcomeTotal), "All seven, in the same order, even if nobody has one"),
  concerns: described(List(Concern), "What needs attention, the most urgent first"),
  sent_values: described(
    NullOr(
      Struct({
        members: List(SentMember),
        notes: described(List(Text), "What kept values from being checked, and what to do about it")
      })
    ),
    "What contacts were sent with, the most dropped first; null if no source says it"
  ),
  statuses: described(
    List(Struct({ status: NullOr(Text), batches: Int })),
    "Batches by the status of their last answer; null before the first one"
  ),
  days: described(List(Day), "Batches by the day they were submitted or, if that is not known, added"),
  settling: Settling,
  rejected_domains: Struct({
    rows: described(List(Struct({ domain: Text, contacts: Int })), "The most frequent domains"),
    others: Struct({ domains: Int, contacts: Int })
  }),
  rejected_reasons: List(Struct({ reason: Text, contacts: Int })),
  findings: listed(FindingRow, "What was reported and matches no sent contact, or contradicts"),
  batches: listed(BatchRow, "The newest batches first"),
  contacts: listed(ContactRow, "Contacts that need attention, the rejected first"),
  obtained: described(
    List(Struct({ number: Text, how: Text, sql: Text })),
    "How each number was obtained: a query for 'ac-reconcile query' or any SQLite tool"
  ),
  uncertain: described(List(Text), "What is assumed, and what cannot be known")
})

export type ReportData = typeof ReportData.Type

export type Concern = typeof Concern.Type

export type ReportedContact = typeof ContactRow.Type

export type ReportedFinding = typeof FindingRow.Type
