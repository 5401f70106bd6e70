import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Input, outputTo, type Target } from "../../files/Target.js"
import * as Writer from "../../files/Writer.js"
import type { Piece } from "./rowFormat.js"

export interface Written {
  readonly rows: number
  /** Cells in which a formula was made text. */
  readonly neutralised: number
  /** The reader left before the end, so the rest is unknown. */
  readonly isCut: boolean
}

/** Lets the event loop turn, so that a reader that left, or a signal, is noticed while rows keep coming. */
const turn = Effect.async<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

/**
 * Writes the text of the pieces to a checked output, and returns what they contained.
 */
export const write = <E, R>(
  target: Target,
  pieces: Stream.Stream<Piece, E, R>,
  inputs: ReadonlyArray<Input> = []
) =>
  Effect.gen(function* () {
    let written: Written = { rows: 0, neutralised: 0, isCut: false }
    const writer = yield* Writer.into(target, { inputs, sealed: false })
    yield* Stream.runForEach(pieces, ({ neutralised, rows, text }) => {
      written = { ...written, rows: written.rows + rows, neutralised: written.neutralised + neutralised }
      return Effect.zipRight(writer.write(text), turn)
    }).pipe(
      Effect.catchIf(
        (error) => error instanceof Writer.ReaderLeft,
        () =>
          Effect.sync(() => {
            written = { ...written, isCut: true }
          })
      )
    )
    yield* writer.finish
    return written
  }).pipe(Effect.scoped)

/** To standard output, no faster than its reader reads. */
export const writeStdout = <E, R>(pieces: Stream.Stream<Piece, E, R>) =>
  Effect.flatMap(outputTo("-", { inputs: [] }), (target) => write(target, pieces))
