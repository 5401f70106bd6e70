import { nearest } from "../../text/nearest.js"
import { type Call, isOfEveryCommand, optionIn, type Syntax, takesNext } from "./syntax.js"

const list = (words: ReadonlyArray<string>) => words.map((word) => `'${word}'`).join(", ")

const didYouMean = (like: string | undefined) => (like === undefined ? "" : ` Did you mean '${like}'?`)

/** The parser has an option of this name, whose scripts complete nothing below the top. */
const isCompletions = (arg: string) => optionIn(arg).name === "--completions"

const completionsHint = "--completions is not an option. Write 'ac-reconcile completions bash', zsh or fish."

/** A wrong word, or an option, in the place of a command. */
const wrongCommand = ({ rest: [word], syntax, words }: Call) => {
  const names = [...syntax.subcommands.keys()]
  if (names.length === 0 || word === undefined) return undefined
  if (isCompletions(word)) return completionsHint
  if (word.startsWith("-")) {
    const { name } = optionIn(word)
    return syntax.options.has(name) && !isOfEveryCommand(name)
      ? undefined
      : `'${word}' comes before the command. Put options after it, as in 'ac-reconcile batches list --db FILE'.`
  }
  const group = ["ac-reconcile", ...words].join(" ")
  const like = didYouMean(nearest(word, names))
  return `Invalid subcommand '${word}' for ${group}.${like} Its subcommands are ${list(names)}.`
}

/** How this command writes JSON: as an envelope, or as its rows. */
const otherJson = (name: string, { options }: Syntax) => {
  if (name === "--json" && options.has("--format")) return " For JSON, write --format json."
  if (name === "--format" && options.has("--json")) return " For JSON, write --json."
  return ""
}

/** What people would give a key in; whatever they typed as its value is not repeated. */
const isForKey = (name: string) => /^--(?:api-?)?(?:key|token)$/.test(name)

/** The parser would take it for an argument, as if it came after --. */
const unknownOption = (arg: string, syntax: Syntax): string => {
  const { name } = optionIn(arg)
  if (isCompletions(arg)) return completionsHint
  if (isForKey(name)) {
    return `${name} is no option, because process lists and the shell's history show options. Set ACTIVECAMPAIGN_API_KEY, or pipe the key in with --api-key-stdin.`
  }
  // The parser takes it for several options of one letter, and then says nothing.
  if (/^-[^-]./.test(arg)) {
    return `Received unknown argument: '${arg}'. If it is an address or a name, put it at the end, after --.`
  }
  const names = [...syntax.options.keys()].filter((option) => option.startsWith("--"))
  return `Received unknown argument: '${name}'.${otherJson(name, syntax) || didYouMean(nearest(name, names))}`
}

const wrongValue = (name: string, takes: string, value: string | undefined) => {
  if (value === undefined) return `${name} needs a value.`
  const choices = takes.split(" | ")
  return choices.length < 2 || choices.includes(value)
    ? undefined
    : `${name}: '${value}' is not one of ${choices.join(", ")}.${didYouMean(nearest(value, choices))}`
}

/** Options that take several things at once. */
const asList: Readonly<Record<string, string>> = {
  "--map": "--map email=COLUMN,batch_id=COLUMN",
  "--fail-on": "--fail-on rejected,findings"
}

const givenTwice = (name: string) => {
  const list = asList[name]
  return `${name} is given twice. Give it once${list === undefined ? "" : `, with commas: ${list}`}.`
}

/** What is wrong with a call, naming what was typed and what was meant; the parser checks the rest. */
export const mistakeIn = (call: Call): string | undefined => {
  const command = wrongCommand(call)
  if (command !== undefined) return command
  const { rest, syntax } = call
  const given = new Set<string>()
  for (let at = 0; at < rest.length; at++) {
    const arg = rest[at] ?? ""
    if (arg === "--") break
    if (!/^-[^\d.]/.test(arg)) continue
    const { name, value } = optionIn(arg)
    const known = syntax.options.has(name)
    const takes = syntax.options.get(name)
    const mistake = !known
      ? unknownOption(arg, syntax)
      : given.has(name) && !syntax.repeatable.has(name)
        ? givenTwice(name)
        : takes === undefined
          ? undefined
          : wrongValue(name, takes, value ?? rest[at + 1])
    if (mistake !== undefined) return mistake
    given.add(name)
    if (takesNext(syntax, arg)) at += 1
  }
  return undefined
}
