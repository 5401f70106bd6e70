import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { codeOf, ExitCode, ExitWith } from "./ExitCode.js"
import { interruptedCode } from "./signals.js"

/** What a command has to say: for people as text, for programs as the `result` of the envelope. */
export interface Response {
  readonly text: string
  readonly result: unknown
  readonly exitCode?: ExitCode
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
) => JSON.stringify({ command, exitCode, ...body }, null, 2)

/**
 * Runs a command and says how it ended, in one place: results on stdout, trouble on stderr, or the envelope
 * alone on stdout. Fails with nothing but the exit code.
 */
export const respond = <E extends Failure, R>(
  command: string,
  json: boolean,
  effect: Effect.Effect<Response, E, R>
): Effect.Effect<void, ExitWith, R> =>
  effect.pipe(
    Effect.onInterrupt(() =>
      json
        ? Console.log(
            envelope(command, interruptedCode(), { error: { code: "Interrupted", message: interrupted } })
          )
        : Console.error(`ac-reconcile: ${interrupted}`)
    ),
    Effect.matchCauseEffect({
      onSuccess: ({ exitCode = ExitCode.done, result, text }) => {
        const output = json ? envelope(command, exitCode, { result }) : text
        return Effect.zipRight(
          output === "" ? Effect.void : Console.log(output),
          exitCode === ExitCode.done ? Effect.void : Effect.fail(new ExitWith({ code: exitCode }))
        )
      },
      onFailure: (cause) => {
        if (Cause.isInterruptedOnly(cause)) return Effect.interrupt
        const failure = Cause.failureOption(cause)
        const isKnown = failure._tag === "Some"
        const exitCode = isKnown ? codeOf(failure.value) : ExitCode.unexpected
        const error = isKnown
          ? { code: failure.value._tag, message: failure.value.message }
          : {
              code: "Unexpected",
              message: `${firstLine(Cause.squash(cause))} This is a fault of ac-reconcile; nothing recorded was lost.`
            }
        const output = json
          ? Console.log(envelope(command, exitCode, { error }))
          : Console.error(`ac-reconcile: ${error.message}`)
        return output.pipe(
          Effect.zipRight(isKnown ? Effect.void : Effect.logDebug("unexpected failure", cause)),
          Effect.zipRight(Effect.fail(new ExitWith({ code: exitCode })))
        )
      }
    })
  )

const interrupted = "Stopped by a signal. Nothing recorded is lost; the same command goes on from there."

const firstLine = (defect: unknown) => {
  const text = (defect instanceof Error ? defect.message : String(defect)).split("\n", 1)[0] ?? ""
  return text.endsWith(".") ? text : `${text}.`
}
