import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import type * as Usage from "@effect/cli/Usage"
import * as Option from "effect/Option"
import { atTheTop, everywhere, help, ofEveryCommand } from "./sharedOptions.js"

/** What can be typed after a word of the command line, as the commands themselves say. */
export interface Syntax {
  /** By each of its names, in lower case: what it takes, as `text` or `csv | json`; undefined for a flag. */
  readonly options: ReadonlyMap<string, string | undefined>
  /** The options that may be given several times, in lower case. */
  readonly repeatable: ReadonlySet<string>
  readonly subcommands: ReadonlyMap<string, Syntax>
  /** One line on a group of commands. */
  readonly description: string
  /** What the command says about itself; undefined for a group of them. */
  readonly descriptor: CommandDescriptor.Command<unknown> | undefined
}

type Named = readonly [name: string, takes: string | undefined]

const namesOf = (options: typeof everywhere): ReadonlyArray<Named> =>
  options.flatMap(({ names, takes }) => names.map((name): Named => [name, takes]))

const own = new Map(namesOf(ofEveryCommand))
const builtIn = namesOf([...everywhere, ...atTheTop])

const optionsIn = (usage: Usage.Usage): ReadonlyArray<Named> => {
  switch (usage._tag) {
    case "Empty":
    case "Mixed":
      return []
    case "Named":
      return usage.names
        .filter((name) => name.startsWith("-"))
        .map((name): Named => [name.toLowerCase(), Option.getOrUndefined(usage.acceptedValues)])
    case "Optional":
    case "Repeated":
      return optionsIn(usage.usage)
    case "Alternation":
    case "Concat":
      return [...optionsIn(usage.left), ...optionsIn(usage.right)]
  }
}

const repeatableIn = (usage: Usage.Usage): ReadonlyArray<string> => {
  switch (usage._tag) {
    case "Empty":
    case "Mixed":
    case "Named":
      return []
    case "Optional":
      return repeatableIn(usage.usage)
    case "Repeated":
      return optionsIn(usage.usage).map(([name]) => name)
    case "Alternation":
    case "Concat":
      return [...repeatableIn(usage.left), ...repeatableIn(usage.right)]
  }
}

/** Help is shown however often it is asked for. */
const alwaysRepeatable = help.names

/** One line on each group of commands, and on all of them. */
export const descriptions = {
  "": "Know what became of every contact you bulk-imported into ActiveCampaign",
  contacts: "Your own contact records",
  batches: "The bulk imports this file knows of",
  export: "Export outcomes and more, with the columns of your own sources"
}

type Group = keyof typeof descriptions

const isGroup = (name: string): name is Group => Object.hasOwn(descriptions, name)

const descriptionOf = (name: string) => (isGroup(name) ? descriptions[name] : "")

interface Described {
  readonly descriptor: CommandDescriptor.Command<unknown>
}

const named = ({ descriptor }: Described): ReadonlyArray<readonly [string, Syntax]> =>
  Array.from(CommandDescriptor.getNames(descriptor), (name) => [
    name,
    {
      options: new Map([...optionsIn(CommandDescriptor.getUsage(descriptor)), ...builtIn]),
      repeatable: new Set([...repeatableIn(CommandDescriptor.getUsage(descriptor)), ...alwaysRepeatable]),
      subcommands: new Map(),
      description: "",
      descriptor
    }
  ])

/** The parser does not expose nested commands, so groups are passed separately. */
export const syntaxOf = (
  commands: ReadonlyArray<Described>,
  groups: Readonly<Partial<Record<Group, ReadonlyArray<Described>>>> = {},
  description: string = descriptions[""]
): Syntax => ({
  description,
  descriptor: undefined,
  options: new Map(builtIn),
  repeatable: new Set(alwaysRepeatable),
  subcommands: new Map([
    ...commands.flatMap(named),
    ...Object.entries(groups).map(([name, children]): readonly [string, Syntax] => [
      name,
      syntaxOf(children, {}, descriptionOf(name))
    ])
  ])
})

/** A call taken apart: the words that name the command, its syntax, and what follows. */
export interface Call {
  readonly words: ReadonlyArray<string>
  readonly syntax: Syntax
  readonly rest: ReadonlyArray<string>
}

export const callOf = (root: Syntax, args: ReadonlyArray<string>): Call => {
  let syntax = root
  let at = 0
  for (; at < args.length; at++) {
    const next = syntax.subcommands.get(args[at] ?? "")
    if (next === undefined) break
    syntax = next
  }
  return { words: args.slice(0, at), syntax, rest: args.slice(at) }
}

/** The option that an argument names, and the value that is part of it: `--db=a.db`. */
export const optionIn = (arg: string) => {
  const equals = arg.indexOf("=")
  return equals === -1
    ? { name: arg.toLowerCase(), value: undefined }
    : { name: arg.slice(0, equals).toLowerCase(), value: arg.slice(equals + 1) }
}

/** Whether the argument after this one is its value. */
export const takesNext = ({ options }: Syntax, arg: string): boolean =>
  arg.startsWith("-") && options.get(arg.toLowerCase()) !== undefined

/** The options of every command in a call, and its other arguments. */
export const ownOptions = ({ rest, syntax }: Call) => {
  const given = new Map<string, string>()
  const others: Array<string> = []
  for (let at = 0; at < rest.length; at++) {
    const arg = rest[at] ?? ""
    const { name, value } = optionIn(arg)
    const isOwn = own.has(name) && !(at > 0 && takesNext(syntax, rest[at - 1] ?? ""))
    if (!isOwn) others.push(arg)
    else if (own.get(name) === undefined) given.set(name, value ?? "")
    else given.set(name, value ?? rest[++at] ?? "")
  }
  return { given, others }
}

export const isOfEveryCommand = (name: string) => own.has(name)

/** SQL may begin with a comment, which the parser takes for an option unless a space precedes it. */
export const sqlIsNoOption = (root: Syntax, args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const { syntax, words } = callOf(root, args)
  if (words[0] !== "query") return args
  const isSql = (arg: string, at: number) =>
    /^--(?:[^=]*\s|.*\n)/.test(arg) &&
    !syntax.options.has(optionIn(arg).name) &&
    !takesNext(syntax, args[at - 1] ?? "")
  return args.map((arg, at) => (isSql(arg, at) ? ` ${arg}` : arg))
}
