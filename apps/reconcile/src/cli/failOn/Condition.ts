/**
 * The conditions of `--fail-on`: how they are written, and whether they apply to what is in a file. All of it is plain:
 * the numbers are counted elsewhere.
 */
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import { Outcome, Verdict } from "../../ledger/schema/words.js"
import { share, thousands } from "../../text/numbers.js"
import { plural } from "../output/text.js"
import { durationText, parseDuration } from "../shell/duration.js"

/**
 * What is counted: contacts with an outcome, findings, batches that are open for too long, sent values that the account
 * does not have, or contacts whose consent changed.
 */
export type Subject = Outcome | (typeof others)[number]

/** A condition applies if there is more than this. */
export type Limit =
  | { readonly _tag: "Count"; readonly count: number }
  /** In percent of the contacts, or of the values that were sent. */
  | { readonly _tag: "Share"; readonly percent: number }
  /** Milliseconds for which a batch has been open. */
  | { readonly _tag: "Time"; readonly millis: number }

export interface Condition {
  readonly subject: Subject
  /** Whether only what is new since the last run counts. */
  readonly isNew: boolean
  readonly limit: Limit
}

const outcomes: ReadonlyArray<string> = Outcome.literals
const isOutcome = (word: string): word is Outcome => outcomes.includes(word)

const others = ["findings", "stalled", "dropped", "consent"] as const

const subjects: ReadonlyArray<Subject> = [...Outcome.literals, ...others]
const isSubject = (word: string): word is Subject => subjects.some((subject) => subject === word)

/** What can be new. A pending contact has no outcome yet, and a stalled batch stays stalled. */
const canBeNew: ReadonlyArray<Subject> = [...Verdict.literals, "findings"]

/** Every condition that is a word alone. */
export const words: ReadonlyArray<string> = [...subjects, ...canBeNew.map((subject) => `new-${subject}`)]

/** As it is written. `rejected>0` is the same as `rejected`, and written so. */
export const print = ({ isNew, limit, subject }: Condition): string => {
  const name = `${isNew ? "new-" : ""}${subject}`
  switch (limit._tag) {
    case "Count":
      return limit.count === 0 ? name : `${name}>${limit.count}`
    case "Share":
      return `${name}>${limit.percent}%`
    case "Time":
      return `${name}>${durationText(limit.millis)}`
  }
}

const limitOf = (subject: Subject, text: string): Either.Either<Limit, string> => {
  const [, percent] = /^(\d{1,2}(?:\.\d{1,3})?)%$/.exec(text) ?? []
  if (/^\d{1,15}$/.test(text)) return Either.right({ _tag: "Count", count: Number(text) })
  if (isOutcome(subject) || subject === "dropped") {
    return percent === undefined
      ? Either.left("Write a number after '>', or a share below 100% with at most 3 decimals.")
      : Either.right({ _tag: "Share", percent: Number(percent) })
  }
  if (subject === "findings" || subject === "consent") return Either.left("Write a number after '>'.")
  const hint = "Write a number of batches after '>', or a time, as in stalled>2h."
  return Either.flatMap(
    Either.mapLeft(parseDuration(text), () => hint),
    (time) => {
      const millis = Duration.toMillis(time)
      return Number.isSafeInteger(millis) && millis > 0
        ? Either.right({ _tag: "Time" as const, millis })
        : Either.left(hint)
    }
  )
}

const allowed = `Choose from ${subjects.join(", ")}; a limit may follow, as in rejected>2%, dropped>0 or stalled>1h, and new- may stand before it.`

const parseOne = (piece: string): Either.Either<Condition, string> => {
  const quoted = `'${piece}' is not valid.`
  const [, name = "", limitText] = /^([a-z-]*)(?:\s*>\s*(.*))?$/.exec(piece) ?? []
  const isNew = name.startsWith("new-")
  const subject = isNew ? name.slice("new-".length) : name
  if (!isSubject(subject)) return Either.left(`${quoted} ${allowed}`)
  if (isNew && !canBeNew.includes(subject)) {
    return Either.left(`${quoted} new- goes with ${canBeNew.join(", ")}.`)
  }
  const limit: Either.Either<Limit, string> =
    limitText === undefined ? Either.right({ _tag: "Count", count: 0 }) : limitOf(subject, limitText)
  return Either.mapBoth(limit, {
    onLeft: (hint) => `${quoted} ${hint}`,
    onRight: (limit) => ({ subject, isNew, limit })
  })
}

