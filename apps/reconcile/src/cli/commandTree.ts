import type * as CliApp from "@effect/cli/CliApp"
import * as Command from "@effect/cli/Command"
import type * as ValidationError from "@effect/cli/ValidationError"
import type * as Effect from "effect/Effect"
import { version } from "../version.js"
import type { ExitWith } from "./shell/ExitCode.js"
import { descriptions, type Syntax } from "./shell/syntax.js"

/** The parser of some commands or of all, with what it can be given. */
export interface Parser {
  readonly syntax: Syntax
  /** Takes the arguments of the whole process, with Node and script. */
  readonly run: (
    argv: ReadonlyArray<string>
  ) => Effect.Effect<void, ExitWith | ValidationError.ValidationError, CliApp.CliApp.Environment>
}

export const application = { name: "ac-reconcile", version }

export const root = Command.make("ac-reconcile").pipe(Command.withDescription(descriptions[""]))

export const contacts = Command.make("contacts").pipe(Command.withDescription(descriptions.contacts))

export const batches = Command.make("batches").pipe(Command.withDescription(descriptions.batches))

export const exports = Command.make("export").pipe(Command.withDescription(descriptions.export))
