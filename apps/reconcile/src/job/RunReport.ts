import type { BatchId } from "effect-activecampaign/BatchId"
import type { SettledStatus } from "effect-activecampaign/ImportStatus"
import type { FailedCall } from "../ledger/Answers.js"

/** Why a batch could not be followed to its end in this run. */
export type Problem = FailedCall

/** What happened, told while it happens. */
export type RunEvent =
  | { readonly _tag: "Started"; readonly open: number }
  | { readonly _tag: "Answered"; readonly batchId: BatchId; readonly status: string }
  | { readonly _tag: "Settled"; readonly batchId: BatchId; readonly status: SettledStatus }
  | { readonly _tag: "Failed"; readonly problem: Problem }

export interface RunReport {
  /** Batches open when the run began. */
  readonly open: number
  readonly settled: ReadonlyArray<{ readonly batchId: BatchId; readonly status: SettledStatus }>
  /** Batches still open at its end for want of time. */
  readonly stillOpen: number
  /** Batches whose call failed for good, or through all retries. */
  readonly problems: ReadonlyArray<Problem>
}
