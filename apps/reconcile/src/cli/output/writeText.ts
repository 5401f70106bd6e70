import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type Input, outputTo, type Target } from "../../files/Target.js"
import type { OutputError } from "../../files/OutputError.js"
import * as Writer from "../../files/Writer.js"
import * as Pager from "./pager.js"
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

const isStdout = (target: Target) =>
  target._tag === "Stream" && target.place._tag === "Descriptor" && target.place.descriptor === 1

/**
 * Writes the text of the pieces to a checked output, and returns what they contained.
 */
export const write = <E, R>(
  target: Target,
  pieces: Stream.Stream<Piece, E, R>,
  inputs: ReadonlyArray<Input> = []
) =>
  Effect.gen(function* () {
    let total: Written = { rows: 0, neutralised: 0, isCut: false }
    const writer =
      (isStdout(target) ? yield* Pager.forStdout : undefined) ??
      (yield* Writer.into(target, { inputs, sealed: false }))
    const put = ({ neutralised, rows, text }: Piece): Effect.Effect<void, Option.Option<OutputError>> => {
      total = { ...total, rows: total.rows + rows, neutralised: total.neutralised + neutralised }
      return Effect.catchAll(Effect.zipRight(writer.write(text), turn), (error) => {
        if (error._tag !== "ReaderLeft") return Effect.fail(Option.some(error))
        total = { ...total, isCut: true }
        return Effect.fail(Option.none())
      })
    }
    // Pulled, because a stream that runs by itself keeps what was written, and a million rows take a fifth longer.
    const pull = yield* Stream.toPull(pieces)
    const next: Effect.Effect<void, Option.Option<E | OutputError>, R> = Effect.flatMap(pull, (chunk) =>
      Effect.forEach(chunk, put, { discard: true })
    )
    yield* Effect.catchAll(
      Effect.forever(next),
      Option.match({ onNone: () => Effect.void, onSome: (error) => Effect.fail(error) })
    )
    yield* writer.finish
    return total
  }).pipe(Effect.scoped)

/** To standard output, no faster than its reader reads. */
export const writeStdout = <E, R>(pieces: Stream.Stream<Piece, E, R>) =>
  Effect.flatMap(outputTo("-", { inputs: [] }), (target) => write(target, pieces))
