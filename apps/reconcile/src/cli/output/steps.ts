import type { LookupReport } from "../../job/LookUp.js"
import type { LookupPlan } from "../../job/lookupPlan.js"
import type { ResolveReport } from "../../job/Resolve.js"
import type { RunReport } from "../../job/RunReport.js"
import { plural } from "./text.js"
import { thousands } from "../../text/numbers.js"

const addresses = (count: number) => plural(count, "address", "addresses")

export const describeResolved = ({ gone, left, linked }: ResolveReport): string => {
  const parts = [
    `${plural(linked + gone, "contact ID")} resolved`,
    ...(gone > 0 ? [`${gone} of them gone from the account`] : []),
    ...(left > 0 ? [`${thousands(left)} left for the next run`] : [])
  ]
  return `${parts.join(", ")}.`
}

/** What looking up will cost, before it is done. */
export const describePlan = ({
  addresses: count,
  affordable,
  budget,
  calls,
  method,
  walkCalls
}: LookupPlan): string => {
  if (count === 0) return "No address is unaccounted; there is nothing to look up."
  const other =
    method === "walk"
      ? ` (one call per address would be ${plural(count, "call")})`
      : walkCalls === null
        ? ""
        : ` (a walk through the account would be up to ${plural(walkCalls, "call")})`
  const how =
    method === "walk"
      ? `by walking through the account's contacts, in up to ${plural(calls, "call")}`
      : `one by one, in ${plural(calls, "call")}`
  const reach =
    affordable < count
      ? ` --max-calls leaves ${plural(budget, "call")}: ${addresses(affordable)} now, the rest next time.`
      : ""
  return `${addresses(count)} unaccounted, to be looked up ${how}${other}.${reach}`
}

export const describeLookup = ({ absent, found, left }: LookupReport): string => {
  const parts = [
    `${addresses(found + absent)} looked up`,
    `${found} in the account`,
    `${absent} not`,
    ...(left > 0 ? [`${thousands(left)} left unaccounted`] : [])
  ]
  return `${parts.join(", ")}.`
}

/** What was asked about contacts; with `asked`, also says if there was nothing to ask. */
export const describeSteps = (
  { lookedUp, resolved }: RunReport,
  asked: { readonly resolve: boolean; readonly lookup: boolean }
): ReadonlyArray<string> => [
  ...(resolved === null
    ? asked.resolve
      ? ["Every successful contact ID has a known address; there is nothing to resolve."]
      : []
    : [describeResolved(resolved)]),
  ...(lookedUp === null
    ? asked.lookup
      ? ["No address is unaccounted; there is nothing to look up."]
      : []
    : [describeLookup(lookedUp)])
]
