import type { Console } from "effect/Console"
import * as Effect from "effect/Effect"
import { printableLines } from "../../text/printable.js"

const wantsColour = (stream: { readonly isTTY?: boolean }) =>
  stream.isTTY === true && (process.env.NO_COLOR ?? "") === "" && process.env.TERM !== "dumb"

const eachText = (change: (text: string) => string, values: ReadonlyArray<unknown>) =>
  values.map((value) => (typeof value === "string" ? change(value) : value))

const colour = new RegExp(`(${String.fromCharCode(0x1b)}\\[[\\d;]*m)`)

/** The parser colours its help, whatever it writes to: colour is left only where somebody can see it. */
const coloured = (text: string) =>
  text
    .split(colour)
    .map((part, at) => (at % 2 === 0 ? printableLines(part) : wantsColour(process.stdout) ? part : ""))
    .join("")

/**
 * For the parser, whose help is ours from end to end. Its errors are not printed here, since what was typed stands in
 * them.
 */
export const withParserConsole = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.consoleWith((console) => {
    const parsers: Console = {
      ...console,
      log: (...values) => console.log(...eachText(coloured, values)),
      error: () => Effect.void
    }
    return Effect.withConsole(effect, parsers)
  })

/**
 * For whatever a command says to people, to a terminal or not: the last place at which names, addresses and answers
 * pass, whoever wrote them. What is for programs is printed by `printExact`.
 */
export const withPlainConsole =
  (options: { readonly silent: boolean }) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.consoleWith((console) => {
      const plain: Console = {
        ...console,
        log: (...values) => Effect.sync(() => console.unsafe.log(...eachText(printableLines, values))),
        error: (...values) =>
          options.silent
            ? Effect.void
            : Effect.sync(() => console.unsafe.error(...eachText(printableLines, values)))
      }
      return Effect.withConsole(effect, plain)
    })

/** Text for programs, in which nothing is changed: its format has seen to what cannot be shown. */
export const printExact = (text: string): Effect.Effect<void> =>
  Effect.consoleWith((console) => Effect.sync(() => console.unsafe.log(text)))

/** A line on stderr, whichever console is around. */
export const printError = (text: string): Effect.Effect<void> =>
  Effect.consoleWith((console) => Effect.sync(() => console.unsafe.error(printableLines(text))))
