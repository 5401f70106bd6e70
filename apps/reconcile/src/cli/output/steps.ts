import type { CheckReport } from "../../job/Check.js"
import type { CheckPlan } from "../../job/checkPlan.js"
import type { LookupReport } from "../../job/LookUp.js"
import type { LookupPlan } from "../../job/lookupPlan.js"
import type { ResolveReport } from "../../job/Resolve.js"
import type { RunReport } from "../../job/RunReport.js"
import { plural } from "./text.js"
import { thousands } from "../../text/numbers.js"

const addresses = (count: number) => plural(count, "address", "addresses")

const describeResolved = ({ gone, left, linked }: ResolveReport): string => {
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

const describeLookup = ({ absent, found, left }: LookupReport): string => {
  const parts = [
    `${addresses(found + absent)} looked up`,
    `${found} in the account`,
    `${absent} not`,
    ...(left > 0 ? [`${thousands(left)} left unaccounted`] : [])
  ]
  return `${parts.join(", ")}.`
}

const contacts = (count: number) => plural(count, "contact")

/** What comparing will cost, before it is done. */
export const describeCheckPlan = ({
  affordable,
  budget,
  calls,
  contacts: count,
  method
}: CheckPlan): string => {
  if (count === 0)
    return "There is nothing to compare: each contact of a settled batch that something is declared about was looked at."
  const how =
    method === "pages" ? `in ${plural(calls, "call")}` : `one by one, in up to ${plural(calls, "call")}`
  const reach =
    affordable < count
      ? ` --max-calls leaves ${plural(budget, "call")}: ${contacts(affordable)} now, the rest next time.`
      : ""
  return `${contacts(count)} to be compared with what was sent, ${how}.${reach}`
}

/** Why contacts could not be compared, if that is due to the account. */
const leftOut = ({ sideloading }: CheckReport) =>
  sideloading === "ignored" || sideloading === "refused"
    ? " The account leaves fields, tags and lists out of its answers; 'ac-reconcile check --sample 20' asks for some contacts one by one."
    : ""

const describeCheck = (report: CheckReport): string => {
  const parts = [
    `${contacts(report.looked)} compared with what was sent`,
    ...(report.left > 0 ? [`${thousands(report.left)} left for the next run`] : [])
  ]
  return `${parts.join(", ")}.${leftOut(report)}`
}

/** What was asked about contacts; with `asked`, also says if there was nothing to ask. */
export const describeSteps = (
  { checked, lookedUp, resolved }: RunReport,
  asked: { readonly resolve: boolean; readonly lookup: boolean; readonly check: boolean }
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
    : [describeLookup(lookedUp)]),
  ...(checked === null
    ? asked.check
      ? [
          "There is nothing to compare. 'batches add --sent' and 'contacts load --sends' say what contacts were sent with."
        ]
      : []
    : [describeCheck(checked)])
]
