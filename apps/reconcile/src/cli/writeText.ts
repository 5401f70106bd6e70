import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeSink from "@effect/platform-node/NodeSink"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Sink from "effect/Sink"
import * as Stream from "effect/Stream"
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

/** Standard output, no faster than its reader takes it. */
export const writeStdout = NodeSink.fromWritable<OutputError, string>(
  () => process.stdout,
  (cause) => new OutputError({ file: "standard output", reason: String(cause) }),
  { endOnDone: false }
)

/** Writes beside the target and renames at the end, so that a half-written file never bears its name. */
export const writeFile = <E, R>(file: string, pieces: Stream.Stream<Piece, E, R>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const partial = `${file}.partial`
    const failed = (cause: { readonly message: string }) => new OutputError({ file, reason: cause.message })
    let rows = 0
    const bytes = pieces.pipe(
      Stream.map((piece) => {
        rows += piece.rows
        return piece.text
      }),
      Stream.encodeText
    )
    yield* Stream.run(bytes, Sink.mapError(fs.sink(partial), failed))
    yield* Effect.mapError(fs.rename(partial, file), failed)
    return rows
  })
