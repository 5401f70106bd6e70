import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type { OutputError, OutputRefused } from "../../files/OutputError.js"
import type { Input } from "../../files/Target.js"
import { outputTo } from "../../files/Target.js"
import * as Writer from "../../files/Writer.js"
import { printError } from "../shell/console.js"

/** A write takes about as long for many lines as for one. */
const atOnce = 1000

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
    const lines = yield* Queue.unbounded<string>()
    let failed = false
    const append = (some: Iterable<string>) =>
      Effect.suspend(() => {
        const text = [...some].join("")
        return failed || text === "" ? Effect.void : write(text)
      }).pipe(
        Effect.catchAll((error) => {
          failed = true
          return error._tag === "ReaderLeft"
            ? Effect.void
            : printError(`ac-reconcile: ${error.message} The command goes on without its log.`)
        })
      )
    yield* Effect.addFinalizer(() => Effect.flatMap(Queue.takeAll(lines), append))
    yield* Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(restore(Queue.takeBetween(lines, 1, atOnce)), append)
    ).pipe(Effect.forever, Effect.forkScoped)
    return (line) => {
      if (!failed) Queue.unsafeOffer(lines, `${line}\n`)
    }
  })
