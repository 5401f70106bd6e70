import type { ReportData } from "./ReportData.js"

const minute = 60
const hour = 60 * minute
const day = 24 * hour

const steps: ReadonlyArray<readonly [label: string, upTo: number | null]> = [
  ["≤ 10 s", 10],
  ["≤ 30 s", 30],
  ["≤ 1 min", minute],
  ["≤ 5 min", 5 * minute],
  ["≤ 15 min", 15 * minute],
  ["≤ 1 h", hour],
  ["≤ 6 h", 6 * hour],
  ["≤ 1 day", day],
  ["longer", null]
]

/** The value that this part of an ascending list does not exceed. */
const quantile = (ascending: ReadonlyArray<number>, part: number) =>
  ascending[Math.max(0, Math.ceil(ascending.length * part) - 1)] ?? null

/** How settling times are spread. Null stands for a batch whose time is not known. */
export const spread = (seconds: ReadonlyArray<number | null>): ReportData["settling"] => {
  const known = seconds.filter((one) => one !== null).sort((one, other) => one - other)
  return {
    known: known.length,
    unknown: seconds.length - known.length,
    median_seconds: quantile(known, 0.5),
    p90_seconds: quantile(known, 0.9),
    longest_seconds: known.at(-1) ?? null,
    bins: steps.map(([label, up_to_seconds], at) => {
      const above = steps[at - 1]?.[1] ?? -1
      return {
        label,
        up_to_seconds,
        batches: known.filter((one) => one > above && (up_to_seconds === null || one <= up_to_seconds)).length
      }
    })
  }
}

interface Domain {
  readonly domain: string
  readonly contacts: number
}

/** The most frequent domains one by one, the others together. */
export const mostFrequent = (
  domains: ReadonlyArray<Domain>,
  most: number
): ReportData["rejected_domains"] => {
  // One domain alone is no "others".
  const shown = domains.length <= most + 1 ? domains.length : most
  const others = domains.slice(shown)
  return {
    rows: domains.slice(0, shown),
    others: { domains: others.length, contacts: others.reduce((sum, { contacts }) => sum + contacts, 0) }
  }
}

/** Where ActiveCampaign shows a contact of the account, without its ID; null if the API URL does not tell. */
export const contactUrl = (apiUrl: string): string | null => {
  const host = URL.canParse(apiUrl) ? new URL(apiUrl).hostname : ""
  const [, name] = /^([a-z0-9-]+)\.(?:api-[a-z0-9]+\.com|activehosted\.com)$/.exec(host) ?? []
  return name === undefined ? null : `https://${name}.activehosted.com/app/contacts/`
}

/** A time span in seconds, for people: `45 s`, `3 min`, `2.5 h`, `4 days`. */
export const roughly = (seconds: number): string => {
  const rounded = (value: number) => String(Math.round(value * 10) / 10)
  if (seconds < 90) return `${rounded(seconds)} s`
  if (seconds < 90 * minute) return `${rounded(seconds / minute)} min`
  if (seconds < 2 * day) return `${rounded(seconds / hour)} h`
  return `${rounded(seconds / day)} days`
}
