import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { OutputError, OutputRefused } from "../../files/OutputError.js"
import type { Input } from "../../files/Target.js"
import { outputTo } from "../../files/Target.js"
import * as Writer from "../../files/Writer.js"
import { printError } from "../shell/console.js"

/**
 * Appends lines to a file, in the background. What is there when the scope closes is still written. If a line cannot be
 * written, that is said once, and the command goes on without its log.
 */
export const make = (
  name: string,
  options: { readonly option: string; readonly inputs: ReadonlyArray<Input> }
): Effect.Effect<(line: string) => void, OutputError | OutputRefused, Scope.Scope> =>
  Effect.gen(function* () {
    const write = yield* Writer.appendTo(yield* outputTo(name, options))
    const news = Effect.unsafeMakeLatch()
    let pending: Array<string> = []
    let failed = false
    const append = Effect.suspend(() => {
      const text = pending.join("")
      pending = []
      news.unsafeClose()
      return failed || text === "" ? Effect.void : write(text)
    }).pipe(
      Effect.catchAll((error) => {
        failed = true
        return error._tag === "ReaderLeft"
          ? Effect.void
          : printError(`ac-reconcile: ${error.message} The command goes on without its log.`)
      })
    )
    yield* Effect.addFinalizer(() => append)
    // Interrupted while it waits, it has taken no line yet.
    yield* Effect.uninterruptibleMask((restore) => Effect.zipRight(restore(news.await), append)).pipe(
      Effect.forever,
      Effect.forkScoped
    )
    return (line) => {
      if (failed) return
      pending.push(`${line}\n`)
      news.unsafeOpen()
    }
  })
