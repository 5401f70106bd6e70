import type { BatchId } from "effect-activecampaign/BatchId"
import type { SettledStatus } from "effect-activecampaign/ImportStatus"
import type { CheckReport } from "./Check.js"
import type { LookupReport } from "./LookUp.js"
import type { ResolveReport } from "./Resolve.js"
import type { Problem } from "./RunEvent.js"

export interface RunReport {
  /** Batches open when the run began, and those that joined while it watched. */
  readonly open: number
  readonly settled: ReadonlyArray<{ readonly batchId: BatchId; readonly status: SettledStatus }>
  /** Batches still open at its end for lack of time. */
  readonly stillOpen: number
  /** Calls that failed for good, or through all retries. */
  readonly problems: ReadonlyArray<Problem>
  /** Null if the step was not asked for, or had nothing to do. */
  readonly resolved: ResolveReport | null
  readonly lookedUp: LookupReport | null
  readonly checked: CheckReport | null
  /** Calls that went to the names of the account, which comparing needs. */
  readonly callsForNames: number
  /** How a run that watches was stopped: with nothing left to do, or with work under way. Null: it does not watch. */
  readonly stopped: "idle" | "busy" | null
}
