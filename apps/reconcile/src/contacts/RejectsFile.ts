import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import Papa from "papaparse"
import * as MadeUpName from "../files/MadeUpName.js"
import { type OutputError, OutputRefused } from "../files/OutputError.js"
import * as Seal from "../files/Seal.js"
import { type Input, isStandardOutput, outputTo, type Target } from "../files/Target.js"
import * as Writer from "../files/Writer.js"
import type { Place, RejectedRow } from "./ContactRow.js"

export interface RejectsFile {
  readonly append: (rows: ReadonlyArray<RejectedRow>) => Effect.Effect<void, OutputError>
  /**
   * To be called once all rows have been read: gives the file its name, or removes what an earlier load wrote there if
   * nothing was rejected. Tells where the rows are, if there are any.
   */
  readonly finish: Effect.Effect<MadeUpName.Written | undefined, OutputError | OutputRefused>
}

/** Text as a part of a file name, a different one for each text. */
export const inFileName = (text: string): string => {
  const safe = text.replace(/[^\p{L}\p{N}_-]/gu, "_").slice(0, 60)
  return safe === text ? safe : `${safe}-${createHash("sha256").update(text).digest("hex").slice(0, 8)}`
}

/**
 * Where rejected rows go unless the user says otherwise: beside the input, or in this folder if the input has none. Then the
 * name has the source, because a load removes the file that an earlier one wrote under the same name.
 */
export const rejectsPathFor = (input: string, source: string | undefined): string => {
  if (input !== "-" && !/^\/(dev|proc)\//.test(input)) return `${input}.rejects.csv`
  const name = source ?? (input === "-" || input === "/dev/stdin" ? undefined : input)
  return name === undefined ? "stdin.rejects.csv" : `stdin.${inFileName(name)}.rejects.csv`
}

const headerOf = (place: Place) => `${place},reason,record\r\n`

interface Options {
  readonly place: Place
  /** What the command reads, and what rejected rows must not be written to. */
  readonly inputs: ReadonlyArray<Input>
}

interface TypedOptions extends Options {
  /** Whether the command answers with one JSON document and nothing else. */
  readonly json: boolean
}

interface Rows {
  readonly write: (text: string) => Effect.Effect<void, OutputError>
  readonly finish: Effect.Effect<MadeUpName.Written, OutputError | OutputRefused>
}

/** Nothing is made before there is a row. */
const make = (
  place: Place,
  begin: Effect.Effect<Rows, OutputError, Scope.Scope>,
  discard: Effect.Effect<void>
): Effect.Effect<RejectsFile, never, Scope.Scope> =>
  Effect.gen(function* () {
    const rows = yield* Effect.cached(Scope.extend(begin, yield* Effect.scope))
    let begun = false
    return {
      append: (rejected) =>
        Effect.gen(function* () {
          if (rejected.length === 0) return
          const header = begun ? "" : headerOf(place)
          begun = true
          yield* (yield* rows).write(`${header}${linesOf(rejected)}`)
        }),
      finish: Effect.suspend(() =>
        begun ? Effect.flatMap(rows, ({ finish }) => finish) : Effect.as(discard, undefined)
      )
    }
  })

/** A reader that has seen enough rows is no failure of the load. */
const untilReaderLeaves = ({ finish, write }: Writer.Writer, file: string): Rows => {
  let hasLeft = false
  return {
    write: (text) =>
      hasLeft
        ? Effect.void
        : Effect.catchTag(write(text), "ReaderLeft", () =>
            Effect.sync(() => {
              hasLeft = true
            })
          ),
    finish: Effect.as(finish, { file, taken: null })
  }
}

const discardAt = (target: Target) => (target._tag === "File" ? Seal.removeSealed(target.path) : Effect.void)

/** Rejected rows go where the user says; judged at once, before anything is read. */
export const typed = (name: string, { inputs, json, place }: TypedOptions) =>
  Effect.gen(function* () {
    const target = yield* outputTo(name, { option: "--rejects", inputs })
    if (json && (yield* isStandardOutput(target))) {
      return yield* new OutputRefused({
        file: name,
        is: "where --json writes its one document",
        hint: "Name a file with --rejects FILE."
      })
    }
    return yield* make(
      place,
      Effect.map(Writer.into(target, { inputs, sealed: true }), (writer) =>
        untilReaderLeaves(writer, name === "-" ? "standard output" : name)
      ),
      discardAt(target)
    )
  })

/** Rejected rows go beside the input. */
export const madeUp = (name: string, { inputs, place }: Options) =>
  make(
    place,
    MadeUpName.into(name, { hint: "Name another file with --rejects FILE.", inputs }),
    MadeUpName.discard(name, inputs)
  )

const linesOf = (rows: ReadonlyArray<RejectedRow>): string => {
  const fields = rows.map(({ line, reason, record }) => [line, reason, record])
  return `${Papa.unparse(fields, { newline: "\r\n" })}\r\n`
}
