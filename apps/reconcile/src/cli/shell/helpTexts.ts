import * as NodeContext from "@effect/platform-node/NodeContext"
import type { Console } from "effect/Console"
import * as Effect from "effect/Effect"
import { all } from "../allCommands.js"
import { withReadableHelp } from "./help.js"
import type { Syntax } from "./syntax.js"

const pathsOf = ({ subcommands }: Syntax): ReadonlyArray<ReadonlyArray<string>> => [
  [],
  ...[...subcommands].flatMap(([word, syntax]) => pathsOf(syntax).map((path) => [word, ...path]))
]

/** What the parser prints, in its colours. */
const helpOf = (words: ReadonlyArray<string>) =>
  Effect.consoleWith((console) => {
    const said: Array<string> = []
    const noting: Console = {
      ...console,
      log: (...values) => Effect.sync(() => said.push(values.join(" ")))
    }
    return all.run(["node", "ac-reconcile", ...words, "--help"]).pipe(
      withReadableHelp(words),
      Effect.withConsole(noting),
      Effect.map(() => `${said.join("\n")}\n`)
    )
  })

/** The help of each command, by the words that name it: printed by bin/ac-reconcile.js before anything is loaded. */
export const helpTexts = (): Promise<Readonly<Record<string, string>>> =>
  Effect.forEach(pathsOf(all.syntax), (words) =>
    Effect.map(helpOf(words), (text): [string, string] => [words.join(" "), text])
  ).pipe(Effect.map(Object.fromEntries<string>), Effect.provide(NodeContext.layer), Effect.runPromise)
