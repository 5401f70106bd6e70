import { type WorkflowEngine, WorkflowInstance } from "@effect/workflow/WorkflowEngine"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * Executes a workflow from within another one, but not as its child. When a runner gives up its shards because the database
 * is away, a child insists on telling its parent, whose shard nobody has: the engine waits for itself and never goes on.
 */
export const apart = <A, E>(
  execute: Effect.Effect<A, E, WorkflowEngine>
): Effect.Effect<A, E, WorkflowEngine | WorkflowInstance> =>
  Effect.mapInputContext(execute, (context: Context.Context<WorkflowEngine | WorkflowInstance>) =>
    Context.omit(WorkflowInstance)(context)
  )
