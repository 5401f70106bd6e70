import { printable } from "../../text/printable.js"
import { shortened, widthOf } from "../../text/width.js"
import { wrapped } from "../../text/wrapped.js"

export { batchesOf, plural } from "../../text/numbers.js"
export { printable } from "../../text/printable.js"

/** What the terminal can show in a line; output that is kept is neither cut nor wrapped. */
export const outputWidth = () =>
  // Some terminals do not know their size.
  process.stdout.isTTY === true && process.stdout.columns > 0
    ? process.stdout.columns
    : Number.POSITIVE_INFINITY

/** The indentation of text that stands below its head. */
const below = " ".repeat(6)

/**
 * Text that goes on below its own beginning where the line is full. Beside a long head it would have no room, or a word such
 * as a batch ID would be broken: it then stands below the head.
 */
export const hanging = (head: string, text: string, width: number): string => {
  if (!Number.isFinite(width)) return head + text
  const least = 20
  const room = width - widthOf(head)
  const longestWord = Math.max(...text.split(" ").map(widthOf))
  const hasRoom = room >= least && (longestWord <= room || longestWord > width - below.length)
  const lines = (columns: number) => wrapped(text, Math.max(least, columns), { breaksWords: true })
  return hasRoom || head.trim() === ""
    ? lines(room)
        .map((line, at) => (at === 0 ? head : " ".repeat(widthOf(head))) + line)
        .join("\n")
    : [head.trimEnd(), ...lines(width - below.length).map((line) => below + line)].join("\n")
}

/** No real address is longer. */
const longestCell = 320

/** Columns padded to their widest cell, indented by two. The last one is not padded, and goes on below where a line is full. */
export const columns = (rows: ReadonlyArray<ReadonlyArray<string>>, width = outputWidth()): string => {
  const printed = rows.map((row) => row.map((cell) => printable(cell, longestCell)))
  const widths = (printed[0] ?? []).map((_, index) =>
    printed.reduce((widest, row) => Math.max(widest, widthOf(row[index] ?? "")), 0)
  )
  return printed
    .map((row) => {
      const head = aligned([...row.slice(0, -1), "."], widths).slice(0, -1)
      return hanging(head, row.at(-1) ?? "", width).trimEnd()
    })
    .join("\n")
}

/**
 * A table of numbers, each below the other, after a column of names. A name loses its middle where a line is too long: below
 * its line, a number would be read as one of another column.
 */
export const numberTable = (rows: ReadonlyArray<ReadonlyArray<string>>, width = outputWidth()): string => {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? "").length)))
  const ofNumbers = widths.slice(1).reduce((sum, one) => sum + 2 + one, 0)
  const room = Math.max(leastCell, width - 2 - ofNumbers)
  const names = rows.map(([name = ""]) => shortened(printable(name, longestCell), room))
  const widest = Math.max(0, ...names.map(widthOf))
  return rows
    .map(([, ...numbers], at) => {
      const cells = numbers.map((number, of) => number.padStart(widths[of + 1] ?? 0))
      return aligned([names[at] ?? "", ...cells], [widest, ...widths.slice(1)])
    })
    .join("\n")
}

/** The widths, the widest cut until a line of them fits. Cells of a few columns are left as they are. */
export const fitted = (widths: ReadonlyArray<number>, width: number): ReadonlyArray<number> => {
  const room = width - 2 * widths.length
  const sumUpTo = (most: number) => widths.reduce((sum, one) => sum + Math.min(one, most), 0)
  let most = Math.max(0, ...widths)
  while (most > leastCell && sumUpTo(most) > room) most -= 1
  return widths.map((one) => Math.min(one, most))
}

const leastCell = 12

/** One line of a table whose cells are printable. */
export const aligned = (cells: ReadonlyArray<string>, widths: ReadonlyArray<number>): string =>
  `  ${cells
    .map((cell, index) =>
      index === cells.length - 1 ? cell : cell + " ".repeat(Math.max(0, (widths[index] ?? 0) - widthOf(cell)))
    )
    .join("  ")}`.trimEnd()

/** Blocks of text with an empty line between them; empty blocks vanish. */
export const blocks = (...parts: ReadonlyArray<string>): string =>
  parts.filter((part) => part !== "").join("\n\n")

/** The sentence with a lower-case first letter, to continue another sentence. */
export const within = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** Bytes for people: `820 B`, `1.4 MB`. */
export const sizeOf = (bytes: number): string => {
  const units = ["kB", "MB", "GB", "TB"]
  const power = Math.min(units.length, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return power === 0 ? `${bytes} B` : `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1]}`
}
