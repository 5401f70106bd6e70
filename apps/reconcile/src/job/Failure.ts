import * as Duration from "effect/Duration"
import type { BatchId } from "effect-activecampaign/BatchId"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import { isOfTheWay, provesNothing } from "./blame.js"

/** What was asked about: a batch, or the contacts of a step. */
export type Source =
  | { readonly _tag: "Batch"; readonly batchId: BatchId }
  | { readonly _tag: "Step"; readonly step: "resolve" | "lookup" }

/** A call that came to nothing, as it is kept. */
export interface Failure {
  readonly error: string
  readonly message: string
  readonly body: string | null
  /** Whether the way to the account may be to blame, and so the trouble of others as well. */
  readonly isOfTheWay: boolean
  /** Whether it may have come from somebody who is not the account. */
  readonly provesNothing: boolean
}

export const failureOf = (error: ContactsError): Failure => ({
  error: error._tag,
  message: error.message,
  body: error._tag === "ContractBroken" ? error.body : null,
  isOfTheWay: isOfTheWay(error),
  provesNothing: provesNothing(error)
})

/** A call that was cut by the end of the time it had. */
export const silent = (message: string): Failure => ({
  error: "NoAnswer",
  message,
  body: null,
  isOfTheWay: true,
  provesNothing: false
})

/** A call that is cut after this long had been without an answer; one that was only just under way says nothing. */
export const silence = Duration.toMillis("5 seconds")
