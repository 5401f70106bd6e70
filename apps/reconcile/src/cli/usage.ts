import { stripVTControlCharacters } from "node:util"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { ExitCode, type ExitWith } from "./ExitCode.js"
import { envelope } from "./respond.js"

/** The words of the command, up to its first option: `batches add`. */
const commandOf = (args: ReadonlyArray<string>) => {
  const end = args.findIndex((arg) => arg.startsWith("-"))
  return args.slice(0, Math.min(2, end === -1 ? 2 : end)).join(" ")
}

/** The parser says on stderr what is wrong with a call; where `--json` was asked for, the envelope says it. */
export const withUsageInEnvelope = <R>(
  args: ReadonlyArray<string>,
  result: Effect.Effect<void, ExitWith | ValidationError.ValidationError, R>
): Effect.Effect<void, ExitWith | ValidationError.ValidationError, R> =>
  Effect.consoleWith((console) => {
    const silent = { ...console, error: () => Effect.void }
    return Effect.tapError(Effect.withConsole(result, silent), (error) => {
      if (!ValidationError.isValidationError(error)) return Effect.void
      const message = stripVTControlCharacters(HelpDoc.toAnsiText(error.error)).trim()
      return Console.log(
        envelope(commandOf(args), ExitCode.usage, { error: { code: "InvalidArguments", message } })
      )
    })
  })
