import * as Terminal from "@effect/platform/Terminal"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"

/**
 * The terminal, for what asks questions: `init` and the wizard. Few calls do, so standard input and the code that reads its
 * keys are loaded once a question is asked.
 */
export const terminal: Layer.Layer<Terminal.Terminal> = Layer.scoped(
  Terminal.Terminal,
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const real = yield* Effect.promise(() => import("@effect/platform-node/NodeTerminal")).pipe(
      Effect.flatMap(({ make }) => make()),
      Scope.extend(scope),
      Effect.cached
    )
    return Terminal.Terminal.of({
      columns: Effect.flatMap(real, ({ columns }) => columns),
      rows: Effect.flatMap(real, ({ rows }) => rows),
      isTTY: Effect.flatMap(real, ({ isTTY }) => isTTY),
      readInput: Effect.flatMap(real, ({ readInput }) => readInput),
      readLine: Effect.flatMap(real, ({ readLine }) => readLine),
      display: (text) => Effect.flatMap(real, ({ display }) => display(text))
    })
  })
)
