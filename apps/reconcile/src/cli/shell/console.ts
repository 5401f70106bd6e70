import type { Console } from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { printableLines } from "../../text/printable.js"

/** Whether only results and errors are wanted, and nothing while the command works (`--quiet`). */
export class Quiet extends Context.Reference<Quiet>()("ac-reconcile/Quiet", {
  defaultValue: () => false
}) {}

/** Whether long output on a terminal may go through a pager (without `--no-pager`). */
export class Paging extends Context.Reference<Paging>()("ac-reconcile/Paging", {
  defaultValue: () => true
}) {}

export const wantsColour = (stream: { readonly isTTY?: boolean }) =>
  stream.isTTY === true && (process.env.NO_COLOR ?? "") === "" && process.env.TERM !== "dumb"

const eachText = (change: (text: string) => string, values: ReadonlyArray<unknown>) =>
  values.map((value) => (typeof value === "string" ? change(value) : value))

const colour = new RegExp(`(${String.fromCharCode(0x1b)}\\[[\\d;]*m)`)

/** The parser always colours its help; the colour is kept only on a terminal. */
const coloured = (text: string) =>
  text
    .split(colour)
    .map((part, at) => (at % 2 === 0 ? printableLines(part) : wantsColour(process.stdout) ? part : ""))
    .join("")

/**
 * For the parser, whose help we control completely. Its errors are not printed here because they contain what was typed.
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
 * For everything a command says to people, on a terminal or not: names, addresses and answers from anywhere pass through
 * here last. Output for programs is printed by `printExact`.
 */
export const withPlainConsole =
  (options: {
    /** Receives what would go to standard error. Programs get it with the result. */
    readonly into?: Array<string>
  }) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.consoleWith((console) => {
      const plain: Console = {
        ...console,
        log: (...values) => Effect.sync(() => console.unsafe.log(...eachText(printableLines, values))),
        error: (...values) =>
          Effect.sync(() => {
            const lines = eachText(printableLines, values)
            if (options.into === undefined) console.unsafe.error(...lines)
            else options.into.push(lines.join(" ").replace(/^ac-reconcile: /, ""))
          })
      }
      return Effect.withConsole(effect, plain)
    })

/** Our own text, whose colour is kept only on a terminal. */
export const printColoured = (text: string): Effect.Effect<void> =>
  Effect.consoleWith((console) => Effect.sync(() => console.unsafe.log(coloured(text.replace(/\n$/, "")))))

/** Text for programs, printed unchanged: its format already escapes what cannot be shown. */
export const printExact = (text: string): Effect.Effect<void> =>
  Effect.consoleWith((console) => Effect.sync(() => console.unsafe.log(text)))

/** A line on stderr, whichever console is around. */
export const printError = (text: string): Effect.Effect<void> =>
  Effect.consoleWith((console) => Effect.sync(() => console.unsafe.error(printableLines(text))))
