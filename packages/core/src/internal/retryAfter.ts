import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

/** The values of a header that was sent several times, or through several hands. Dates hold a comma themselves. */
const valuesOf = (header: string): ReadonlyArray<string> =>
  header.split(/,(?!\s*\d{1,2}[ -][A-Z][a-z]{2}[ -]\d)/).map((value) => value.trim())

/** An HTTP date as milliseconds since the epoch. */
const dateOf = (text: string): number | undefined => {
  // Date.parse alone would also take "-5" for a year and "wait 12" for a December.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d\d:\d\d:\d\d/.test(text)) return undefined
  // One of the three forms of an HTTP date names no zone; all are GMT.
  const at = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`)
  return Number.isNaN(at) ? undefined : at
}

/**
 * What `Retry-After` asks for: seconds, or an HTTP date, which counts from the answer's own `Date`, whatever our clock
 * says; without one, from `now` (ms since epoch). Of several the longest.
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
  // More digits than a number has are still a number, and no infinity, which JSON could not write.
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
