import * as FileSystem from "@effect/platform/FileSystem"
import * as Chunk from "effect/Chunk"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ColumnMap } from "../../contacts/ColumnMap.js"
import { type ContactFileError, displayName } from "../../contacts/ContactFileError.js"
import * as ContactReader from "../../contacts/ContactReader.js"
import {
  type ContactChunk,
  type ContactRow,
  isMemberFault,
  type MemberFault,
  type Place,
  type RejectedRow
} from "../../contacts/ContactRow.js"
import type { Format } from "../../contacts/Parsing.js"
import * as RejectsFile from "../../contacts/RejectsFile.js"
import * as Remarks from "../../contacts/Remarks.js"
import * as SqliteReader from "../../contacts/SqliteReader.js"
import { ExitCode } from "../shell/ExitCode.js"
import { Quiet } from "../shell/console.js"
import * as Progress from "../output/progress.js"
import { describeRemarks, remarksResult } from "../output/loadText.js"
import { plural, printable } from "../output/text.js"

export interface Rejects {
  readonly count: number
  /** Where they were written; null if there were none. */
  readonly file: string | null
  /** Where they would have gone if that were not somebody else's file. */
  readonly taken: string | null
  /** Where members that a bulk import does not take were written; null if there were none. */
  readonly members: string | null
}

/** How many bad rows are named on stderr; all of them are in the rejects file. */
const named = 10

const nameRejected = (path: string, place: Place, row: RejectedRow) => {
  const column = row.column === null ? "" : `, column ${row.column}`
  return Console.error(`${displayName(path)}, ${place} ${row.line}${column}: ${printable(row.reason)}`)
}

const reasonOf = (kind: MemberFault, value: string) =>
  kind === "unknown-member" ? `${value} is not one that a bulk import takes` : value

/** A stream read up to its first row, so that an unreadable source fails before a ledger is made. */
const begun = <R>(stream: Stream.Stream<ContactChunk, ContactFileError, R>) =>
  Effect.gen(function* () {
    const pull = yield* Stream.toPull(stream)
    let first = Chunk.empty<ContactChunk>()
    let ended = false
    while (!ended && Chunk.every(first, ({ rejected, rows }) => rows.length + rejected.length === 0)) {
      const next = yield* pull.pipe(
        Effect.map(Option.some),
        Effect.catchAll((end) => (Option.isNone(end) ? Effect.succeedNone : Effect.fail(end.value)))
      )
      if (Option.isNone(next)) ended = true
      else first = Chunk.appendAll(first, next.value)
    }
    return Stream.concat(Stream.fromChunk(first), ended ? Stream.empty : Stream.repeatEffectChunkOption(pull))
  })

interface Input<R> {
  readonly path: string
  readonly place: Place
  readonly chunks: Stream.Stream<ContactChunk, ContactFileError, R>
  readonly rejects: Option.Option<string>
  /** Where rejected rows go by default. */
  readonly defaultRejects: string
  readonly db: string
  /** Other files that the command reads. */
  readonly alsoReads?: ReadonlyArray<string>
  readonly size: number | undefined
  readonly json: boolean
}

