import * as Workflow from "@effect/workflow/Workflow"
import * as Schema from "effect/Schema"
import { AccountName } from "../Accounts.js"
import { StoredSubmission } from "../StoredSubmission.js"
import { durable } from "./durable.js"

const payloadOf = (longestKey: number) => ({
  account: AccountName,
  /** Your own name for it: the same key never submits twice. */
  key: Schema.NonEmptyString.pipe(Schema.maxLength(longestKey)),
  submission: StoredSubmission
})

/** What a workflow about a submission is executed with. */
export type Payload = Schema.Struct<ReturnType<typeof payloadOf>>

/** A workflow about a submission. For each account and key, it is executed once. */
export const keyed = <
  const Name extends string,
  Success extends Schema.Schema.Any,
  Error extends Schema.Schema.All
>(options: {
  readonly name: Name
  readonly success: Success
  readonly error: Error
  readonly longestKey: number
}): Workflow.Workflow<Name, Payload, Success, Error> => {
  const { error, longestKey, name, success } = options
  return durable(
    Workflow.make({
      name,
      payload: payloadOf(longestKey),
      success,
      error,
      idempotencyKey: ({ account, key }) => JSON.stringify([account, key])
    })
  )
}
