import { stripVTControlCharacters } from "node:util"
import * as Effect from "effect/Effect"
import { wrapped } from "../../text/wrapped.js"

const width = 100

/** The arguments a call needs; each command's own help has its options. */
const withoutOptions = (usage: string) =>
  usage.replace(/ \[[^\]]*--[^\]]*\]/g, "").replace(/ --\S+ \S+\.\.\./g, "")

const listed = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const entries = lines.flatMap((line) => {
    const [, usage, description = ""] = /^ *- (\S.*?)(?: {2,}(.*))?$/.exec(line) ?? []
    return usage === undefined ? [] : [{ usage: withoutOptions(usage), description }]
  })
  const indent = Math.max(...entries.map(({ usage }) => usage.length)) + 4
  return entries.flatMap(({ description, usage }) =>
    wrapped(description, width - indent).map(
      (part, index) => (index === 0 ? `  ${usage}`.padEnd(indent) : " ".repeat(indent)) + part
    )
  )
}

const isHeading = (heading: string) => (line: string) => stripVTControlCharacters(line) === heading

/**
 * The parser's help made fit for a terminal: the parser lists each command with all its options on one line of 200
 * columns, and names a command without the words before it.
 */
export const readableHelp = (text: string, words: ReadonlyArray<string>): string => {
  const lines = text.split("\n")
  const usageAt = lines.findIndex(isHeading("USAGE"))
  if (usageAt === -1) return text
  const name = words.length === 0 ? "ac-reconcile" : words.at(-1)
  const named = lines.map((line, at) => {
    const usage = stripVTControlCharacters(line)
    return at > usageAt && at <= usageAt + 2 && usage.startsWith(`$ ${name}`)
      ? `$ ${["ac-reconcile", ...words].join(" ")}${usage.slice(2 + (name ?? "").length)}`
      : line
  })
  const commandsAt = named.findIndex(isHeading("COMMANDS"))
  if (commandsAt === -1) return named.join("\n")
  const list = listed(named.slice(commandsAt + 1).map((line) => stripVTControlCharacters(line)))
  return [...named.slice(0, commandsAt + 2), ...list, ""].join("\n")
}

/** The parser prints the help itself, so it is intercepted on its way to the terminal. */
export const withReadableHelp =
  (words: ReadonlyArray<string>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.consoleWith((console) =>
      Effect.withConsole(effect, {
        ...console,
        log: (...values) =>
          console.log(
            ...values.map((value) => (typeof value === "string" ? readableHelp(value, words) : value))
          )
      })
    )
