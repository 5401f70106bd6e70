import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

/** `Retry-After` as digits (seconds), else as an HTTP date measured against `now` (ms since epoch). */
export const parseRetryAfter = (
  header: string | undefined,
  now: number
): Option.Option<Duration.Duration> => {
  if (header === undefined) return Option.none()
  const text = header.trim()
  if (/^\d+(\.\d+)?$/.test(text)) return Option.some(Duration.seconds(Number(text)))
  // Date.parse alone would also take "-5" for a year and "wait 12" for a December.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d\d:\d\d:\d\d/.test(text)) return Option.none()
  // One of the three forms of an HTTP date names no zone; all are GMT.
  const at = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`)
  return Number.isNaN(at) ? Option.none() : Option.some(Duration.millis(Math.max(0, at - now)))
}
