/**
 * What a batch looks like at a given age: a plain function of the scenario and the time.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import type { Stages } from "./Batch.js"
import type { BatchPlan, PlannedContact } from "./internal/plan.js"
import { planOf } from "./internal/plan.js"
import type { Scenario } from "./Scenario.js"

/**
 * The answer about a batch at one moment, before it is worded as JSON.
 *
 * @since 0.1.0
 * @category models
 */
export interface BatchView {
  /** `false` until the system has set a status. */
  readonly status: false | string
  readonly settled: boolean
  /** `None` if the answer has no lists. */
  readonly lists: Option.Option<{
    readonly success: ReadonlyArray<string>
    readonly failure: ReadonlyArray<string>
  }>
}

/**
 * A batch of a scenario, with everything decided that does not depend on time. Made by `plans`.
 *
 * @since 0.1.0
 * @category models
 */
export type Plan = BatchPlan

/**
 * The plans of a scenario's batches, by batch ID.
 *
 * @since 0.1.0
 * @category constructors
 */
export const plans: (scenario: Scenario) => ReadonlyMap<string, Plan> = planOf

/**
 * Milliseconds from the submission to the end of a batch, if it ends.
 *
 * @since 0.1.0
 * @category getters
 */
export const settlesAfter = (stages: Stages): number =>
  stages.unset + stages.waiting + stages.claimed + stages.active

const byNumber = (left: string, right: string) =>
  left.length - right.length || (left < right ? -1 : left > right ? 1 : 0)

/** IDs ascending and addresses backwards: no list is in the order sent, so places cannot be matched with it. */
const listsOf = (contacts: ReadonlyArray<PlannedContact>, plan: Plan, settled: boolean) => {
  const { strangers } = plan.batch
  const success = contacts.flatMap(({ contactId, timesInSuccess }) =>
    contactId === undefined ? [] : Array.from({ length: timesInSuccess }, () => contactId)
  )
  const failure = contacts.filter((contact) => contact.inFailure).map((contact) => contact.email)
  return {
    success: [...success, ...(settled ? strangers.success : [])].sort(byNumber),
    failure: [...failure, ...(settled ? strangers.failure : [])].reverse()
  }
}

const running = (status: false | string): BatchView => ({ status, settled: false, lists: Option.none() })

/**
 * What a batch looks like `age` milliseconds after its submission; `None` before it.
 *
 * @since 0.1.0
 * @category getters
 */
export const viewAt = (plan: Plan, age: number): Option.Option<BatchView> => {
  const { ends, partialLists, stages, statusWord } = plan.batch
  if (age < 0) return Option.none()
  if (age < stages.unset) return Option.some(running(false))
  if (age < stages.unset + stages.waiting) return Option.some(running("waiting"))
  if (age < stages.unset + stages.waiting + stages.claimed) return Option.some(running("claimed"))
  const reached = plan.contacts.filter((contact) => contact.reached)
  const end = settlesAfter(stages)
  if (ends !== "never" && age >= end) {
    return Option.some({ status: ends, settled: true, lists: Option.some(listsOf(reached, plan, true)) })
  }
  const status = statusWord ?? "active"
  if (!partialLists) return Option.some(running(status))
  const share = age >= end ? 1 : 1 - (end - age) / stages.active
  const soFar = reached.slice(0, Math.floor(share * reached.length))
  return Option.some({ status, settled: false, lists: Option.some(listsOf(soFar, plan, false)) })
}
