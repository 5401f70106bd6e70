import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { printable, printableJson } from "../../text/printable.js"
import { printExact, withPlainConsole } from "./console.js"
import { ExitCode, ExitWith, exitCodeOf } from "./ExitCode.js"
import { machineTrouble } from "./machineTrouble.js"
import { interruptedCode } from "./signals.js"

/** The output of a command: `text` for people, `result` in the envelope for programs. */
export interface Response {
  readonly text: string
  readonly result: unknown
  readonly exitCode?: ExitCode
  /** The text is also for programs, and must not be changed to suit a terminal. */
  readonly exact?: boolean
}

interface Failure {
  readonly _tag: string
  readonly message: string
  readonly kind?: string
}

/** The one envelope of `--json`: `command`, `exitCode`, and `result` or `error`. */
export const envelope = (
  command: string,
  exitCode: ExitCode,
  body: { result: unknown } | { error: unknown }
) => printableJson(JSON.stringify({ command, exitCode, ...body }, null, 2))

/**
 * Runs a command and reports how it ended, in one place: results on stdout and errors on stderr, or only the envelope on
 * stdout. Fails only with the exit code.
 */
export const respond = <E extends Failure, R>(
  command: string,
  json: boolean,
  effect: Effect.Effect<Response, E, R>
): Effect.Effect<void, ExitWith, R> =>
  effect.pipe(
    Effect.onInterrupt(() =>
      json
        ? printExact(
            envelope(command, interruptedCode(), { error: { code: "Interrupted", message: interrupted } })
          )
        : Console.error(`ac-reconcile: ${interrupted}`)
    ),
    Effect.matchCauseEffect({
      onSuccess: ({ exact = false, exitCode = ExitCode.done, result, text }) => {
        const output = json
          ? printExact(envelope(command, exitCode, { result }))
          : text === ""
            ? Effect.void
            : exact
              ? printExact(text)
              : Console.log(text)
        return Effect.zipRight(
          output,
          exitCode === ExitCode.done ? Effect.void : Effect.fail(new ExitWith({ code: exitCode }))
        )
      },
      onFailure: (cause) => {
        if (Cause.isInterruptedOnly(cause)) return Effect.interrupt
        const failure = Cause.failureOption(cause)
        const known = failure._tag === "Some" ? failure.value : machineTrouble(Cause.squash(cause))
        const exitCode = known === undefined ? ExitCode.unexpected : exitCodeOf(known)
        const error =
          known === undefined
            ? {
                code: "Unexpected",
                message: `${firstLine(Cause.squash(cause))} This is a bug in ac-reconcile; nothing recorded was lost.`
              }
            : { code: known._tag, message: known.message }
        const output = json
          ? printExact(envelope(command, exitCode, { error }))
          : Console.error(`ac-reconcile: ${printable(error.message, longestMessage)}`)
        return output.pipe(
          Effect.zipRight(known !== undefined ? Effect.void : Effect.logDebug("unexpected failure", cause)),
          Effect.zipRight(Effect.fail(new ExitWith({ code: exitCode })))
        )
      }
    }),
    withPlainConsole({ silent: json })
  )

/** Long enough for a list of columns; a sentence that holds a file's whole line is cut. */
const longestMessage = 4000

const interrupted = "Stopped by a signal. Nothing recorded is lost; run the same command again to continue."

const firstLine = (defect: unknown) => {
  const text = (defect instanceof Error ? defect.message : String(defect)).split("\n", 1)[0] ?? ""
  return text.endsWith(".") ? text : `${text}.`
}
