import { printable } from "../../text/printable.js"
import { widthOf } from "../../text/width.js"

export { batchesOf, plural } from "../../text/numbers.js"
export { printable } from "../../text/printable.js"

/** No real address is longer. */
const longestCell = 320

/** Columns padded to their widest cell, indented by two; the last column is not padded. */
export const columns = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const printed = rows.map((row) => row.map((cell) => printable(cell, longestCell)))
  const widths = (printed[0] ?? []).map((_, index) =>
    printed.reduce((widest, row) => Math.max(widest, widthOf(row[index] ?? "")), 0)
  )
  return printed.map((row) => aligned(row, widths)).join("\n")
}

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
