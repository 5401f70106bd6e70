import * as Chunk from "effect/Chunk"
import * as Stream from "effect/Stream"
import Papa from "papaparse"

export const formats = ["csv", "json", "ndjson"] as const

export type Format = (typeof formats)[number]

/** A piece of output, and how many rows it holds. */
export interface Piece {
  readonly text: string
  readonly rows: number
}

/** Rows as text, a chunk at a time; header and brackets included. CSV has CRLF line ends, as RFC 4180 has it. */
export const encode =
  (format: Format, columns: ReadonlyArray<string>) =>
  <Row extends object, E, R>(rows: Stream.Stream<Row, E, R>): Stream.Stream<Piece, E, R> => {
    const piece = (text: string, count = 0): Piece => ({ text, rows: count })
    const body = rows.pipe(
      Stream.mapChunks((chunk) => {
        const items = Chunk.toReadonlyArray(chunk)
        if (items.length === 0) return Chunk.empty<Piece>()
        const text =
          format === "csv"
            ? `${Papa.unparse(
                items.map((item) => ({ ...item })),
                { columns: [...columns], header: false }
              )}\r\n`
            : items.map((item) => JSON.stringify(item)).join(format === "json" ? ",\n" : "\n") +
              (format === "json" ? "" : "\n")
        return Chunk.of(piece(text, items.length))
      })
    )
    switch (format) {
      case "csv":
        return Stream.concat(Stream.succeed(piece(`${Papa.unparse([[...columns]])}\r\n`)), body)
      case "ndjson":
        return body
      case "json":
        return Stream.succeed(piece("[\n")).pipe(
          Stream.concat(Stream.intersperse(body, piece(",\n"))),
          Stream.concat(Stream.succeed(piece("\n]\n")))
        )
    }
  }
