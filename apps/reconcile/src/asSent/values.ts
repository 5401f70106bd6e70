import { unknownNames } from "./unknownNames.js"

/** Whether a value of the account is the one that was sent. `why` if that cannot be told. */
export type Judged = "same" | "other" | { readonly why: string }

/** What is compared of a text: its words, in one Unicode form. */
export const clean = (text: string): string => text.normalize("NFC").replace(/\s+/gu, " ").trim()

/** Tags and titles are compared without letter case. */
export const folded = (text: string): string => clean(text).toLowerCase()

/** A custom field, as far as it matters for its values. */
export interface FieldKind {
  readonly type: string | null
  /** Undefined: not known. */
  readonly options: ReadonlyArray<{ readonly label: string; readonly value: string }> | undefined
}

const anyOf = (judged: ReadonlyArray<Judged>): Judged => {
  if (judged.includes("same")) return "same"
  return judged.find((one) => typeof one === "object") ?? "other"
}

const decimal = /^([+-]?)0*(\d+)(?:\.(\d*?)0*)?$/

/** One text for all spellings of a number. */
const numberForm = (text: string): string | undefined => {
  const [, sign = "", whole, rest = ""] = decimal.exec(text) ?? []
  if (whole === undefined) return undefined
  const value = rest === "" ? whole : `${whole}.${rest}`
  return sign === "-" && value !== "0" ? `-${value}` : value
}

/** The numbers that a text may stand for: two, if its dot may separate thousands. */
const numbersOf = (text: string): ReadonlyArray<string> => {
  const isPerhapsGrouped = /^[+-]?[1-9]\d{0,2}\.\d{3}$/.test(text)
  return [text, ...(isPerhapsGrouped ? [text.replace(".", "")] : [])].flatMap((one) => numberForm(one) ?? [])
}

interface Day {
  readonly day: string
  /** The rest of the text, `""` for a date without a time. */
  readonly time: string
}

const padded = (number: string) => number.padStart(2, "0")

/** A day as text, if there is one by this name. */
const dayOf = (year: string, month: string, day: string): ReadonlyArray<string> => {
  const text = `${year}-${padded(month)}-${padded(day)}`
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? [text] : []
}

/** The days that a text may stand for: two, if it does not show which part is the month. */
const daysOf = (text: string): ReadonlyArray<Day> => {
  const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ](\d.*))?$/.exec(text)
  if (iso !== null) {
    const [, year = "", month = "", day = "", time = ""] = iso
    return dayOf(year, month, day).map((one) => ({ day: one, time }))
  }
  const [, first, second, year, time = ""] =
    /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: (\d.*))?$/.exec(text) ?? []
  if (first === undefined || second === undefined || year === undefined) return []
  const days = new Set([...dayOf(year, first, second), ...dayOf(year, second, first)])
  return [...days].map((one) => ({ day: one, time }))
}

/** A time of day, with its offset from UTC or without. */
const clock = /^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/

const hasOffset = (time: string): boolean => clock.exec(time)?.[1] !== undefined

