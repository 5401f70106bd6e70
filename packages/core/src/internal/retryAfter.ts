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
  // A date starts with a weekday; Date.parse alone would also take "-5" or "1e3" for years.
  if (!/^[A-Za-z]{3}/.test(text)) return Option.none()
  const at = Date.parse(text)
  return Number.isNaN(at) ? Option.none() : Option.some(Duration.millis(Math.max(0, at - now)))
}
