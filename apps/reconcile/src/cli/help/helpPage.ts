import { wrapped } from "../../text/wrapped.js"
import type { Syntax } from "../shell/syntax.js"
import { docOf, type Entry } from "./described.js"
import { isChoice, wordFor } from "./optionWords.js"
import { groups, pages } from "./pages.js"
import { atTheTop, everywhere } from "../shell/sharedOptions.js"

const width = 100
const escape = String.fromCharCode(0x1b)

const heading = (title: string) => `${escape}[1m${title}${escape}[0m`

type Line = readonly [label: string, description: string]

/** Labels on the left, what they mean on the right, each within its own columns. */
const block = (lines: ReadonlyArray<Line>, widest: number): ReadonlyArray<string> =>
  lines.flatMap(([label, description]) => {
    const parts = wrapped(description, width - widest - 4)
    return parts.map((part, at) => `  ${(at === 0 ? label : "").padEnd(widest)}  ${part}`.trimEnd())
  })

/** The possible values of a choice follow its description. */
export const meaningOf = ({ description, takes = "" }: Entry) =>
  isChoice(takes) ? `${sentence(description)} One of ${takes.replaceAll(" | ", ", ")}` : description

export const labelOf = (option: Entry) => {
  const short = option.names.find((name) => /^-[^-]/.test(name))
  const long = option.names.find((name) => name.startsWith("--")) ?? ""
  return `${short === undefined ? "    " : `${short}, `}${long} ${wordFor(option)}`.trimEnd()
}

const lineOf = (option: Entry): Line => [labelOf(option), meaningOf(option)]

export const usageOf = (entries: ReadonlyArray<Entry>, options: ReadonlyArray<Entry>) => [
  ...entries.map((arg) => {
    const name = `${wordFor(arg)}${arg.isRepeated ? " …" : ""}`
    return arg.isOptional ? `[${name}]` : name
  }),
  ...options
    .filter(({ isOptional, isRepeated, takes }) => takes !== undefined && !isOptional && !isRepeated)
    .map((option) => labelOf(option).trim()),
  "[OPTIONS]"
]

const section = (title: string, lines: ReadonlyArray<string>) =>
  lines.length === 0 ? [] : [heading(title), ...lines, ""]

const examplesOf = (name: string) =>
  (pages[name]?.examples ?? []).flatMap(([what, call], at) => [
    ...(what === "" ? [] : [...(at > 0 ? [""] : []), `  # ${what}`]),
    `  ${call}`
  ])

const moreOf = (name: string) => {
  const more = pages[name]?.more ?? pages[name.split(" ")[0] ?? ""]?.more ?? "cli.md"
  return [`More: docs/${more}`]
}

export const sentence = (text: string) => (/[.?!]$/.test(text) ? text : `${text}.`)

const pageOfCommand = (words: ReadonlyArray<string>, { descriptor }: Syntax): ReadonlyArray<string> => {
  if (descriptor === undefined) return []
  const name = words.join(" ")
  const { args, description, options } = docOf(descriptor)
  const own = [...args.map((arg): Line => [wordFor(arg), arg.description]), ...options.map(lineOf)]
  const globals = everywhere.map(lineOf)
  const widest = Math.max(...[...own, ...globals].map(([label]) => label.length))
  return [
    ...wrapped(sentence(description), width),
    "",
    ...section("USAGE", [`  ${["ac-reconcile", ...words, ...usageOf(args, options)].join(" ")}`]),
    ...section("EXAMPLES", examplesOf(name)),
    ...section("ARGUMENTS", block(own.slice(0, args.length), widest)),
    ...section("OPTIONS", block(own.slice(args.length), widest)),
    ...section("GLOBAL OPTIONS", block(globals, widest)),
    ...moreOf(name)
  ]
}

const oneLine = (syntax: Syntax) =>
  syntax.descriptor === undefined ? syntax.description : docOf(syntax.descriptor).description

const syntaxAt = (root: Syntax, words: ReadonlyArray<string>) =>
  words.reduce<Syntax | undefined>((syntax, word) => syntax?.subcommands.get(word), root)

const pageOfGroup = (words: ReadonlyArray<string>, syntax: Syntax): ReadonlyArray<string> => {
  const name = words.join(" ")
  const isRoot = words.length === 0
  const listed = isRoot ? groups : ([["Commands", [...syntax.subcommands.keys()]]] as const)
  const commands = listed.map(([title, names]) => {
    const lines = names.flatMap((one): ReadonlyArray<Line> => {
      const found = syntaxAt(syntax, one.split(" "))
      return found === undefined ? [] : [[one, oneLine(found)]]
    })
    return { title, lines }
  })
  const globals = [...everywhere, ...(isRoot ? atTheTop : [])].map(lineOf)
  const widest = Math.max(...commands.flatMap(({ lines }) => lines.map(([label]) => label.length)))
  const widestGlobal = Math.max(...globals.map(([label]) => label.length))
  return [
    ...wrapped(sentence(syntax.description), width),
    "",
    ...section("USAGE", [`  ${["ac-reconcile", ...words, "COMMAND", "[OPTIONS]"].join(" ")}`]),
    ...section("EXAMPLES", examplesOf(name)),
    ...commands.flatMap(({ lines, title }) => section(title.toUpperCase(), block(lines, widest))),
    ...section("GLOBAL OPTIONS", block(globals, widestGlobal)),
    `'ac-reconcile help ${[...words, "COMMAND"].join(" ")}' shows its options and examples.`,
    ...moreOf(name)
  ]
}

/** The help of a command or of a group of them, for a terminal of 100 columns. */
export const helpPage = (words: ReadonlyArray<string>, syntax: Syntax): string =>
  `${(syntax.subcommands.size > 0 ? pageOfGroup : pageOfCommand)(words, syntax).join("\n")}\n`
