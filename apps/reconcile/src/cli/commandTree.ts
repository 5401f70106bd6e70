import type * as CliApp from "@effect/cli/CliApp"
import * as Command from "@effect/cli/Command"
import type * as ValidationError from "@effect/cli/ValidationError"
import type * as Effect from "effect/Effect"
import { version } from "../version.js"
import type { ExitWith } from "./shell/ExitCode.js"
import type { Syntax } from "./shell/syntax.js"

/** The parser of some commands or of all, with what it can be given. */
export interface Parser {
  readonly syntax: Syntax
  /** Takes the arguments of the whole process, with Node and script. */
  readonly run: (
    argv: ReadonlyArray<string>
  ) => Effect.Effect<void, ExitWith | ValidationError.ValidationError, CliApp.CliApp.Environment>
}

export const application = { name: "ac-reconcile", version }

export const root = Command.make("ac-reconcile").pipe(
  Command.withDescription("Know what became of every contact you bulk-imported into ActiveCampaign")
)

export const contacts = Command.make("contacts").pipe(Command.withDescription("Your own contact records"))

export const batches = Command.make("batches").pipe(
  Command.withDescription("The bulk imports this file knows of")
)

export const exports = Command.make("export").pipe(
  Command.withDescription("Take what is known out of the file, with the columns of your own sources")
)
