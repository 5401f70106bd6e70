import type { BatchId } from "effect-activecampaign/BatchId"
import type { SettledStatus } from "effect-activecampaign/ImportStatus"
import type { FailedStep } from "../ledger/AccountErrors.js"
import type { FailedCall } from "../ledger/Answers.js"
import type { LookupPlan } from "./lookupPlan.js"

/** Why a batch could not be followed to its end in this run. */
export type BatchProblem = FailedCall

/** Why a step that asks about contacts left something open that it could have asked about. */
export type StepProblem = FailedStep

export type Problem = BatchProblem | StepProblem

/** What happened, told while it happens. */
export type RunEvent =
  | { readonly _tag: "Started"; readonly open: number }
  | { readonly _tag: "Answered"; readonly batchId: BatchId; readonly status: string }
  | { readonly _tag: "Settled"; readonly batchId: BatchId; readonly status: SettledStatus }
  | { readonly _tag: "Resolved"; readonly done: number; readonly left: number }
  | { readonly _tag: "Planned"; readonly plan: LookupPlan }
  | { readonly _tag: "LookedUp"; readonly done: number }
  | { readonly _tag: "Failed"; readonly problem: Problem }
