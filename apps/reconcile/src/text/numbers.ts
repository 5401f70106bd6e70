import * as Duration from "effect/Duration"

/** `1,234,567`. What the platform has for it loads the rules of every language, which a short command would feel. */
export const thousands = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",")

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${thousands(count)} ${count === 1 ? one : many}`

/** "batch", "batches". */
export const batchesOf = (count: number): string => plural(count, "batch", "batches")

/** A part of a whole: `12.5%`. Something is never shown as nothing, nor nearly all as all. */
export const share = (part: number, whole: number): string => {
  const percent = whole === 0 ? 0 : (part / whole) * 100
  if (part > 0 && percent < 0.1) return "<0.1%"
  if (part < whole && percent > 99.9) return ">99.9%"
  return `${percent.toFixed(1)}%`
}

/** A time span for people, in whole seconds: `8s`, `1m 12s`, `3h 5m 7s`. Takes milliseconds. */
export const span = (millis: number): string =>
  Duration.format(Duration.seconds(Math.max(1, Math.round(millis / 1000))))
