import * as Effect from "effect/Effect"
import { printable } from "../../text/printable.js"

/** One line that keeps changing on a terminal; nothing elsewhere. */
export interface Progress {
  readonly show: (text: string) => Effect.Effect<void>
  /** Call before anything else is written, and at the end. */
  readonly clear: Effect.Effect<void>
}

const eraseLine = "\r\u001b[K"

/** On stderr if that is a terminal; stdout stays clean for pipes. */
export const make = (quiet: boolean, stream: NodeJS.WriteStream = process.stderr): Progress => {
  if (quiet || !stream.isTTY || process.env.TERM === "dumb")
    return { show: () => Effect.void, clear: Effect.void }
  let shown = false
  return {
    show: (text) =>
      Effect.sync(() => {
        shown = true
        // Cut to the terminal's width: a line that wraps cannot be erased.
        stream.write(`${eraseLine}${printable(text).slice(0, stream.columns - 1)}`)
      }),
    clear: Effect.sync(() => {
      if (shown) stream.write(eraseLine)
      shown = false
    })
  }
}
