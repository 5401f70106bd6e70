import { all } from "../allCommands.js"
import type { Syntax } from "../shell/syntax.js"
import { helpPage } from "./helpPage.js"

const pagesOf = (words: ReadonlyArray<string>, syntax: Syntax): ReadonlyArray<readonly [string, string]> => [
  [words.join(" "), helpPage(words, syntax)],
  ...[...syntax.subcommands].flatMap(([word, child]) => pagesOf([...words, word], child))
]

/** The help of each command, by the words that name it: printed by bin/ac-reconcile.js before anything is loaded. */
export const helpTexts = (): Readonly<Record<string, string>> => Object.fromEntries(pagesOf([], all.syntax))
