import * as FileSystem from "@effect/platform/FileSystem"
import * as Chunk from "effect/Chunk"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ColumnMap } from "../contacts/ColumnMap.js"
import { displayName } from "../contacts/ContactFileError.js"
import type { Format } from "../contacts/ContactParser.js"
import * as ContactReader from "../contacts/ContactReader.js"
import type { RejectedRow } from "../contacts/ContactRow.js"
import * as RejectsFile from "../contacts/RejectsFile.js"
import { plural, printable } from "./text.js"

export interface Rejects {
  readonly count: number
  /** Where they were written; null if there were none. */
  readonly file: string | null
}

export const noRejects: Rejects = { count: 0, file: null }

/** As many bad rows are named on stderr; all of them stand in the rejects file. */
const named = 10

const nameRejected = (path: string, row: RejectedRow) => {
  const column = row.column === null ? "" : `, column ${row.column}`
  return Console.error(`${displayName(path)}, line ${row.line}${column}: ${printable(row.reason)}`)
}

/** A stream whose first chunk has been read: what cannot be read at all fails here, before a ledger is made. */
const begun = <A, E, R>(stream: Stream.Stream<A, E, R>) =>
  Effect.gen(function* () {
    const pull = yield* Stream.toPull(stream)
    return yield* pull.pipe(
      Effect.map((first) => Stream.concat(Stream.fromChunk(first), Stream.repeatEffectChunkOption(pull))),
      Effect.catchAll(
        Option.match({
          onNone: () => Effect.succeed(Stream.fromChunk(Chunk.empty<A>())),
          onSome: (error) => Effect.fail(error)
        })
      )
    )
  })

/** The good rows of a file as a stream; its bad rows are named on stderr and written to the rejects file. */
export const readContacts = (options: {
  readonly file: string
  readonly map: ColumnMap
  readonly format: Option.Option<Format>
  readonly rejects: Option.Option<string>
  readonly raw: boolean
  readonly json: boolean
}) =>
  Effect.gen(function* () {
    const path = options.file
    const fs = yield* FileSystem.FileSystem
    const rejectsFile = yield* RejectsFile.make(
      Option.getOrElse(options.rejects, () => RejectsFile.rejectsPathFor(path))
    )
    let count = 0
    let restored = 0
    const setAside = (rows: ReadonlyArray<RejectedRow>) =>
      Effect.gen(function* () {
        const unnamed = Math.max(0, named - count)
        count += rows.length
        yield* rejectsFile.append(rows)
        if (!options.json) yield* Effect.forEach(rows.slice(0, unnamed), (row) => nameRejected(path, row))
      })
    const chunks = yield* begun(
      ContactReader.read({
        path,
        map: options.map,
        raw: options.raw,
        ...(Option.isSome(options.format) ? { format: options.format.value } : {})
      })
    )
    const rows = chunks.pipe(
      Stream.tap((chunk) => (chunk.rejected.length === 0 ? Effect.void : setAside(chunk.rejected))),
      Stream.map((chunk) => {
        restored += chunk.restored
        return chunk.rows
      }),
      Stream.provideService(FileSystem.FileSystem, fs)
    )
    const rejected = (): Rejects => ({ count, file: count === 0 ? null : rejectsFile.path })
    return {
      rows,
      /** To be asked once the rows have been read. */
      rejected,
      /** Cells that lost the apostrophe an export had set; to be asked then, too. */
      restored: () => restored,
      /** The same, with the rejects file of an earlier load taken away where this one rejects nothing. */
      finish: Effect.suspend(() => Effect.map(count === 0 ? rejectsFile.discard : Effect.void, rejected))
    }
  })

export const describeRestored = (count: number): ReadonlyArray<string> =>
  count === 0
    ? []
    : [
        `${plural(count, "cell")} lost the apostrophe that exports set before what could be a formula; --raw keeps it.`
      ]

export const describeRejects = ({ count, file }: Rejects, sent: boolean): ReadonlyArray<string> => {
  if (file === null) return []
  const consequence = sent
    ? " Until they are mended and loaded again, no outcome of this file's batches can rest on counting."
    : ""
  return [`${plural(count, "row")} could not be read; see ${file}.${consequence}`]
}
