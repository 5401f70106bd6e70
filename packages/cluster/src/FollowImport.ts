/**
 * Waits for a batch across machines: the wait goes on after the runner that was waiting has died.
 *
 * @since 0.1.0
 */
import type { Sharding } from "@effect/cluster/Sharding"
import * as Activity from "@effect/workflow/Activity"
import * as Workflow from "@effect/workflow/Workflow"
import type { WorkflowEngine } from "@effect/workflow/WorkflowEngine"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { BatchId } from "effect-activecampaign/BatchId"
import * as BulkImport from "effect-activecampaign/BulkImport"
import { ImportAnswer, isSettled } from "effect-activecampaign/ImportAnswer"
import { ImportSnapshot } from "effect-activecampaign/ImportSnapshot"
import type * as PollPolicy from "effect-activecampaign/PollPolicy"
import * as PollState from "effect-activecampaign/PollState"
import { WaitError } from "effect-activecampaign/WaitError"
import { AccountName, AccountUnavailable, type Accounts } from "./Accounts.js"
import { makeClients } from "./internal/clients.js"
import { durable } from "./internal/durable.js"

/**
 * The settled answer of a batch, when it came, and the body it was decoded from.
 *
 * @since 0.1.0
 * @category models
 */
export const SettledImport = Schema.Struct({
  ...ImportSnapshot.fields,
  answer: ImportAnswer.pipe(Schema.filter(isSettled))
}).annotations({ identifier: "SettledImport" })

/**
 * @since 0.1.0
 * @category models
 */
export interface SettledImport extends Schema.Schema.Type<typeof SettledImport> {}

/**
 * Everything that following a batch can fail with.
 *
 * @since 0.1.0
 * @category errors
 */
export const FollowError = Schema.Union(...WaitError.members, AccountUnavailable)

/**
 * @since 0.1.0
 * @category errors
 */
export type FollowError = typeof FollowError.Type

const payload = {
  account: AccountName,
  batchId: BatchId,
  /** When the batch was submitted: the policy's times count from here. By default from the first execution. */
  submittedAt: Schema.optionalWith(Schema.DateTimeUtc, { exact: true })
}

/**
 * One wait for each account and batch, however often it is executed. A batch that `failed` or was `interrupted` is an answer,
 * not an error. The result stays, an error also: `Forget.batch` lets it be asked anew.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { BatchId } from "effect-activecampaign"
 * import { FollowImport } from "effect-activecampaign-cluster"
 *
 * const status = FollowImport.workflow
 *   .execute({ account: "ACME", batchId: BatchId.make("b-0001") })
 *   .pipe(Effect.map(({ answer }) => answer.status))
 * ```
 *
 * @since 0.1.0
 * @category workflows
 */
export const workflow: Workflow.Workflow<
  "ActiveCampaign/FollowImport",
  Schema.Struct<typeof payload>,
  typeof SettledImport,
  typeof FollowError
> = durable(
  Workflow.make({
    name: "ActiveCampaign/FollowImport",
    payload,
    success: SettledImport,
    error: FollowError,
    idempotencyKey: ({ account, batchId }) => JSON.stringify([account, batchId])
  })
)

/**
 * @since 0.1.0
 * @category models
 */
export interface Options<R = never> {
  readonly accounts: Accounts<R>
  /** When to ask. Default: `PollPolicy.default`. */
  readonly policy?: PollPolicy.Input | undefined
}

const began = Activity.make({ name: "began", success: Schema.DateTimeUtc, execute: DateTime.now })

const hasSettled = Schema.is(Schema.typeSchema(SettledImport))

/** What an activity is about. The activity itself is made once: its schemas take a hundred times as much memory. */
class Wait extends Context.Tag("effect-activecampaign-cluster/internal/Wait")<
  Wait,
  { readonly account: string; readonly batchId: BatchId; readonly since: DateTime.Utc }
>() {}

/**
 * For every runner: it follows the batches that the cluster gives it. A wait is asked anew after its runner has died, within
 * the same deadline. Runs until the answer is stored.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = <R = never>(
  options: Options<R>
): Layer.Layer<never, never, WorkflowEngine | Sharding | R> =>
  Layer.unwrapScoped(
    Effect.map(makeClients(options.accounts), (clients) => {
      // One for the whole wait: it only reads, and what is replayed would grow with each one.
      const settled = Activity.make({
        name: "settled",
        success: SettledImport,
        error: FollowError,
        execute: Effect.flatMap(Wait, ({ account, batchId, since }) =>
          Effect.gen(function* () {
            const bulkImport = yield* BulkImport.make
            const state = yield* PollState.start(batchId, since)
            const last = yield* Stream.runLast(bulkImport.changes(state, options.policy))
            // The stream of a wait ends with the settled answer, or fails.
            return yield* Effect.orDie(Option.filter(last, hasSettled))
          }).pipe(clients(account))
        )
      })
      return workflow.toLayer(({ account, batchId, submittedAt }) =>
        Effect.gen(function* () {
          const since = submittedAt ?? (yield* began)
          return yield* Effect.provideService(settled, Wait, { account, batchId, since })
        })
      )
    })
  )
