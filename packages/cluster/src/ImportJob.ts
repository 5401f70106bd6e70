/**
 * Imports any number of contacts across machines: submits them in parts, follows each batch, and has one result.
 *
 * @since 0.1.0
 */
import * as Activity from "@effect/workflow/Activity"
import type * as Workflow from "@effect/workflow/Workflow"
import type { WorkflowEngine } from "@effect/workflow/WorkflowEngine"
import * as Arr from "effect/Array"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { split } from "effect-activecampaign/Submission"
import { apart } from "./internal/apart.js"
import { keyed, type Payload } from "./internal/keyed.js"
import type { StoredSubmission } from "./StoredSubmission.js"
import * as SubmitImport from "./SubmitImport.js"

const place = {
  /** The number of the part, from 0. */
  part: Schema.NonNegativeInt,
  /** The number of its first contact among all of the job, from 0. */
  firstContact: Schema.NonNegativeInt,
  /** How many contacts it has, with erased ones. */
  contacts: Schema.NonNegativeInt
}

/**
 * A part whose batch has settled.
 *
 * @since 0.1.0
 * @category models
 */
export const PartSettled = Schema.TaggedStruct("Settled", { ...place, import: SubmitImport.SubmittedImport })

/**
 * A part without a settled answer.
 *
 * @since 0.1.0
 * @category models
 */
export const PartFailed = Schema.TaggedStruct("Failed", { ...place, error: SubmitImport.SubmitError })

/**
 * What became of each part, in order.
 *
 * @since 0.1.0
 * @category models
 */
export const JobResult = Schema.Struct({
  parts: Schema.Array(Schema.Union(PartSettled, PartFailed))
}).annotations({ identifier: "JobResult" })

/**
 * @since 0.1.0
 * @category models
 */
export interface JobResult extends Schema.Schema.Type<typeof JobResult> {}

/**
 * The stored contacts of the job were deleted by `Forget`, and the result with them.
 *
 * @since 0.1.0
 * @category errors
 */
export const JobError = SubmitImport.Forgotten

/**
 * One job for each account and key, however often it is executed. The key is your own name for it, of at most 150
 * characters. A part that fails ends neither the job nor other parts.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { ImportJob } from "effect-activecampaign-cluster"
 *
 * const contacts = Array.from({ length: 1000 }, (_, index) => ({ email: `person${index}@example.test` }))
 * const failedParts = ImportJob.workflow
 *   .execute({ account: "ACME", key: "upload 17", submission: { contacts } })
 *   .pipe(Effect.map(({ parts }) => parts.filter((part) => part._tag === "Failed")))
 * ```
 *
 * @since 0.1.0
 * @category workflows
 */
export const workflow: Workflow.Workflow<
  "ActiveCampaign/ImportJob",
  Payload,
  typeof JobResult,
  typeof JobError
> = keyed({
  name: "ActiveCampaign/ImportJob",
  success: JobResult,
  error: JobError,
  longestKey: 150
})

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** How many parts of a job are submitted or followed at once. Default 10. */
  readonly concurrency?: number | undefined
}

/** An erased contact keeps its place: if others moved up, some would be in no part. */
const sizesOf = ({ contacts, ...settings }: StoredSubmission): ReadonlyArray<number> =>
  split({
    ...settings,
    contacts: contacts.map((contact) => ("email" in contact ? contact : { email: "" }))
  }).map((part) => part.contacts.length)

/** What the activity is about. It is made once, as that of `FollowImport`. */
class Job extends Context.Tag("effect-activecampaign-cluster/internal/Job")<Job, StoredSubmission>() {}

// Stored, because a contact that is erased during the job would move the limits of the parts.
const partSizes = Activity.make({
  name: "parts",
  success: Schema.Array(Schema.NonNegativeInt),
  execute: Effect.map(Job, sizesOf)
})

/**
 * For every runner, beside `SubmitImport.layer` and `FollowImport.layer`.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<never, never, WorkflowEngine> =>
  workflow.toLayer(({ account, key, submission }) =>
    Effect.gen(function* () {
      const { contacts, ...settings } = submission
      const sizes = yield* Effect.provideService(partSizes, Job, submission)
      const [, places] = Arr.mapAccum(sizes, 0, (firstContact, size, part) => [
        firstContact + size,
        { part, firstContact, contacts: size }
      ])
      const parts = yield* Effect.forEach(
        places,
        (place) =>
          SubmitImport.workflow
            .execute({
              account,
              key: `ImportJob, part ${place.part}: ${key}`,
              submission: {
                ...settings,
                contacts: contacts.slice(place.firstContact, place.firstContact + place.contacts)
              }
            })
            .pipe(
              apart,
              Effect.match({
                onFailure: (error) => PartFailed.make({ ...place, error }),
                onSuccess: (submitted) => PartSettled.make({ ...place, import: submitted })
              })
            ),
        { concurrency: options.concurrency ?? 10 }
      )
      return { parts }
    })
  )
