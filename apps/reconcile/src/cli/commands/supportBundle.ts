import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as Prompt from "@effect/cli/Prompt"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { outputTo } from "../../files/Target.js"
import { printable } from "../output/text.js"
import { write } from "../output/writeText.js"
import { printExact } from "../shell/console.js"
import { db, json, maxCalls, rate } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { asMarkdown } from "../support/asMarkdown.js"
import { collect } from "../support/collect.js"

const file = Args.text({ name: "file" }).pipe(
  Args.mapEffect((text) =>
    text.trim() === "" ? Effect.fail(HelpDoc.p(`'${text}' is not the name of a file.`)) : Effect.succeed(text)
  ),
  Args.withDescription("The file to write, in Markdown")
)

const yes = Options.boolean("yes").pipe(
  Options.withDescription("Write it; without, it is only shown, and a terminal is asked")
)

const isTerminal = () => process.stdin.isTTY === true && process.stdout.isTTY === true

export const supportBundle = Command.make(
  "support-bundle",
  { file, yes, db, rate, maxCalls, json },
  (options) =>
    respond(
      "support-bundle",
      options.json,
      Effect.gen(function* () {
        const target = yield* outputTo(options.file, { inputs: [{ name: options.db, is: "the ledger" }] })
        const bundle = yield* collect(options)
        const text = `${asMarkdown(bundle)}\n`
        if (!options.json) yield* printExact(text.trimEnd())
        const isWanted =
          options.yes ||
          (!options.json &&
            isTerminal() &&
            (yield* Prompt.confirm({ message: `Write this to ${printable(options.file)}?` })))
        if (isWanted) yield* write(target, Stream.succeed({ text, rows: 0, neutralised: 0 }))
        const name = printable(options.file)
        return {
          text: isWanted
            ? `\nWritten to ${name}.`
            : `\nThis was not written. Run again with --yes to write it to ${name}.`,
          result: { file: options.file, written: isWanted, bundle }
        }
      })
    )
).pipe(Command.withDescription("Write what helps to find a fault, without personal data or the key"))
