import * as Chunk from "effect/Chunk"
import * as Stream from "effect/Stream"
import { cellText, jsonText } from "./cellText.js"
import * as CsvText from "./CsvText.js"

export const formats = ["csv", "json", "ndjson", "markdown"] as const

export type Format = (typeof formats)[number]

/** The values of one row, in the order of its columns. */
export type Row = ReadonlyArray<unknown>

/** A piece of output, its number of rows, and the number of cells in which a formula was turned into text. */
export interface Piece {
  readonly text: string
  readonly rows: number
  readonly neutralised: number
}

interface Encoding {
  readonly before?: Omit<Piece, "rows">
  readonly rows: (rows: ReadonlyArray<Row>) => Omit<Piece, "rows">
  readonly between?: string
  readonly after?: string
}

/** Escapes a text for Markdown: no cell ends early, and none becomes a link, an image or HTML. */
const escaped = (value: unknown): string =>
  cellText(value)
    .replace(/[\\`*[\]|~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(/\r\n|\n|\r/g, "<br>")

const markdownLine = (cells: ReadonlyArray<string>) => `| ${cells.join(" | ")} |\n`

const markdownHeader = (columns: ReadonlyArray<string>): string =>
  markdownLine(columns.map(escaped)) + markdownLine(columns.map(() => "---"))

const markdownLines = (rows: ReadonlyArray<ReadonlyArray<unknown>>): string =>
  rows.map((row) => markdownLine(row.map(escaped))).join("")

const unchanged = (text: string) => ({ text, neutralised: 0 })

// Written member by member: an object would put a column called `2024` before all others.
const jsonObjects = (columns: ReadonlyArray<string>) => {
  const names = columns.map(jsonText)
  return (row: Row) => `{${names.map((name, at) => `${name}:${jsonText(row[at])}`).join(",")}}`
}

const encodingOf = (format: Format, columns: ReadonlyArray<string>, keepFormulas: boolean): Encoding => {
  switch (format) {
    case "csv": {
      const lines = CsvText.lines(keepFormulas)
      return { before: lines([columns]), rows: lines }
    }
    case "markdown":
      return {
        before: unchanged(markdownHeader(columns)),
        rows: (rows) => unchanged(markdownLines(rows))
      }
    case "ndjson": {
      const json = jsonObjects(columns)
      return { rows: (rows) => unchanged(`${rows.map(json).join("\n")}\n`) }
    }
    case "json": {
      const json = jsonObjects(columns)
      return {
        before: unchanged("[\n"),
        rows: (rows) => unchanged(rows.map(json).join(",\n")),
        between: ",\n",
        after: "\n]\n"
      }
    }
  }
}

/** Rows as text, a chunk at a time; header and brackets included. `keepFormulas` leaves formulas in CSV as they are. */
export const encode =
  (format: Format, columns: ReadonlyArray<string>, options: { readonly keepFormulas?: boolean } = {}) =>
  <E, R>(rows: Stream.Stream<Row, E, R>): Stream.Stream<Piece, E, R> => {
    const encoding = encodingOf(format, columns, options.keepFormulas ?? false)
    const one = (piece: Omit<Piece, "rows"> | undefined): Stream.Stream<Piece> =>
      piece === undefined ? Stream.empty : Stream.succeed({ ...piece, rows: 0 })
    const pieces = Stream.mapChunks(rows, (chunk) =>
      Chunk.isEmpty(chunk)
        ? Chunk.empty<Piece>()
        : Chunk.of({ ...encoding.rows(Chunk.toReadonlyArray(chunk)), rows: chunk.length })
    )
    const body =
      encoding.between === undefined
        ? pieces
        : Stream.intersperse(pieces, { ...unchanged(encoding.between), rows: 0 })
    return one(encoding.before).pipe(
      Stream.concat(body),
      Stream.concat(one(encoding.after === undefined ? undefined : unchanged(encoding.after)))
    )
  }