/** Conditions separated by commas. An error quotes the one that is wrong, and says what is allowed. */
export const parse = (text: string): Either.Either<ReadonlyArray<Condition>, string> =>
  Either.all(
    text
      .split(",")
      .map((piece) => piece.trim())
      .filter((piece) => piece !== "")
      .map(parseOne)
  )

/** Contacts by outcome, out of a whole, and findings. */
export interface Counted {
  /** Contacts sent; of what is new, contacts whose outcome is new. */
  readonly contacts: number
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>
  readonly findings: number
}

/** Sent values, and how many of them the account has otherwise or not at all. */
export interface Values {
  readonly sent: number
  readonly dropped: number
}

export interface Facts {
  readonly all: Counted
  /** What is new since the last run began. */
  readonly fresh: Counted
  readonly values: Values
  /** Changes of consent that nobody asked for. */
  readonly consent: number
  readonly stalled: ReadonlyArray<string>
  /** Batches that have not settled, and for how many milliseconds they have been open. */
  readonly open: ReadonlyArray<{ readonly batchId: string; readonly millis: number }>
}

/** A condition that applies, and the number that decided it. */
export interface Applied {
  readonly condition: string
  /** Contacts, findings, batches or sent values. */
  readonly count: number
  /** How many contacts or sent values there are in all. Null for findings and batches. */
  readonly of: number | null
  readonly says: string
}

const named = (batchIds: ReadonlyArray<string>) => {
  const shown = batchIds.slice(0, 3)
  const more = batchIds.length - shown.length
  return `${shown.join(", ")}${more > 0 ? ` and ${thousands(more)} more` : ""}`
}

/** A part of a whole that is over its limit, as a number or as a share. */
const partOver = (
  written: string,
  { count, of, whole }: { readonly count: number; readonly of: number; readonly whole: string },
  limit: Limit
): Applied | undefined => {
  const isOver =
    limit._tag === "Count" ? count > limit.count : limit._tag === "Share" && count * 100 > limit.percent * of
  return isOver
    ? { condition: written, count, of, says: `${thousands(count)} of ${whole}, ${share(count, of)}` }
    : undefined
}

const appliedOf = (condition: Condition, facts: Facts): Applied | undefined => {
  const { isNew, limit, subject } = condition
  const counted = isNew ? facts.fresh : facts.all
  const written = print(condition)
  if (subject === "stalled") {
    const batches =
      limit._tag === "Time"
        ? facts.open.filter(({ millis }) => millis > limit.millis).map(({ batchId }) => batchId)
        : facts.stalled
    const most = limit._tag === "Count" ? limit.count : 0
    return batches.length > most
      ? {
          condition: written,
          count: batches.length,
          of: null,
          says: `${plural(batches.length, "batch", "batches")}: ${named(batches)}`
        }
      : undefined
  }
  if (subject === "findings") {
    return limit._tag === "Count" && counted.findings > limit.count
      ? {
          condition: written,
          count: counted.findings,
          of: null,
          says: plural(counted.findings, isNew ? "new finding" : "finding")
        }
      : undefined
  }
  if (subject === "consent") {
    return limit._tag === "Count" && facts.consent > limit.count
      ? {
          condition: written,
          count: facts.consent,
          of: null,
          says: plural(facts.consent, "change of consent", "changes of consent")
        }
      : undefined
  }
  if (subject === "dropped") {
    const { dropped, sent } = facts.values
    return partOver(written, { count: dropped, of: sent, whole: plural(sent, "sent value") }, limit)
  }
  const { contacts } = counted
  const whole = isNew
    ? plural(contacts, "contact with a new outcome", "contacts with a new outcome")
    : plural(contacts, "sent contact")
  return partOver(written, { count: counted.outcomes[subject] ?? 0, of: contacts, whole }, limit)
}

/** The conditions that apply, in their order. */
export const judge = (conditions: ReadonlyArray<Condition>, facts: Facts): ReadonlyArray<Applied> =>
  conditions.flatMap((condition) => appliedOf(condition, facts) ?? [])

/** `rejected>2% (41 of 1,200 sent contacts, 3.4%); stalled (1 batch: 5b1f2c)`. */
export const sentenceOf = (applied: ReadonlyArray<Applied>): string =>
  applied.map(({ condition, says }) => `${condition} (${says})`).join("; ")
