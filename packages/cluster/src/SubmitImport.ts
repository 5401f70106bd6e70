/**
 * Submits an import across machines, at most once, and then follows it.
 *
 * @since 0.1.0
 */
import type { Sharding } from "@effect/cluster/Sharding"
import * as Activity from "@effect/workflow/Activity"
import type * as Workflow from "@effect/workflow/Workflow"
import type { WorkflowEngine } from "@effect/workflow/WorkflowEngine"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { ActiveCampaignClient } from "effect-activecampaign/ActiveCampaignClient"
import { OutcomeUnknown } from "effect-activecampaign/ActiveCampaignError"
import { QueuedImport, type Submission } from "effect-activecampaign/Submission"
import { SubmissionError } from "effect-activecampaign/SubmissionError"
import { AccountUnavailable, type Accounts } from "./Accounts.js"
import * as FollowImport from "./FollowImport.js"
import * as Intents from "./Intents.js"
import { apart } from "./internal/apart.js"
import { makeClients } from "./internal/clients.js"
import { keyed, type Payload } from "./internal/keyed.js"
import { toTheEnd } from "./internal/toTheEnd.js"
import { afterTurn } from "./internal/turn.js"
import { remaining } from "./StoredSubmission.js"

/**
 * What a submission became: the reply that queued it, and the settled answer of its batch.
 *
 * @since 0.1.0
 * @category models
 */
export const SubmittedImport = Schema.Struct({
  queued: QueuedImport,
  settled: FollowImport.SettledImport
}).annotations({ identifier: "SubmittedImport" })

/**
 * @since 0.1.0
 * @category models
 */
export interface SubmittedImport extends Schema.Schema.Type<typeof SubmittedImport> {}

/**
 * The contacts were queued, but the wait for their batch ended without a settled answer. Do not submit them again: follow
 * the batch.
 *
 * @since 0.1.0
 * @category errors
 */
export class NotFollowed extends Schema.TaggedError<NotFollowed>("effect-activecampaign-cluster/NotFollowed")(
  "NotFollowed",
  { queued: QueuedImport, error: FollowImport.FollowError }
) {
  readonly isTransient = false
  override get message() {
    return `The contacts were queued as batch ${this.queued.batchId}, but waiting for it failed. Follow that batch, and do not submit them again. ${this.error.message}`
  }
}

/**
 * The stored contacts were deleted by `Forget`, and the result with them. They are not submitted again under the same key.
 *
 * @since 0.1.0
 * @category errors
 */
export class Forgotten extends Schema.TaggedError<Forgotten>("effect-activecampaign-cluster/Forgotten")(
  "Forgotten",
  {}
) {
  readonly isTransient = false
  override get message() {
    return "What was stored of this import has been deleted, and its result with it. To submit contacts again, use a new key."
  }
}

/**
 * Everything that submitting and following can fail with. The contacts were queued only if it is `NotFollowed`, and may have
 * been if it is `OutcomeUnknown` or `Forgotten`.
 *
 * @since 0.1.0
 * @category errors
 */
export const SubmitError = Schema.Union(
  ...SubmissionError.members,
  AccountUnavailable,
  NotFollowed,
  Forgotten
)

/**
 * @since 0.1.0
 * @category errors
 */
export type SubmitError = typeof SubmitError.Type

/**
 * One submission for each account and key, however often it is executed, by whichever runner. The key is your own name for
 * it, of at most 200 characters.
 *
 * That it is about to leave is recorded first, in `Intents`. If the runner dies after that and before the reply is recorded,
 * the result is `OutcomeUnknown`, 35 seconds after that, and nothing is sent a second time. A runner that stops in order, or
 * gives its work to another one, waits for the reply, for at most 30 seconds. A submission that is still in line for its
 * turn goes on on another runner. The contacts are stored until `Forget` deletes them.
 *
 * @example
 * ```ts
 * import { SubmitImport } from "effect-activecampaign-cluster"
 *
 * const submitted = SubmitImport.workflow.execute({
 *   account: "ACME",
 *   key: "newsletter 2026-11-27, part 1",
 *   submission: { contacts: [{ email: "ada@example.test" }] }
 * })
 * ```
 *
 * @since 0.1.0
 * @category workflows
 */
