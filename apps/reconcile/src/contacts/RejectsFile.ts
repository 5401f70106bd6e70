import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import Papa from "papaparse"
import { ContactFileError } from "./ContactFileError.js"
import type { Place, RejectedRow } from "./ContactRow.js"

export interface RejectsFile {
  readonly path: string
  /** The first rows replace a file of an earlier run; without any, no file is made. */
  /** Takes away the file that an earlier run of ours left; any other is left alone. */
  readonly discard: Effect.Effect<void>
  readonly append: (rows: ReadonlyArray<RejectedRow>) => Effect.Effect<void, ContactFileError>
}

/** Where rejected rows go unless the user says otherwise: beside the input. */
export const rejectsPathFor = (input: string): string =>
  input === "-" ? "stdin.rejects.csv" : `${input}.rejects.csv`

const headerOf = (place: Place) => `${place},reason,record\r\n`

export const make = (
  path: string,
  place: Place = "line"
): Effect.Effect<RejectsFile, never, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const begun = yield* Ref.make(false)
    const append = Effect.fn("RejectsFile.append")(function* (rows: ReadonlyArray<RejectedRow>) {
      if (rows.length === 0) return
      const hasHeader = yield* Ref.get(begun)
      yield* fs
        .writeFileString(path, hasHeader ? linesOf(rows) : `${headerOf(place)}${linesOf(rows)}`, {
          flag: hasHeader ? "a" : "w"
        })
        .pipe(
          Effect.mapError(
            (error) =>
              new ContactFileError({
                path,
                reason: `the rejected rows cannot be written (${error.description ?? error.message}). Name another file for them.`
              })
          )
        )
      yield* Ref.set(begun, true)
    })
    const discard = fs.readFileString(path).pipe(
      Effect.flatMap((text) => (text.startsWith(headerOf(place)) ? fs.remove(path) : Effect.void)),
      Effect.ignore
    )
    return { path, append, discard }
  })

const linesOf = (rows: ReadonlyArray<RejectedRow>): string => {
  const fields = rows.map(({ line, reason, record }) => [line, reason, record])
  return `${Papa.unparse(fields, { newline: "\r\n" })}\r\n`
}
