import { stripVTControlCharacters } from "node:util"
import type { Console } from "effect/Console"
import * as Effect from "effect/Effect"

const wantsColour = (stream: { readonly isTTY?: boolean }) =>
  stream.isTTY === true && (process.env.NO_COLOR ?? "") === "" && process.env.TERM !== "dumb"

const stripped = (values: ReadonlyArray<unknown>) =>
  values.map((value) => (typeof value === "string" ? stripVTControlCharacters(value) : value))

/** Colour only where somebody can see it: the argument parser colours its help whatever it writes to. */
export const withPlainConsole = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.consoleWith((console) => {
    const plain: Console = {
      ...console,
      log: (...values) => console.log(...(wantsColour(process.stdout) ? values : stripped(values))),
      error: (...values) => console.error(...(wantsColour(process.stderr) ? values : stripped(values)))
    }
    return Effect.withConsole(effect, plain)
  })
