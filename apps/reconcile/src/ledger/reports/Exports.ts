import type { NonEmptyReadonlyArray } from "effect/Array"
import { evidences, Outcome } from "../schema/words.js"
import { memberName } from "../schema/memberName.js"
import { written } from "../schema/recordViews.js"

/** A column of ours: its name, and the SQL of its value, in which `x` is the exported row. */
export type Column = readonly [name: string, sql: string]

/** What can be taken out of the file. */
export interface Export {
  readonly name: string
  /** What a row of it is; the command's help. */
  readonly holds: string
  /** Said if there is no row. */
  readonly none: string
  /** A view, or a SELECT in brackets. */
  readonly from: string
  readonly columns: ReadonlyArray<Column>
  /** Unique, and the order in which rows are read. `start` shows the types of its values. */
  readonly key: ReadonlyArray<string>
  /** Comes before every key. */
  readonly start: ReadonlyArray<string | number>
  /** The number of a row's address. Without it, the address is looked up by its key. */
  readonly address?: string
  /** Whether a row is a sent contact, which has the columns of its source. */
  readonly ofSentContacts: boolean
  /** It has all sent contacts, and is read batch by batch. */
  readonly ofEverySentContact?: true
  /** The outcomes to choose from, if rows may have several. */
  readonly outcomes: ReadonlyArray<Outcome>
  /** One outcome is read after the other, because no index has several of them in the order of the key. */
  readonly oneOutcomeATime: boolean
}

const reasonOfEvidence = `CASE x.evidence ${Object.entries(evidences)
  .map(([word, { sentence }]) => `WHEN '${word}' THEN '${sentence}'`)
  .join(" ")} END`

/** The ID of a field that was sent by its title: reports name it by that. */
const fieldOfTheAccount =
  "coalesce((SELECT m.field_id FROM sent_members m WHERE m.kind = x.kind AND m.name = x.name), x.name)"

const own = (...names: ReadonlyArray<string>): ReadonlyArray<Column> =>
  names.map((name) => [name, `x.${name}`])

const sentContacts = {
  key: ["batch_id", "email_key", "occurrence"],
  start: ["", "", 0],
  ofSentContacts: true,
  outcomes: [],
  oneOutcomeATime: false
} as const

/** Rows that are no sent contacts. */
const others = { ofSentContacts: false, outcomes: [], oneOutcomeATime: false } as const

const verdict: ReadonlyArray<Column> = [
  ...own("batch_id", "email", "outcome", "evidence"),
  ["reason", reasonOfEvidence]
]

/**
 * All sent contacts, batch by batch: a batch `b`, a sent contact `s`, its address `a` and, if the batch has settled, its
 * outcome `o`.
 */
export const sentWithVerdicts = `numbered_batches b
  CROSS JOIN sent_contacts s INDEXED BY sqlite_autoindex_sent_contacts_1 ON s.batch = b.batch
  CROSS JOIN addresses a ON a.address_id = s.address_id
  LEFT JOIN verdicts o ON o.batch = s.batch AND o.address_id = s.address_id AND o.occurrence = s.occurrence`

/** In SQL: the columns about a contact with the outcome `o`, or with none. */
export const outcomeOrPending = "coalesce(o.outcome, 'pending')"
export const evidenceOrUnsettled = "coalesce(o.evidence, 'unsettled')"

/**
 * The rows of contact_status, read along what was sent. Its own two halves are merged, and to find the next pending
 * contact where there is none takes reading to the end, for every page.
 */
const everySentContact = `(SELECT b.batch_id, ${written("s")} AS email, ${outcomeOrPending} AS outcome,
    ${evidenceOrUnsettled} AS evidence, o.contact_id, a.email_key, s.occurrence, s.address_id
  FROM ${sentWithVerdicts})`

export const exports: NonEmptyReadonlyArray<Export> = [
  {
    ...sentContacts,
    name: "outcomes",
    holds: "Every sent contact, once for each batch: what became of it, and how that is known",
    none: "No sent contact is known",
    from: everySentContact,
    address: "x.address_id",
    ofEverySentContact: true,
    columns: [...verdict, ...own("contact_id")],
    outcomes: Outcome.literals
  },
  {
    ...sentContacts,
    name: "rejected",
    holds: "The contacts in a failure list, with the likely reason where one can be told",
    none: "No contact is rejected",
    from: "rejected_contacts",
    columns: [...verdict, ...own("likely_reason", "contact_id")],
    outcomes: ["rejected", "contradictory"],
    oneOutcomeATime: true
  },
  {
    ...sentContacts,
    name: "missing",
    holds: "The contacts that were looked up and are not in the account",
    none: "No contact is missing",
    from: "missing_contacts",
    columns: [
      ...own("batch_id", "email"),
      ["outcome", "'missing'"],
      ...own("evidence"),
      ["reason", reasonOfEvidence],
      ...own("asked_at")
    ]
  },
  {
    ...sentContacts,
    name: "unaccounted",
    holds: "The contacts of settled batches of which it is not known what became",
    none: "No contact is unaccounted for",
    from: "unaccounted_contacts",
    columns: [
      ...own("batch_id", "email"),
      ["outcome", "'unaccounted'"],
      ["evidence", "'silence'"],
      ["reason", `'${evidences.silence.sentence}'`]
    ]
  },
  {
    ...sentContacts,
    name: "retry",
    holds: "The contacts that may be sent again, and why; 'contacts load' reads the file",
    none: "No contact is to be sent again",
    from: "retry_candidates",
    columns: [
      ...own("batch_id", "email", "outcome"),
      [
        "evidence",
        `(SELECT o.evidence FROM outcomes o
          WHERE o.batch_id = x.batch_id AND o.email_key = x.email_key AND o.occurrence = x.occurrence)`
      ],
      ...own("reason")
    ],
    outcomes: ["missing", "present"],
    oneOutcomeATime: true
  },
  {
    ...others,
    name: "dropped",
    holds: "The values that the account has otherwise than they were sent, or not at all",
    none: "No sent value is known to be dropped",
    from: "dropped_values",
    columns: [
      ...own("batch_id", "email"),
      ["member", memberName("x", fieldOfTheAccount)],
      ...own("comparison", "sent", "found", "looked_at")
    ],
    key: ["batch_id", "email_key", "occurrence", "kind", "name"],
    start: ["", "", 0, "", ""]
  },
  {
    ...others,
    name: "contact-ids",
    holds: "The contact ID of each address, and where it was learnt",
    none: "No contact ID is known",
    from: "contact_ids",
    columns: own("email_key", "contact_id", "learnt_from", "learnt_at"),
    key: ["contact_id", "email_key", "learnt_from"],
    start: ["", "", ""]
  },
  {
    ...others,
    name: "findings",
    holds: "What was reported and matches nobody sent, or contradicts",
    none: "There are no findings",
    from: "findings",
    columns: own("batch_id", "finding", "subject", "detail"),
    key: ["batch_id", "finding", "subject"],
    start: ["", "", ""]
  }
]