/** A day, written as its beginning or without a time. */
const isMidnight = ({ time }: Day): boolean => /^(?:00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/.test(time)

/** The instant of a day and a time that says its offset. */
const instantOf = ({ day, time }: Day): number | undefined => {
  const instant = hasOffset(time) ? Date.parse(`${day}T${time}`) : Number.NaN
  return Number.isNaN(instant) ? undefined : instant
}

const hour = 3_600_000

/** Whether a day is that of an instant in some time zone: the last is 12 hours behind, the first 14 ahead. */
const mayBeDayOf = (day: string, instant: number): boolean => {
  const dayAt = (hours: number) => new Date(instant + hours * hour).toISOString().slice(0, 10)
  return dayAt(-12) <= day && day <= dayAt(14)
}

/** What the account makes of a date that it cannot read. */
const isLostDate = ({ day }: Day) => day.startsWith("1899-")

/** Why two unlike times may still be the same moment. */
const whyNotTold = (times: ReadonlyArray<string>): string => {
  if (times.some((time) => time !== "" && !clock.test(time)))
    return "one of the two times is in a form that is not understood here"
  if (times.includes("")) return "only one of the two has a time"
  return times.some(hasOffset)
    ? "one of the two times does not say its time zone"
    : "neither of the two times says its time zone"
}

/** Both say their time zones. */
const judgeInstants = (sent: Day, found: Day, one: number, other: number): Judged => {
  if (one === other) return "same"
  // In a field for dates, it is the same day.
  const isDay =
    sent.day === found.day ||
    (isMidnight(found) && mayBeDayOf(found.day, one)) ||
    (isMidnight(sent) && mayBeDayOf(sent.day, other))
  return isDay ? { why: "it may be the same day, but is not the same time in both time zones" } : "other"
}

const judgeDay = (sent: Day, found: Day): Judged => {
  const [one, other] = [instantOf(sent), instantOf(found)]
  if (one !== undefined && other !== undefined) return judgeInstants(sent, found, one, other)
  const instant = one ?? other
  const isSameDay = sent.day === found.day
  const areDays = isMidnight(sent) && isMidnight(found)
  const why = whyNotTold([sent.time, found.time])
  if (instant === undefined) {
    const seconds = ({ time }: Day) => time.replace(/^(\d\d:\d\d)$/, "$1:00").replace(/\.0+$/, "")
    if (areDays || seconds(sent) === seconds(found)) return isSameDay ? "same" : "other"
    return { why }
  }
  // A day without a time is as it was written, whatever the zone of the other.
  const [time, day] = one === undefined ? [sent.time, sent.day] : [found.time, found.day]
  if (areDays && time === "" && isSameDay) return "same"
  return areDays && !mayBeDayOf(day, instant) ? "other" : { why }
}

/** Undefined: one of the two is not a date that is understood here. */
const judgeDates = (sent: string, found: string): Judged | undefined => {
  const [days, others] = [daysOf(sent), daysOf(found)]
  if (others.some(isLostDate) && !days.some(isLostDate)) return "other"
  if (days.length === 0 || others.length === 0) return undefined
  const judged = anyOf(days.flatMap((one) => others.map((other) => judgeDay(one, other))))
  return judged === "same" && days.length * others.length > 1
    ? { why: "the date does not show which part of it is the month" }
    : judged
}

/** Undefined: one of the two is not a number that is understood here. */
const judgeNumbers = (sent: string, found: string): Judged | undefined => {
  const [numbers, others] = [numbersOf(sent), numbersOf(found)]
  if (numbers.length === 0 || others.length === 0) return undefined
  if (!numbers.some((one) => others.includes(one))) return "other"
  return numbers.length * others.length > 1
    ? { why: "the number does not show whether its dot separates thousands" }
    : "same"
}

const dates = /date/i
const numbers = /number|currency|decimal|integer/i

const isOfType = (type: string | null, pattern: RegExp): boolean => type !== null && pattern.test(type)

/** Whether a field has no options, so that one text never stands for another. */
export const isWithoutOptions = ({ type }: FieldKind): boolean =>
  isOfType(type, dates) || isOfType(type, numbers) || isOfType(type, /^text(?:area)?$/i)

/** Whether a value may be as it was sent, if the field is one for dates or numbers. */
const mayBeOfOtherType = (sent: string, found: string): boolean =>
  (daysOf(found).length > 0 && judgeDates(sent, found) !== "other") ||
  (numbersOf(found).length > 0 && judgeNumbers(sent, found) !== "other")

/** The choices that a text may stand for, by label or value. */
const choicesOf = (text: string, options: NonNullable<FieldKind["options"]>): ReadonlyArray<number> =>
  options.flatMap(({ label, value }, at) => (clean(value) === text || clean(label) === text ? [at] : []))

const judgeOne = (sent: string, found: string, { options, type }: FieldKind): Judged => {
  if (sent === found) return "same"
  if (options !== undefined && options.length > 0) {
    const [one, other] = [choicesOf(sent, options), choicesOf(found, options)]
    const shared = one.filter((choice) => other.includes(choice))
    if (shared.length > 0) {
      return one.length === 1 && other.length === 1
        ? "same"
        : { why: "several options of the field have this text" }
    }
  }
  if (isOfType(type, dates)) {
    return judgeDates(sent, found) ?? { why: "one of the two is not a date that is understood here" }
  }
  if (isOfType(type, numbers)) {
    return judgeNumbers(sent, found) ?? { why: "one of the two is not a number that is understood here" }
  }
  return type === null && mayBeOfOtherType(sent, found) ? { why: unknownNames.fields.type } : "other"
}

/** Several values of one field, in any order. */
const valuesOf = (text: string): ReadonlyArray<string> =>
  text
    .split("||")
    .map(clean)
    .filter((value) => value !== "")

/** Whether a field has nothing, however that is written. */
export const isEmpty = (text: string): boolean => valuesOf(text).length === 0

/** Whether the value of a custom field is the one that was sent. */
export const judgeField = (sent: string, found: string, kind: FieldKind): Judged => {
  if (sent === found || clean(sent) === clean(found)) return "same"
  if (isEmpty(sent) || isEmpty(found)) return isEmpty(sent) && isEmpty(found) ? "same" : "other"
  if (!sent.includes("||") && !found.includes("||")) return judgeOne(clean(sent), clean(found), kind)
  const [all, others] = [valuesOf(sent), valuesOf(found)]
  const each = (from: ReadonlyArray<string>, to: ReadonlyArray<string>) =>
    from.map((value) => anyOf(to.map((other) => judgeOne(value, other, kind))))
  const judged = [...each(all, others), ...each(others, all)]
  if (judged.includes("other")) return "other"
  return judged.find((one) => typeof one === "object") ?? "same"
}

/** A phone number is compared by its digits. */
export const phoneForm = (text: string): string => {
  const number = clean(text)
  return /^[+\d][\d\s()./-]*$/.test(number) ? number.replace(/[^\d+]/g, "") : number
}
