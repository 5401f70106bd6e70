import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { printable } from "../../text/printable.js"
import { shells } from "../completion/shells.js"
import { respond } from "../shell/respond.js"

const isShell = Schema.is(Schema.Literal(...shells))

const shell = Args.text({ name: "shell" }).pipe(
  Args.mapEffect((text) =>
    isShell(text)
      ? Effect.succeed(text)
      : Effect.fail(HelpDoc.p(`'${printable(text)}' has no completions. Choose from ${shells.join(", ")}.`))
  ),
  Args.withDescription("bash, zsh or fish")
)

export const completions = Command.make("completions", { shell }, (options) =>
  respond(
    "completions",
    false,
    Effect.promise(() => import("../completion/scripts.js")).pipe(
      Effect.map(({ completionScripts }) => ({
        text: completionScripts()[options.shell].replace(/\n$/, ""),
        result: null,
        exact: true
      }))
    )
  )
).pipe(Command.withDescription("Print the script that completes commands, options and values in your shell"))
