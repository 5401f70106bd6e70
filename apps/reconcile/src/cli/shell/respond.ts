import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { printable, printableJson } from "../../text/printable.js"
import type { DataOf, JsonCommand } from "../json/commandData.js"
import { schemaName } from "../json/names.js"
import { type SnakeKeys, snakeKeys } from "../json/snakeKeys.js"
import { Logs } from "../logs/Logs.js"
import { printExact, withPlainConsole } from "./console.js"
import { ExitCode, ExitWith, exitCodeOf } from "./ExitCode.js"
import { machineTrouble } from "./machineTrouble.js"
import { interruptedCode } from "./signals.js"

/** The output of a command: `text` for people, `result` in the envelope for programs. */
export interface Response {
  readonly text: string
  readonly result: unknown
  readonly exitCode?: ExitCode
  /** Why the exit code is not 0, if that needs more than the usual words. */
  readonly because?: { readonly code?: string; readonly message: string }
  /** What people read in `text` that programs should not miss. */
  readonly warnings?: ReadonlyArray<string>
  /** The text may be long, and goes through a pager on a terminal. */
  readonly paged?: boolean
  /** The text is also for programs, and must not be changed to suit a terminal. */
  readonly exact?: boolean
}

interface Reason {
  readonly code: string
  readonly message: string
}

interface Failure {
  readonly _tag: string
  readonly message: string
  readonly kind?: string
}

interface Body {
  readonly data?: unknown
  readonly warnings?: ReadonlyArray<string>
  readonly error?: { readonly code?: string; readonly message: string }
}

/** The one envelope of `--json`. All its keys are in the style of the file's columns. */
export const envelope = (command: string, exitCode: ExitCode, { data = null, error, warnings = [] }: Body) =>
  printableJson(
    JSON.stringify(
      {
        schema: schemaName(command),
        ok: exitCode === ExitCode.done,
        data: snakeKeys(data),
        warnings,
        error: exitCode === ExitCode.done ? null : { ...reasonOf(exitCode), ...error, exit_code: exitCode }
      },
      null,
      2
    )
  )

/** Why a command that did its work does not end with 0. */
export const reasonOf = (exitCode: ExitCode): Reason =>
  reasons[exitCode] ?? { code: "Unexpected", message: "See data." }

const reasons: Readonly<Record<number, Reason>> = {
  [ExitCode.unexpected]: {
    code: "Incomplete",
    message:
      "Something gave no usable answer, or could not be proven. What it was is in data; run again to go on."
  },
  [ExitCode.usage]: {
    code: "NothingLoaded",
    message: "Every row is a bad row. Correct them and load again."
  },
  [ExitCode.failOn]: { code: "FailOn", message: "What --fail-on names was found." },
  [ExitCode.batchEnded]: {
    code: "BatchEnded",
    message:
      "A batch ended failed or interrupted. ActiveCampaign will not try again; 'ac-reconcile export retry' has what may be sent again."
  },
  [ExitCode.contractBroken]: {
    code: "ContractBroken",
    message: "An answer was not what ActiveCampaign documents. Which one is in data."
  },
  [ExitCode.database]: { code: "NotTidied", message: "The file could not be rewritten. Why is in data." },
  [ExitCode.stillPending]: {
    code: "StillPending",
    message: "A batch had not settled at the deadline. Run again to go on."
  }
}

/** The result of a command with `--json` must be what its schema says; other commands have none. */
type Fits<Command extends string, Result> = Command extends JsonCommand
  ? SnakeKeys<Result> extends DataOf<Command>
    ? unknown
    : { readonly mustFit: DataOf<Command>; readonly butIs: SnakeKeys<Result> }
  : unknown

/**
 * Runs a command and reports how it ended, in one place: results on stdout and errors on stderr, or only the envelope on
 * stdout. Fails only with the exit code.
 */
export const respond = <Command extends string, Answer extends Response, E extends Failure, R>(
  command: Command,
  json: boolean,
  effect: Effect.Effect<Answer, E, R> & Fits<Command, Answer["result"]>
): Effect.Effect<void, ExitWith, R> =>
  Effect.suspend(() => {
    const said: Array<string> = []
    const run: Effect.Effect<Response, E, R> = effect
    return run.pipe(
      Effect.onInterrupt(() =>
        json
          ? printExact(
              envelope(command, interruptedCode(), {
                warnings: said,
                error: { code: "Interrupted", message: interrupted }
              })
            )
          : Console.error(`ac-reconcile: ${interrupted}`)
      ),
      Effect.matchCauseEffect({
        onSuccess: ({
          because,
          exact = false,
          exitCode = ExitCode.done,
          paged = false,
          result,
          text,
          warnings = []
        }) => {
          const output = json
            ? printExact(
                envelope(command, exitCode, {
                  data: result,
                  warnings: [...said, ...warnings],
                  ...(because === undefined ? {} : { error: because })
                })
              )
            : text === ""
              ? Effect.void
              : exact
                ? printExact(text)
                : paged && process.stdout.isTTY === true
                  ? Effect.flatMap(
                      Effect.promise(() => import("../output/pager.js")),
                      ({ print }) => print(text)
                    )
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
            ? printExact(envelope(command, exitCode, { warnings: said, error }))
            : Console.error(`ac-reconcile: ${printable(error.message, longestMessage)}`)
          return output.pipe(
            Effect.zipRight(logged({ ...error, exitCode }, known === undefined ? cause : Cause.empty)),
            Effect.zipRight(Effect.fail(new ExitWith({ code: exitCode })))
          )
        }
      }),
      withPlainConsole(json ? { into: said } : {})
    )
  })

/** The log has it as people and programs do; a bug with all that is known of it. */
const logged = (
  { code, exitCode, message }: { readonly code: string; readonly exitCode: number; readonly message: string },
  cause: Cause.Cause<unknown>
) =>
  Effect.flatMap(Logs, ({ isAsked }) =>
    isAsked
      ? Effect.annotateLogs(Effect.logError(message, cause), { error: code, exit_code: exitCode })
      : Effect.void
  )

/** Long enough for a list of columns; a sentence that holds a file's whole line is cut. */
const longestMessage = 4000

const interrupted = "Stopped by a signal. Nothing recorded is lost; run the same command again to continue."

const firstLine = (defect: unknown) => {
  const text = (defect instanceof Error ? defect.message : String(defect)).split("\n", 1)[0] ?? ""
  return text.endsWith(".") ? text : `${text}.`
}
