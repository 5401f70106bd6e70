import * as Schema from "effect/Schema"
import { SettledStatus } from "effect-activecampaign/ImportStatus"

/** The statuses after which a batch's answer is final. */
export const Settled = SettledStatus

export type Settled = typeof Settled.Type

/** All outcomes, in the order in which they are shown. */
export const Outcome = Schema.Literal(
  "imported",
  "present",
  "rejected",
  "contradictory",
  "missing",
  "unaccounted",
  "pending"
)

export type Outcome = typeof Outcome.Type

/** How many contacts have each outcome, as columns of views and of reports. */
export const contactsByOutcome = {
  imported: Schema.Int,
  present: Schema.Int,
  rejected: Schema.Int,
  contradictory: Schema.Int,
  missing: Schema.Int,
  unaccounted: Schema.Int,
  pending: Schema.Int
} satisfies Record<Outcome, typeof Schema.Int>

/** The outcomes of settled batches: contacts of other batches are `pending`. */
export const Verdict = Outcome.pipe(
  Schema.pickLiteral("imported", "present", "rejected", "contradictory", "missing", "unaccounted")
)

export type Verdict = typeof Verdict.Type

/** The rule that gave an outcome. */
export const Evidence = Schema.Literal(
  "id",
  "count",
  "failure",
  "failure-and-id",
  "lookup-created",
  "lookup-updated",
  "lookup-older",
  "lookup-undated",
  "lookup-absent",
  "lookup-deleted",
  "silence",
  "unsettled"
)

export type Evidence = typeof Evidence.Type

/** What each evidence says about a contact: a few words after a number, and a full sentence. */
export const evidences: Readonly<
  Record<Evidence, { readonly outcome: Outcome; readonly short: string; readonly sentence: string }>
> = {
  id: {
    outcome: "imported",
    short: "by contact ID",
    sentence: "Its contact ID is in the success list."
  },
  count: {
    outcome: "imported",
    short: "by count",
    sentence: "The numbers of the batch leave no room for another outcome."
  },
  failure: {
    outcome: "rejected",
    short: "in the failure list",
    sentence: "Its address is in the failure list."
  },
  "failure-and-id": {
    outcome: "contradictory",
    short: "in both lists",
    sentence: "Its address is in the failure list, and its contact ID in the success list."
  },
  "lookup-created": {
    outcome: "present",
    short: "found in the account, created since",
    sentence: "Looked up: the account has it, created since the batch was submitted."
  },
  "lookup-updated": {
    outcome: "present",
    short: "found in the account, updated since",
    sentence: "Looked up: the account has it, updated since the batch was submitted."
  },
  "lookup-older": {
    outcome: "present",
    short: "found in the account, unchanged since",
    sentence: "Looked up: the account has it, unchanged since before the batch was submitted."
  },
  "lookup-undated": {
    outcome: "present",
    short: "found in the account, date not known",
    sentence: "Looked up: the account has it, without a date that tells since when."
  },
  "lookup-absent": {
    outcome: "missing",
    short: "not in the account",
    sentence: "Looked up: the account does not have it."
  },
  "lookup-deleted": {
    outcome: "missing",
    short: "deleted in the account",
    sentence: "Looked up: the account has deleted it."
  },
  silence: {
    outcome: "unaccounted",
    short: "not identified in either list, not looked up",
    sentence: "It was not identified in either list, and has not been looked up."
  },
  unsettled: {
    outcome: "pending",
    short: "batch not settled",
    sentence: "The batch has not settled."
  }
}

/** What contradicts, or belongs to no sent contact. A finding is not an outcome of a contact. */
export const Finding = Schema.Literal(
  "consent-change",
  "unmatched-success",
  "unmatched-failure",
  "duplicate-sent",
  "duplicate-local",
  "id-conflict",
  "impossible-transition",
  "count-refuted",
  "unreadable-item"
)

export type Finding = typeof Finding.Type

/** Findings about an address or ID that was reported but not sent. A sent address may be similar. */
export const Unmatched = Finding.pipe(Schema.pickLiteral("unmatched-success", "unmatched-failure"))

export type Unmatched = typeof Unmatched.Type

/** How a reported address differs from a sent one, if they are similar. */
export const Difference = Schema.Literal("spaces", "unicode-form", "host-form", "among-words", "one-edit")

export type Difference = typeof Difference.Type

/** Whether the account answered a call, or the user pasted an answer. */
export const Origin = Schema.Literal("account", "pasted")

export type Origin = typeof Origin.Type

/** The part of the job that got no answers, for a reason that concerns no single batch. */
export const Step = Schema.Literal("follow", "resolve", "lookup", "check")

export type Step = typeof Step.Type

/** A part of the job that asks about contacts. */
export type ContactStep = Exclude<Step, "follow">

/** A list of an answer. */
export const List = Schema.Literal("success", "failure")

export type List = typeof List.Type

/**
 * How a contact ID was linked to an address: the account was asked about the ID or the address, or a local contact has
 * both.
 */
export const LearntFrom = Schema.Literal("resolve", "lookup", "local")

export type LearntFrom = typeof LearntFrom.Type

/** How an address was looked up: by itself, or among all contacts of the account. */
export const Method = Schema.Literal("address", "walk")

export type Method = typeof Method.Type

interface Words {
  readonly literals: ReadonlyArray<string>
}

/** Words for people: "this, that or the other". */
export const inWords = ({ literals }: Words): string =>
  `${literals.slice(0, -1).join(", ")} or ${literals.at(-1)}`

/** In SQL: whether a value is one of these words. */
export const isOneOf = (value: string, { literals }: Words): string =>
  `${value} IN (${literals.map((word) => `'${word}'`).join(", ")})`

/** In SQL: whether a status is final. */
export const hasSettled = (status: string) => isOneOf(status, Settled)

/** In SQL: whether a settled batch ended without being completed. */
export const endedBadly = (status: string) =>
  isOneOf(status, Settled.pipe(Schema.pickLiteral("failed", "interrupted")))

/** In SQL: the outcome that an evidence gives, or NULL for the evidence of pending contacts. */
export const outcomeOf = (value: string) => `CASE ${value}
      ${Evidence.literals
        .filter((word) => word !== "unsettled")
        .map((word) => `WHEN '${word}' THEN '${evidences[word].outcome}'`)
        .join("\n      ")}
    END`

/**
 * True of every outcome but `imported`, which most contacts have. It is word for word the condition of the index by outcome.
 * SQLite uses that index for `outcome = 'rejected'` anyway, and for several outcomes only if a query has this condition, too.
 */
export const isWorthAnIndex = (outcome: string) =>
  `(${Verdict.literals
    .filter((word) => word !== "imported")
    .map((word) => `${outcome} = '${word}'`)
    .join(" OR ")})`

/** In SQL: whether a key is that of an address, and not the name that replaced an erased person. */
export const isNobodyErased = (key: string): string =>
  `NOT (${key} GLOB 'erased-[0-9]*' AND instr(${key}, '@') = 0)`
