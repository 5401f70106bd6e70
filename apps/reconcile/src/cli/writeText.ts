import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeSink from "@effect/platform-node/NodeSink"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Sink from "effect/Sink"
import * as Stream from "effect/Stream"
import { printableLines } from "../text/printable.js"
import { systemReason } from "./shell/machineTrouble.js"
import type { Piece } from "./rowFormat.js"

export class OutputError extends Schema.TaggedError<OutputError>("ac-reconcile/OutputError")("OutputError", {
  file: Schema.String,
  reason: Schema.String,
  hint: Schema.optional(Schema.String)
}) {
  override get message() {
    return `${this.file}: cannot be written (${this.reason}). ${this.hint ?? "Name another file with --output FILE."}`
  }
}

export interface Written {
  readonly rows: number
  /** Cells in which a formula was made text. */
  readonly neutralised: number
}

/** Runs the text of the pieces into a sink, and tells what they held. */
const writeTo = <E, R, E2, R2>(
  pieces: Stream.Stream<Piece, E, R>,
  sink: Sink.Sink<void, string, unknown, E2, R2>
) =>
  Effect.suspend(() => {
    let written: Written = { rows: 0, neutralised: 0 }
    const texts = Stream.map(pieces, ({ neutralised, rows, text }) => {
      written = { rows: written.rows + rows, neutralised: written.neutralised + neutralised }
      return text
    })
    return Effect.map(Stream.run(texts, sink), () => written)
  })

/** Lets the event loop turn: else a reader that has left, or a signal, would not be noticed while rows keep coming. */
const turn = Effect.async<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

const shown = (piece: Piece): Piece => ({ ...piece, text: printableLines(piece.text) })

/** To standard output, no faster than its reader takes it: as it is, or where that is a terminal, safe to show. */
export const writeStdout = <E, R>(pieces: Stream.Stream<Piece, E, R>) =>
  writeTo(
    Stream.tap(process.stdout.isTTY ? Stream.map(pieces, shown) : pieces, () => turn),
    NodeSink.fromWritable<OutputError, string>(
      () => process.stdout,
      (cause) =>
        new OutputError({
          file: "standard output",
          reason: systemReason(cause),
          hint: "Write somewhere else."
        }),
      { endOnDone: false }
    )
  )

/** Writes beside the target and renames at the end, so that a half-written file never bears its name. */
export const writeFile = <E, R>(file: string, pieces: Stream.Stream<Piece, E, R>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const partial = `${file}.partial`
    const failed = (cause: { readonly message: string }) => new OutputError({ file, reason: cause.message })
    const encoder = new TextEncoder()
    const sink = Sink.mapInput(Sink.mapError(fs.sink(partial), failed), (text: string) =>
      encoder.encode(text)
    )
    return yield* writeTo(pieces, sink).pipe(
      Effect.zipLeft(Effect.mapError(fs.rename(partial, file), failed)),
      Effect.onError(() => Effect.ignore(fs.remove(partial)))
    )
  })
