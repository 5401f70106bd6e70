import type { BatchId } from "effect-activecampaign/BatchId"
import type { SettledStatus } from "effect-activecampaign/ImportStatus"
import type { ContactStep } from "../ledger/schema/words.js"
import type { CheckPlan } from "./checkPlan.js"
import type { LookupPlan } from "./lookupPlan.js"

/** Why a batch gave no answer, or none that could be used, by the end of a run. */
export interface BatchProblem {
  readonly batchId: BatchId
  readonly error: string
  /** Contains no token: the library's errors hold no headers. */
  readonly message: string
  /** Calls that failed since the last answer. */
  readonly calls: number
  /** How long there has been no answer, in milliseconds. */
  readonly withoutAnswer: number
  /** When it last answered in this run. Null: it did not. */
  readonly answeredAt: string | null
}

/** Why a step that asks about contacts left something open that it could have asked about. */
export interface StepProblem {
  readonly step: ContactStep
  readonly error: string
  readonly message: string
  /** Calls that failed. */
  readonly calls: number
}

export type Problem = BatchProblem | StepProblem

/** What happens, reported while it happens. */
export type RunEvent =
  | { readonly _tag: "Started"; readonly open: number }
  /** Something that may be the account has answered, so the file has a row for the run. */
  | { readonly _tag: "Recorded"; readonly runId: number }
  /** There are more batches to follow, in a run that watches. */
  | { readonly _tag: "Joined"; readonly batches: number }
  /** A run that watches has nothing left to do, and waits for more batches. */
  | { readonly _tag: "Idle" }
  | { readonly _tag: "Answered"; readonly batchId: BatchId; readonly status: string }
  | { readonly _tag: "Settled"; readonly batchId: BatchId; readonly status: SettledStatus }
  | { readonly _tag: "Resolved"; readonly done: number; readonly left: number }
  | { readonly _tag: "Planned"; readonly plan: LookupPlan }
  | { readonly _tag: "LookedUp"; readonly done: number }
  /** `done`: sent contacts that the run has compared before, in calls made for something else. */
  | { readonly _tag: "CheckPlanned"; readonly plan: CheckPlan; readonly done: number }
  /** Sent contacts have been fetched with what they hold. `done`: those that the run has compared so far. */
  | { readonly _tag: "Looked"; readonly done: number }
  | {
      /** Calls have failed for a while, and are made again. */
      readonly _tag: "TroubleBegan"
      /** Null: not about a single batch. */
      readonly batchId: BatchId | null
      readonly message: string
      /** Milliseconds until the next call. */
      readonly wait: number
    }
  | {
      readonly _tag: "TroubleEnded"
      readonly batchId: BatchId | null
      readonly calls: number
      readonly millis: number
    }
  | { readonly _tag: "Failed"; readonly problem: Problem }
