import * as Duration from "effect/Duration"
import type { BatchId } from "effect-activecampaign/BatchId"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import type { ContactStep } from "../ledger/schema/words.js"
import { isOfTheWay, provesNothing } from "./blame.js"

/** What a call asks about: a batch, or the contacts of a step. */
export type Topic =
  | { readonly _tag: "Batch"; readonly batchId: BatchId }
  | { readonly _tag: "Step"; readonly step: ContactStep }

/** A failed call, as it is recorded. */
export interface Failure {
  readonly error: string
  readonly message: string
  readonly body: string | null
  /** Whether the connection to the account may be to blame, which would affect others as well. */
  readonly isOfTheWay: boolean
  /** Whether it may have come from something other than the account. */
  readonly provesNothing: boolean
}

export const failureOf = (error: ContactsError): Failure => ({
  error: error._tag,
  message: error.message,
  body: error._tag === "ContractBroken" ? error.body : null,
  isOfTheWay: isOfTheWay(error),
  provesNothing: provesNothing(error)
})

/** A call that was cut off when its time ran out. */
export const silent = (message: string): Failure => ({
  error: "NoAnswer",
  message,
  body: null,
  isOfTheWay: true,
  provesNothing: false
})

/** A call cut off after this long counts as unanswered; one that had only just begun proves nothing. */
export const silence = Duration.toMillis("5 seconds")
