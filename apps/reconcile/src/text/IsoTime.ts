import * as Either from "effect/Either"

const example = "2031-04-02T08:15:00Z"

const instant = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)$/

const withoutZone = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?$/

/**
 * The instant that an ISO 8601 text names, in UTC, or why it names none. Nothing is guessed: neither the order of day and
 * month, nor a missing time or zone; a day must be in the calendar.
 */
export const parse = (text: string): Either.Either<string, string> => {
  const given = text.trim()
  const noDay = withoutDay(given)
  if (noDay !== null) return Either.left(noDay)
  const found = instant.exec(given)
  if (found === null) return Either.left(whyNot(given))
  const [, day = "", hour = "", minute = "", second = "00", fraction = "", zone = ""] = found
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    return Either.left(
      `${hour}:${minute}:${second} is not a time of day; hours go up to 23, minutes and seconds up to 59.`
    )
  }
  const offset = offsetOf(zone)
  if (offset === null)
    return Either.left(`${zone} is not a time zone; write Z for UTC, or an offset like +02:00.`)
  const seconds = ((Number(hour) * 60 + Number(minute) - offset) * 60 + Number(second)) * 1000
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, "0"))
  const time = new Date(Date.parse(`${day}T00:00:00Z`) + seconds + milliseconds).toISOString()
  const year = /^(\d{4})-/.exec(time)?.[1]
  if (year === undefined) return Either.left("in UTC it is after the year 9999.")
  return Number(year) < firstYear ? Either.left(`in UTC ${tooEarly(year)}`) : Either.right(time)
}

const firstYear = 1970

const tooEarly = (year: string) => `the year ${year} is too early for an import.`

/** A text that begins like a date must begin with a real one, whatever else is wrong. */
const withoutDay = (text: string): string | null => {
  const found = /^(\d{4})-(\d{2})-(\d{2})(?!\d)/.exec(text)
  if (found === null) return null
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])]
  if (year < firstYear) return tooEarly(found[1] ?? "")
  // JavaScript turns a day that is not in the calendar into one of the next month.
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    ? null
    : `${found[0]} is not a day in the calendar.`
}

/** Minutes ahead of UTC; null if no place on earth is that far from it. */
const offsetOf = (zone: string): number | null => {
  if (zone === "Z") return 0
  const minutes = Number(zone.slice(3).replace(":", "") || "0")
  const ahead = Number(zone.slice(1, 3)) * 60 + minutes
  return minutes > 59 || ahead > 14 * 60 ? null : (zone.startsWith("-") ? -1 : 1) * ahead
}

const whyNot = (text: string): string => {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    return `it is a date without a time. Add the time and its zone, like ${text}T08:15:00Z.`
  }
  if (withoutZone.test(text)) {
    return `it has no time zone. Write ${text.replace(" ", "T")}Z if it is UTC; otherwise add the offset, like +02:00.`
  }
  return `it is not in ISO 8601 format. Write the date, the time and the zone, like ${example} or ${example.replace("Z", "+02:00")}.`
}
