import * as Chunk from "effect/Chunk"
import * as Stream from "effect/Stream"
import { printable } from "../../text/printable.js"
import { shortened, widthOf } from "../../text/width.js"
import type { Piece, Row } from "./rowFormat.js"
import { aligned, fitted, outputWidth, plural } from "./text.js"
import { cellText } from "./cellText.js"

/** A wider cell pushes the next ones aside, so that one long value does not widen every line. */
const widest = 80

const cells = (row: Row) => row.map((value) => printable(cellText(value), Number.POSITIVE_INFINITY))

const widthsOf = (rows: ReadonlyArray<ReadonlyArray<string>>, columns: ReadonlyArray<string>) =>
  columns.map((_, at) =>
    rows.reduce((width, row) => Math.max(width, Math.min(widest, widthOf(row[at] ?? ""))), 0)
  )

/** In a line that is too long, each cell loses its middle. */
const lineOf = (row: ReadonlyArray<string>, widths: ReadonlyArray<number>, width: number) => {
  const line = aligned(row, widths)
  if (!Number.isFinite(width) || widthOf(line) <= width) return line
  return aligned(
    row.map((cell, at) => shortened(cell, widths[at] ?? 0)),
    widths
  )
}

/**
 * Rows as a table for people. The first chunk sets the column widths, and the others are written as they come: few rows
 * are held in memory, however many there are. On a terminal, cells lose their middle if the line is too long for it.
 */
export const asTable =
  (columns: ReadonlyArray<string>, width = outputWidth()) =>
  <E, R>(rows: Stream.Stream<Row, E, R>): Stream.Stream<Piece, E, R> => {
    let widths: ReadonlyArray<number> | undefined
    let count = 0
    const piece = (lines: ReadonlyArray<ReadonlyArray<string>>): Piece => {
      const all = widths === undefined ? [cells(columns), ...lines] : lines
      const known = widths ?? fitted(widthsOf(all, columns), width)
      widths = known
      count += lines.length
      const text = all.map((line) => `${lineOf(line, known, width)}\n`).join("")
      return { text, rows: lines.length, neutralised: 0 }
    }
    const pieces = Stream.mapChunks(rows, (chunk) =>
      Chunk.isEmpty(chunk) ? Chunk.empty<Piece>() : Chunk.of(piece(Chunk.toReadonlyArray(chunk).map(cells)))
    )
    const end = Stream.suspend(() =>
      Stream.make(...(count === 0 ? [piece([])] : []), {
        text: `\n${plural(count, "row")}\n`,
        rows: 0,
        neutralised: 0
      })
    )
    return Stream.concat(pieces, end)
  }