export const workflow: Workflow.Workflow<
  "ActiveCampaign/SubmitImport",
  Payload,
  typeof SubmittedImport,
  typeof SubmitError
> = keyed({
  name: "ActiveCampaign/SubmitImport",
  success: SubmittedImport,
  error: SubmitError,
  longestKey: 200
})

/**
 * @since 0.1.0
 * @category models
 */
export interface Options<R = never> {
  readonly accounts: Accounts<R>
}

const outcomeUnknown = new OutcomeUnknown({
  request: "POST /import/bulk_import",
  detail: "the runner stopped, or lost its database, before it had stored the answer"
})

/** A runner that has lost its shards may still get the reply. This is more than a call may take by default. */
const longestReply = Duration.seconds(35)

/** What an activity is about. The activity itself is made once, as that of `FollowImport`. */
class Outgoing extends Context.Tag("effect-activecampaign-cluster/internal/Outgoing")<
  Outgoing,
  { readonly executionId: string; readonly account: string; readonly submission: Submission }
>() {}

/**
 * For every runner, beside `FollowImport.layer`.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = <R = never>(
  options: Options<R>
): Layer.Layer<never, never, WorkflowEngine | Sharding | Intents.Intents | R> =>
  Layer.unwrapScoped(
    Effect.map(Effect.all([makeClients(options.accounts), Intents.Intents]), ([clients, intents]) => {
      const replyTo = (executionId: string): Effect.Effect<Option.Option<Intents.Reply>> =>
        Effect.flatMap(intents.claimed(executionId), ({ age, reply }) =>
          Option.isSome(reply) || Duration.greaterThan(age, longestReply)
            ? Effect.succeed(reply)
            : Effect.delay(replyTo(executionId), "1 second")
        )
      const submitted = Activity.make({
        name: "submitted",
        success: Intents.Reply,
        error: Schema.Union(...SubmissionError.members, AccountUnavailable),
        execute: Effect.flatMap(Outgoing, ({ account, executionId, submission }) =>
          Effect.gen(function* () {
            const left = yield* Effect.gen(function* () {
              const client = yield* ActiveCampaignClient
              // Claimed when the turn has come: a submission in line can still move to another runner.
              if (!(yield* intents.claim(executionId))) return Option.none()
              const queued = yield* client.submitImport(submission)
              const reply = { queued, submittedAt: yield* DateTime.now }
              // The engine stores it, too. This is for when it does not, because the work is about to move.
              yield* Effect.ignoreLogged(Effect.sandbox(intents.replied(executionId, reply)))
              return Option.some(reply)
            }).pipe(
              toTheEnd,
              afterTurn(submission.contacts.length > 1 ? "import-many" : "import-one"),
              clients(account)
            )
            if (Option.isSome(left)) return left.value
            const reply = yield* replyTo(executionId)
            return yield* Option.match(reply, { onNone: () => outcomeUnknown, onSome: Effect.succeed })
          })
        ),
        interruptRetryPolicy: Schedule.stop
      })
      return workflow.toLayer(({ account, submission }, executionId) =>
        Effect.gen(function* () {
          const { queued, submittedAt } = yield* Effect.provideService(submitted, Outgoing, {
            executionId,
            account,
            submission: remaining(submission)
          })
          const settled = yield* FollowImport.workflow
            .execute({ account, batchId: queued.batchId, submittedAt })
            .pipe(
              apart,
              Effect.mapError((error) => new NotFollowed({ queued, error }))
            )
          return { queued, settled }
        })
      )
    })
  )
