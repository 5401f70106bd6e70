import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { BatchId } from "effect-activecampaign/BatchId"
import type { ImportSnapshot } from "effect-activecampaign/ImportSnapshot"
import type { OpenBatch } from "../ledger/facts/Batches.js"
import type { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import type { Failure } from "./Failure.js"
import type { Journal } from "./Journal.js"
import { steadyMillis } from "./steadyTime.js"

/** `false` is documented for less than a second after the submission; after this long, the batch is not known. */
const grace = Duration.toMillis("60 seconds")

/**
 * Whether a time noted by another process is longer ago than the grace period, by the wall clock. A time in the future
 * means that a clock was set.
 */
export const isLongAgo = (then: DateTime.Utc, now: DateTime.Utc): "yes" | "no" | "clock was set" => {
  const distance = DateTime.distance(then, now)
  if (distance < 0) return "clock was set"
  return distance > grace ? "yes" : "no"
}

export const failureOf = (batchId: BatchId): Failure => ({
  error: "UnknownBatch",
  message: `Batch ${batchId}: ActiveCampaign keeps answering that it has no status. It does not know this batch, or no longer does. Check the ID and the account.`,
  body: null,
  isOfTheWay: false,
  provesNothing: false
})

/** Judges, by each answer of an open batch in turn, whether ActiveCampaign does not know the batch. */
export type IsUnknown = (snapshot: ImportSnapshot) => Effect.Effect<boolean, LedgerError, Ledger>

export const make = (
  { batchId, unsetSince }: OpenBatch,
  { journal, once }: { readonly journal: Journal; readonly once: boolean }
): IsUnknown => {
  let hadStatus = false
  /** Since when it has answered `unset` in this run, on the steady clock. */
  let unsetFrom: number | null = null
  return ({ answer, receivedAt }) =>
    Effect.gen(function* () {
      if (answer._tag !== "Unset") hadStatus = true
      if (hadStatus) return false
      const now = yield* steadyMillis
      unsetFrom ??= now
      if (now - unsetFrom > grace) return true
      if (!once || unsetSince === null) return false
      // Single passes must find out together what one run finds out by waiting. The clock may be set between two of them,
      // so the batch must be without a status for twice the grace period.
      const suspectedAt = journal.suspectedAt(batchId)
      if (suspectedAt !== undefined) {
        const long = isLongAgo(suspectedAt, receivedAt)
        if (long === "clock was set") yield* journal.suspectAnew(batchId)
        return long === "yes"
      }
      if (isLongAgo(unsetSince, receivedAt) !== "no") yield* journal.suspect(batchId)
      return false
    })
}
