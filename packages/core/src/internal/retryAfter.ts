import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

/** The values of a header that was sent or added several times. Dates contain a comma themselves. */
const valuesOf = (header: string): ReadonlyArray<string> =>
  header.split(/,(?!\s*\d{1,2}[ -][A-Z][a-z]{2}[ -]\d)/).map((value) => value.trim())

/** An HTTP date as milliseconds since the epoch. */
const dateOf = (text: string): number | undefined => {
  // Date.parse alone would also read "-5" as a year and "wait 12" as a December.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d\d:\d\d:\d\d/.test(text)) return undefined
  // One of the three forms of an HTTP date names no time zone. All are GMT.
  const at = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`)
  return Number.isNaN(at) ? undefined : at
}

/**
 * What `Retry-After` asks for: seconds, or an HTTP date. A date counts from the answer's own `Date` header, not from our
 * clock, or without one from `now` (ms since epoch). If there are several, the longest.
 */
export const retryAfterOf = (
  headers: { readonly [name: string]: string | undefined; readonly date?: string },
  now: number
): Option.Option<Duration.Duration> => {
  const header = headers["retry-after"]
  if (header === undefined) return Option.none()
  const answeredAt =
    valuesOf(headers.date ?? "")
      .map(dateOf)
      .find((at) => at !== undefined) ?? now
  const asked = valuesOf(header).flatMap((value) => {
    if (/^\d+(\.\d+)?$/.test(value)) return [Number(value) * 1000]
    const at = dateOf(value)
    return at === undefined ? [] : [Math.max(0, at - answeredAt)]
  })
  if (asked.length === 0) return Option.none()
  // Too many digits must not become infinity, which JSON cannot write.
  return Option.some(Duration.millis(Math.min(Math.ceil(Math.max(...asked)), Number.MAX_SAFE_INTEGER)))
}

/** The least of the whole numbers that a header names, sent once or several times. */
export const leastOf = (header: string | undefined): number | undefined => {
  const numbers = (header ?? "").split(",").flatMap((value) => {
    const [, digits] = /^\s*(\d+)\s*(?:;.*)?$/.exec(value) ?? []
    return digits === undefined ? [] : [Number(digits)]
  })
  return numbers.length === 0 ? undefined : Math.min(...numbers)
}
