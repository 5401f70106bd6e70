import { questions } from "../../ledger/reports/questions.js"
import { views } from "../../ledger/schema/views.js"
import { all } from "../allCommands.js"
import { docOf, type Entry } from "../help/described.js"
import { wordFor } from "../help/optionWords.js"
import { groups } from "../help/pages.js"
import * as Condition from "../failOn/Condition.js"
import { atTheTop, everywhere, help } from "../shell/sharedOptions.js"
import type { Syntax } from "../shell/syntax.js"
import { shells } from "./shells.js"

/** A word to choose, and what it means; empty if it speaks for itself. */
export type Word = readonly [word: string, description: string]

/** What can be said about a value before it is typed. */
export type Values =
  | { readonly _tag: "Anything" }
  | { readonly _tag: "Files" }
  | { readonly _tag: "Folders" }
  /** One of them; or several, separated by commas. */
  | { readonly _tag: "Words"; readonly words: ReadonlyArray<Word>; readonly several: boolean }
  /** The batches in the file. */
  | { readonly _tag: "Batches" }
  /** The profiles in the user's config file. */
  | { readonly _tag: "Profiles" }

export interface CompletableOption {
  readonly names: ReadonlyArray<string>
  readonly description: string
  /** What its value is, in one word, as in the help. */
  readonly word: string
  /** Undefined for a flag. */
  readonly values: Values | undefined
  readonly isRepeated: boolean
}

export interface CompletableArgument {
  readonly word: string
  readonly values: Values
  readonly isRepeated: boolean
}

/** What may follow the words of a command, or of a group of them. */
export interface Completable {
  /** `batches list`; empty at the top. */
  readonly name: string
  readonly subcommands: ReadonlyArray<Word>
  readonly options: ReadonlyArray<CompletableOption>
  readonly args: ReadonlyArray<CompletableArgument>
}

const words = (list: ReadonlyArray<Word>, several = false): Values => ({
  _tag: "Words",
  words: list,
  several
})

const plain = (list: ReadonlyArray<string>) => list.map((word): Word => [word, ""])

const valuesOfOption: Readonly<Record<string, Values>> = {
  "--fail-on": words(plain(Condition.words), true),
  "--profile": { _tag: "Profiles" }
}

const valuesOfWord: Readonly<Record<string, Values>> = {
  FILE: { _tag: "Files" },
  FOLDER: { _tag: "Folders" },
  ID: { _tag: "Batches" },
  BATCH_ID: { _tag: "Batches" },
  SHELL: words(plain(shells)),
  SQL_OR_NAME: words(questions.map(({ name, question }) => [name, question])),
  VIEW: words(views.map(({ name, question }) => [name, question]))
}

const anything: Values = { _tag: "Anything" }

const optionOf = (entry: Entry): CompletableOption => {
  const { description, isRepeated, names, takes } = entry
  const word = wordFor(entry)
  const choices = takes?.split(" | ") ?? []
  const given = names.flatMap((name) => valuesOfOption[name] ?? [])[0]
  const values = choices.length > 1 ? words(plain(choices)) : (given ?? valuesOfWord[word] ?? anything)
  return { names, description, word, values: takes === undefined ? undefined : values, isRepeated }
}

const argOf = (entry: Entry): CompletableArgument => {
  const word = wordFor(entry)
  return { word, values: valuesOfWord[word] ?? anything, isRepeated: entry.isRepeated }
}

const descriptionOf = ({ description, descriptor }: Syntax) =>
  descriptor === undefined ? description : docOf(descriptor).description

/** At the top, in the order of the help. */
const listed = (syntax: Syntax, isTop: boolean): ReadonlyArray<Word> => {
  const first = isTop ? groups.flatMap(([, names]) => names.map((name) => name.split(" ", 1)[0] ?? "")) : []
  const names = new Set([...first, ...syntax.subcommands.keys()])
  return [...names].flatMap((name) => {
    const child = syntax.subcommands.get(name)
    return child === undefined ? [] : [[name, descriptionOf(child)] as const]
  })
}

const treeOf = (typed: ReadonlyArray<string>, syntax: Syntax): ReadonlyArray<Completable> => {
  const isTop = typed.length === 0
  const own = syntax.descriptor === undefined ? undefined : docOf(syntax.descriptor)
  const entries = own === undefined ? [help, ...(isTop ? atTheTop : [])] : [...own.options, ...everywhere]
  return [
    {
      name: typed.join(" "),
      subcommands: [
        ...listed(syntax, isTop),
        ...(isTop ? [["help", "Show the help of a command"] as const] : [])
      ],
      options: entries.map(optionOf),
      args: (own?.args ?? []).map(argOf)
    },
    ...[...syntax.subcommands].flatMap(([word, child]) => treeOf([...typed, word], child))
  ]
}

/** Every command and group, from the description that its help is made of. */
export const completables = (): ReadonlyArray<Completable> => treeOf([], all.syntax)
