import * as Duration from "effect/Duration"
import * as Either from "effect/Either"

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `30m`, `2h`, `1d`; or a number with a spelt-out unit, as in `30 minutes`. */
export const parseDuration = (text: string): Either.Either<Duration.Duration, string> => {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(text.trim())
  const unit = units[match?.[2] ?? ""]
  if (match !== null && unit !== undefined) return Either.right(Duration.millis(Number(match[1]) * unit))
  const spelt = /^\d+ [a-z]+$/.test(text) ? Duration.decodeUnknown(text) : undefined
  return spelt?._tag === "Some"
    ? Either.right(spelt.value)
    : Either.left(`'${text}' is not a duration. Write 90s, 30m, 2h or 1d.`)
}

/** The shortest text that is read as this time, in the largest unit that divides it: `90m`, `2h`, `1d`. Takes whole milliseconds. */
export const durationText = (millis: number): string => {
  const [name, size] = Object.entries(units).findLast(([, size]) => millis % size === 0) ?? ["ms", 1]
  return `${millis / size}${name}`
}