const readRows = <R>({
  alsoReads = [],
  chunks,
  db,
  defaultRejects,
  json,
  path,
  place,
  rejects,
  size
}: Input<R>) =>
  Effect.gen(function* () {
    const context = yield* Effect.context<R>()
    const inputs = [
      { name: path, is: "the source of the contacts" },
      { name: db, is: "the ledger they are loaded into" },
      ...alsoReads.map((name) => ({ name, is: "the source of the batch IDs" }))
    ]
    const rejectsFile = yield* Option.match(rejects, {
      onNone: () => RejectsFile.madeUp(defaultRejects, { place, inputs }),
      onSome: (name) => RejectsFile.typed(name, { place, inputs, json })
    })
    const membersFile = yield* RejectsFile.madeUp(defaultRejects.replace(/rejects\.csv$/, "members.csv"), {
      place,
      inputs
    })
    const progress = Progress.make(json || (yield* Quiet))
    yield* Effect.addFinalizer(() => progress.clear)
    let count = 0
    let restored = 0
    let fromPayload = false
    const submissions = new Map<string | null, string>()
    let names: ReadonlyArray<string> = []
    const remarks = Remarks.make()
    const loaded = { rows: 0, bytes: 0 }
    // Each chunk is used before the next is read. An emptied chunk keeps no rows alive that garbage collection would have to
    // move, which saves a third of the reading time.
    let given: Array<ContactRow> = []
    const setAside = (rows: ReadonlyArray<RejectedRow>) =>
      Effect.gen(function* () {
        const unnamed = Math.max(0, named - count)
        count += rows.length
        yield* rejectsFile.append(rows)
        if (json || unnamed === 0) return
        yield* progress.clear
        yield* Effect.forEach(rows.slice(0, unnamed), (row) => nameRejected(path, place, row))
      })
    const first = yield* begun(chunks)
    const rows = first.pipe(
      Stream.tap((chunk) => (chunk.rejected.length === 0 ? Effect.void : setAside(chunk.rejected))),
      Stream.tap(({ remarks: some }) =>
        membersFile.append(
          some.flatMap(({ kind, line, record = "", value }) =>
            isMemberFault(kind) ? [{ line, column: null, reason: reasonOf(kind, value), record }] : []
          )
        )
      ),
      Stream.tap((chunk) => {
        loaded.rows += chunk.rows.length + chunk.rejected.length
        loaded.bytes += chunk.bytesRead
        restored += chunk.restored
        fromPayload ||= chunk.fromPayload
        for (const { batchId, submittedAt } of chunk.submissions) submissions.set(batchId, submittedAt)
        remarks.add(chunk.remarks)
        if (names.length === 0) names = chunk.rows[0]?.names ?? names
        return progress.show(`${Progress.describeLoaded(loaded, size)} …`)
      }),
      Stream.map((chunk) => {
        given.length = 0
        given = chunk.rows
        return given
      }),
      Stream.concat(
        Stream.execute(Effect.suspend(() => progress.show(`${plural(loaded.rows, "row")} read, recording …`)))
      ),
      Stream.provideContext(context)
    )
    return {
      rows,
      place,
      /** For rows that turn out bad only after all have been read. */
      setAside,
      /** How many were bad. Call after the rows have been read. */
      rejected: () => count,
      /** Cells that lost the apostrophe an export had added. Call after the rows have been read. */
      restored: () => restored,
      /** Whether any row came from the body of a bulk import request. Call after the rows have been read. */
      fromPayload: () => fromPayload,
      /** When bodies say that they were submitted, by the batch that they name. Call after the rows have been read. */
      submissions: () => submissions,
      /** What is odd about the loaded rows. Call after the rows have been read. */
      remarks: () => remarks.counted(),
      /** The column names, from the first row. Call after the rows have been read. */
      columns: () => names,
      /** Run when all is recorded: says where the bad rows are. */
      finish: Effect.gen(function* () {
        yield* progress.clear
        const written = yield* rejectsFile.finish
        const members = fromPayload ? yield* membersFile.finish : undefined
        const rejected: Rejects = {
          count,
          file: written?.file ?? null,
          taken: written?.taken ?? null,
          members: members?.file ?? null
        }
        return rejected
      })
    }
  })

const sizeOf = (path: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) =>
    path === "-"
      ? Effect.succeed(undefined)
      : fs.stat(path).pipe(
          Effect.map(({ size, type }) => (type === "File" ? Number(size) : undefined)),
          // Reading the file reports what is wrong with it.
          Effect.orElseSucceed(() => undefined)
        )
  )

