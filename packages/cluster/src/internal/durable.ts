import * as Workflow from "@effect/workflow/Workflow"
import type * as Schema from "effect/Schema"

/**
 * Keeps a defect from becoming the workflow's stored result: a database that cannot be reached is one. The engine then runs
 * the workflow again.
 */
export const durable = <
  Name extends string,
  Payload extends Workflow.AnyStructSchema,
  Success extends Schema.Schema.Any,
  Error extends Schema.Schema.All
>(
  workflow: Workflow.Workflow<Name, Payload, Success, Error>
): Workflow.Workflow<Name, Payload, Success, Error> => workflow.annotate(Workflow.CaptureDefects, false)
