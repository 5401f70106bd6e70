import type { CheckReport } from "../../job/Check.js"
import type { CheckPlan } from "../../job/checkPlan.js"
import type { LookupReport } from "../../job/LookUp.js"
import type { LookupPlan } from "../../job/lookupPlan.js"
import type { ResolveReport } from "../../job/Resolve.js"
import type { Standing } from "../../ledger/asSent/Standing.js"
import { nothingToCompare } from "../../report/standing.js"
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
  again,
  calls,
  contacts: count,
  method,
  names
}: CheckPlan): string => {
  // Contacts that are asked for again may show nothing that needs the names.
  const isOnlyAgain = again === count && names > 0
  const ofNames =
    names === 0
      ? ""
      : `, ${isOnlyAgain ? "" : "at least "}${thousands(names)} of them for the names of fields, tags and lists and the exclusion list${isOnlyAgain ? " if the answers have more now" : ""}`
  const how =
    method === "pages"
      ? `in ${isOnlyAgain ? "up to " : ""}${plural(calls, "call")}${ofNames}`
      : `one by one, in up to ${plural(calls, "call")}`
  const before =
    again === 0
      ? ""
      : again === count
        ? " They were looked at before, and the answers did not have all of what was sent."
        : ` ${thousands(again)} of them were looked at before, and the answers did not have all of what was sent.`
  const reach =
    affordable < count
      ? ` --max-calls leaves ${plural(budget, "call")}: ${contacts(affordable)} now, the rest next time.`
      : ""
  return `${contacts(count)} to be compared with what was sent, ${how}.${before}${reach}`
}

/** What is left to read if there is nothing to compare; empty if nothing is. */
export const describeNamesAlone = ({ contacts: count, names }: CheckPlan): string =>
  count > 0 || names === 0
    ? ""
    : `${plural(names, "call")} would read names of the account that no run has read so far.`

/** What a sample adds to that; empty if there is none. */
export const describeSample = ({ contacts: count }: CheckPlan, sample: number): string => {
  const some = Math.min(sample, count)
  return some === 0
    ? ""
    : `If the answers leave out fields, tags or lists, ${contacts(some)} ${some === 1 ? "is" : "are"} asked for one by one, in up to ${plural(some * 2, "more call")}.`
}

const describeCheck = (report: CheckReport): string => {
  const parts = [
    `${contacts(report.looked)} compared with what was sent`,
    ...(report.gone > 0 ? [`${thousands(report.gone)} not in the account when asked for`] : []),
    ...(report.left > 0 ? [`${thousands(report.left)} left for the next run`] : [])
  ]
  return `${parts.join(", ")}.`
}

const isNothing = ({ gone, left, looked }: CheckReport) => looked + gone + left === 0

const isLeft = ({ checked, lookedUp, resolved }: RunReport) =>
  [checked, lookedUp, resolved].some((step) => step !== null && step.left > 0)

/** Where calls went that might have been made for what is left. */
const describeNames = (report: RunReport) =>
  report.callsForNames > 0 && isLeft(report)
    ? [
        `${plural(report.callsForNames, "call")} went to the names of the account's fields, tags and lists and its exclusion list, which comparing needs.`
      ]
    : []

/** What was asked about contacts; with `asked`, also says if there was nothing to ask. */
export const describeSteps = (
  report: RunReport,
  asked: { readonly resolve: boolean; readonly lookup: boolean; readonly check: boolean },
  standing: Standing
): ReadonlyArray<string> => {
  const { checked, lookedUp, resolved } = report
  return [
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
    ...(checked === null || isNothing(checked)
      ? asked.check
        ? [nothingToCompare(standing)]
        : []
      : [describeCheck(checked)]),
    ...describeNames(report)
  ]
}