/** The good rows of a file as a stream; its bad rows are named on stderr and written to the rejects file. */
export const readContacts = (options: {
  readonly file: string
  readonly map: ColumnMap
  readonly format: Option.Option<Format>
  readonly delimiter: Option.Option<string>
  readonly rejects: Option.Option<string>
  /** The name of the source, if it is not the file. */
  readonly source: Option.Option<string>
  readonly keepApostrophes: boolean
  readonly db: string
  readonly alsoReads?: ReadonlyArray<string>
  readonly json: boolean
}) =>
  Effect.flatMap(sizeOf(options.file), (size) =>
    readRows({
      path: options.file,
      place: "line",
      size,
      db: options.db,
      alsoReads: options.alsoReads ?? [],
      json: options.json,
      rejects: options.rejects,
      defaultRejects: RejectsFile.rejectsPathFor(options.file, Option.getOrUndefined(options.source)),
      chunks: ContactReader.read({
        path: options.file,
        map: options.map,
        keepApostrophes: options.keepApostrophes,
        ...(Option.isSome(options.format) ? { format: options.format.value } : {}),
        ...(Option.isSome(options.delimiter) ? { delimiter: options.delimiter.value } : {})
      })
    })
  )

/** The same for a table, or for the rows of a query. */
export const readTable = (
  options: SqliteReader.TableSource & {
    readonly rejects: Option.Option<string>
    readonly source: Option.Option<string>
    readonly db: string
    readonly json: boolean
  }
) =>
  readRows({
    path: options.path,
    place: "row",
    size: undefined,
    db: options.db,
    json: options.json,
    rejects: options.rejects,
    defaultRejects: rejectsPathForTable(options),
    chunks: SqliteReader.read(options)
  })

const rejectsPathForTable = ({
  path,
  selection,
  source
}: SqliteReader.TableSource & { readonly source: Option.Option<string> }): string => {
  const query = Option.match(source, {
    onNone: () => "query",
    onSome: (name) => `query.${RejectsFile.inFileName(name)}`
  })
  const what = selection._tag === "Table" ? RejectsFile.inFileName(selection.name) : query
  return `${path}.${what}.rejects.csv`
}

const describeRestored = (count: number): ReadonlyArray<string> =>
  count === 0
    ? []
    : [
        `${plural(count, "cell")} lost the apostrophe that exports put before possible formulas; use --raw to keep it.`
      ]

const describeRejects = ({ count, file, taken }: Rejects, sent: boolean): ReadonlyArray<string> => {
  if (file === null) return []
  const consequence = sent ? " Until you fix and reload them, counting cannot decide these batches." : ""
  const left = taken === null ? "" : ` (${taken} was not written by an earlier load and was left unchanged)`
  return [`${plural(count, "row")} could not be read; see ${file}${left}.${consequence}`]
}

/** What reading the rows showed, for any command: in lines, and in the envelope of `--json`. */
export const readingOf = (
  input: Pick<Effect.Effect.Success<ReturnType<typeof readRows>>, "place" | "remarks" | "restored">,
  rejected: Rejects,
  /** Whether rows that were read count as sent. */
  sent: boolean
) => ({
  lines: [
    ...describeRestored(input.restored()),
    ...describeRemarks(input.remarks(), input.place, rejected.members)
  ],
  rejects: describeRejects(rejected, sent),
  result: {
    restored: input.restored(),
    ...remarksResult(input.remarks(), input.place),
    membersFile: rejected.members,
    rejected: rejected.count,
    rejectsFile: rejected.file
  }
})

/** The same where no rows were read. */
export const nothingRead: ReturnType<typeof readingOf> = {
  lines: [],
  rejects: [],
  result: { restored: 0, ...remarksResult([], "line"), membersFile: null, rejected: 0, rejectsFile: null }
}

/** There are rows, but none can be read. Then the call has to change. */
export const exitCodeOfLoad = (rows: number | undefined, rejected: number): ExitCode =>
  rows === 0 && rejected > 0 ? ExitCode.usage : ExitCode.done
