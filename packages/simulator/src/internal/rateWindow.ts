import type { Scenario } from "../Scenario.js"

/** The decision about one request: whether it is within the budget, and the headers. */
export interface Verdict {
  readonly allowed: boolean
  readonly limit: number
  readonly remaining: number
}

/** A sliding window over the whole account. Refused requests do not count, so a client can recover. */
export const makeRateWindow = (rateLimit: Scenario["rateLimit"]) => {
  let accepted: ReadonlyArray<number> = []
  return (now: number): Verdict | undefined => {
    if (rateLimit === null) return undefined
    accepted = accepted.filter((at) => at > now - rateLimit.perMillis)
    const allowed = accepted.length < rateLimit.requests
    if (allowed) accepted = [...accepted, now]
    return { allowed, limit: rateLimit.requests, remaining: rateLimit.requests - accepted.length }
  }
}

export const rateHeaders = ({ limit, remaining }: Pick<Verdict, "limit" | "remaining">) => ({
  "RateLimit-Limit": String(limit),
  "RateLimit-Remaining": String(remaining)
})
