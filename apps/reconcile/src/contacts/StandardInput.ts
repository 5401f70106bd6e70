import type { PlatformError } from "@effect/platform/Error"
import * as NodeStream from "@effect/platform-node/NodeStream"
import * as Context from "effect/Context"
import type * as Stream from "effect/Stream"

/** What the path `-` reads from: the process's own input, unless another is provided. */
export class StandardInput extends Context.Reference<StandardInput>()("ac-reconcile/StandardInput", {
  defaultValue: (): Stream.Stream<Uint8Array, PlatformError> => NodeStream.stdin
}) {}
