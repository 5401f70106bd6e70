import * as Effect from "effect/Effect"
import { printable } from "../../text/printable.js"
import { shortened } from "../../text/width.js"
import { plural } from "./text.js"

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
        stream.write(`${eraseLine}${shortened(printable(text), stream.columns - 1)}`)
      }),
    clear: Effect.sync(() => {
      if (shown) stream.write(eraseLine)
      shown = false
    })
  }
}

export interface Loaded {
  readonly rows: number
  readonly bytes: number
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1)

/** How much of a source has been read. A table has only rows, and a pipe has no size. */
export const describeLoaded = ({ bytes, rows }: Loaded, size: number | undefined): string => {
  const read = `${plural(rows, "row")} read`
  if (bytes === 0) return read
  if (size === undefined || size === 0) return `${read}, ${megabytes(bytes)} MB`
  const percentage = Math.min(100, Math.floor((bytes / size) * 100))
  return `${read}, ${megabytes(bytes)} of ${megabytes(size)} MB (${percentage}%)`
}
