import * as Schema from "effect/Schema"
import { SettledStatus } from "effect-activecampaign/ImportStatus"

/** The statuses after which a batch's answer is final. */
export const Settled = SettledStatus

export type Settled = typeof Settled.Type

/** The closed set of outcomes, in the order a reader should meet them. */
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

/** What a verdict can be: a contact is `pending` while there is none on it. */
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

/** What each evidence says of a contact; in a few words beside a number, and in a sentence of its own. */
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

/** What was reported and matches nobody sent, or contradicts. No verdict on a contact. */
export const Finding = Schema.Literal(
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

/** Findings about what was reported and sent by nobody, to which something sent may be near. */
export const Unmatched = Finding.pipe(Schema.pickLiteral("unmatched-success", "unmatched-failure"))

export type Unmatched = typeof Unmatched.Type

/** How an address that was reported differs from one that was sent, where that is little. */
export const Difference = Schema.Literal("spaces", "unicode-form", "host-form", "among-words", "one-edit")

export type Difference = typeof Difference.Type

/** Whether the account gave an answer to a call, or the user one from elsewhere. */
export const Origin = Schema.Literal("account", "pasted")

export type Origin = typeof Origin.Type

/** Which part of the job was without answers for a reason that is no single batch's. */
export const Step = Schema.Literal("follow", "resolve", "lookup")

export type Step = typeof Step.Type

/** Which list of an answer. */
export const List = Schema.Literal("success", "failure")

export type List = typeof List.Type

/** Who said whose a contact ID is: the account, of the ID or of the address, or a local contact. */
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

/** In SQL: whether a settled batch ended before it was through. */
export const endedBadly = (status: string) =>
  isOneOf(status, Settled.pipe(Schema.pickLiteral("failed", "interrupted")))

/** In SQL: the outcome that an evidence gives; NULL where that is none of a verdict. */
export const outcomeOf = (value: string) => `CASE ${value}
      ${Evidence.literals
        .filter((word) => word !== "unsettled")
        .map((word) => `WHEN '${word}' THEN '${evidences[word].outcome}'`)
        .join("\n      ")}
    END`

/**
 * True of every verdict but `imported`, which most are. Word for word the condition of the index by outcome: SQLite takes
 * that for `outcome = 'rejected'` by itself, and for several outcomes only where this is said as well.
 */
export const isWorthAnIndex = (outcome: string) =>
  `(${Verdict.literals
    .filter((word) => word !== "imported")
    .map((word) => `${outcome} = '${word}'`)
    .join(" OR ")})`

/** In SQL: whether a key is that of an address, and not a name that stands for a person who was erased. */
export const isNobodyErased = (key: string): string =>
  `NOT (${key} GLOB 'erased-[0-9]*' AND instr(${key}, '@') = 0)`
