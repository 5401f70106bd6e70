import * as Either from "effect/Either"
import type { ColumnMap } from "./ColumnMap.js"
import { ContactFileError } from "./ContactFileError.js"
import type { ContactChunk, ContactRow, RejectedRow } from "./ContactRow.js"
import * as CsvHeader from "./CsvHeader.js"
import * as CsvRows from "./CsvRows.js"
import * as JsonRows from "./JsonRows.js"
import * as PhysicalLines from "./PhysicalLines.js"
import * as RecordFramer from "./RecordFramer.js"

export type Format = "csv" | "jsonl"

export interface Options {
  /** The name errors are told under. */
  readonly path: string
  /** Undefined: JSON lines if the first sign that is not white space is `{`, else CSV. */
  readonly format: Format | undefined
  /** Undefined: told from the header line. */
  readonly delimiter: string | undefined
  readonly map: ColumnMap
  /** Keep apostrophes as they stand, also where an export has set them before what could be a formula. */
  readonly raw?: boolean
}

/** What is known of the source so far: nothing, its kind, or its kind and its header. */
type Phase =
  | { readonly _tag: "Start" }
  | { readonly _tag: "Header"; readonly delimiter: string; readonly isNamed: boolean }
  | { readonly _tag: "Csv"; readonly delimiter: string; readonly header: CsvHeader.CsvHeader }
  | { readonly _tag: "JsonLines" }

export interface State {
  readonly options: Options
  readonly lines: PhysicalLines.State
  readonly framer: RecordFramer.State
  readonly phase: Phase
}

interface Output {
  readonly rows: Array<ContactRow>
  readonly rejected: Array<RejectedRow>
  restored: number
}

type Step = Either.Either<State, ContactFileError>

export const start = (options: Options): State => ({
  options,
  lines: PhysicalLines.initial,
  framer: RecordFramer.initial,
  phase: options.format === "jsonl" ? { _tag: "JsonLines" } : { _tag: "Start" }
})

/** Takes the next bytes, however they were cut, and gives the rows they complete. */
export const feed = (
  state: State,
  bytes: Uint8Array
): Either.Either<readonly [State, ContactChunk], ContactFileError> => {
  const [lines, segments] = PhysicalLines.feed(state.lines, bytes)
  const output: Output = { rows: [], rejected: [], restored: 0 }
  return Either.map(advanceAll({ ...state, lines }, segments, output), (next) => [
    next,
    { ...output, bytesRead: bytes.length }
  ])
}

/** The rows the end of the input completes. */
export const finish = (state: State): Either.Either<ContactChunk, ContactFileError> => {
  const output: Output = { rows: [], rejected: [], restored: 0 }
  return advanceAll(state, PhysicalLines.finish(state.lines), output).pipe(
    Either.flatMap((last) => {
      const framed = emptyFramed()
      const framer = RecordFramer.flush(last.framer, delimiterOf(last.phase), framed)
      return take({ ...last, framer }, framed, output)
    }),
    Either.flatMap(({ options, phase }) =>
      phase._tag === "Start" || phase._tag === "Header"
        ? fail(options, "the file is empty and has no header. Give it a first line that names its columns.")
        : Either.right({ ...output, bytesRead: 0 })
    )
  )
}

const advanceAll = (state: State, segments: ReadonlyArray<PhysicalLines.Segment>, output: Output): Step => {
  let next = state
  for (const segment of segments) {
    const step = advance(next, segment, output)
    if (Either.isLeft(step)) return step
    next = step.right
  }
  return Either.right(next)
}

const advance = (state: State, segment: PhysicalLines.Segment, output: Output): Step => {
  const phase = state.phase._tag === "Start" ? begin(state.options, segment) : state.phase
  const framed = emptyFramed()
  const framer = RecordFramer.frame(state.framer, segment, delimiterOf(phase), framed)
  return take({ ...state, phase, framer }, framed, output)
}

/** Blank lines tell nothing about the source, so it stays unknown until another comes. */
const begin = (options: Options, segment: PhysicalLines.Segment): Phase => {
  const text = segment._tag === "Text" ? segment.text.trimStart() : segment.beginning
  if (text === "") return { _tag: "Start" }
  if (options.format === undefined && text.startsWith("{")) return { _tag: "JsonLines" }
  const headerLine = text.split(/[\r\n]/, 1)[0] ?? ""
  const named = CsvHeader.namedDelimiter(headerLine)
  return {
    _tag: "Header",
    delimiter: named ?? options.delimiter ?? CsvHeader.detectDelimiter(headerLine),
    isNamed: named !== null
  }
}

const take = (state: State, framed: RecordFramer.Framed, output: Output): Step => {
  const { phase } = state
  if (phase._tag === "Start") return Either.right(state)
  if (phase._tag === "Header") return takeHeader(state, phase, framed, output)
  if (phase._tag === "Csv") {
    const raw = state.options.raw ?? false
    output.restored += CsvRows.read(phase.header, phase.delimiter, raw, framed, output.rows)
  } else JsonRows.read(state.options.map, framed, output.rows)
  // The faults of the framing were found before those of the rows: told in the order of the file.
  for (const row of framed.rejected.sort((a, b) => a.line - b.line)) output.rejected.push(row)
  return Either.right(state)
}

const takeHeader = (
  state: State,
  { delimiter, isNamed }: Extract<Phase, { readonly _tag: "Header" }>,
  framed: RecordFramer.Framed,
  output: Output
): Step => {
  const { options } = state
  const at = framed.texts.findIndex((text) => !CsvRows.isBlank(text, delimiter))
  if (isNamed && at !== -1) {
    const phase: Phase = { _tag: "Header", delimiter, isNamed: false }
    return take({ ...state, phase }, behind(framed, at), output)
  }
  const line = framed.lines[at] ?? Number.POSITIVE_INFINITY
  const unreadable = framed.rejected.find((row) => row.line < line)
  if (unreadable !== undefined) return fail(options, unreadableReason(unreadable), unreadable)
  if (at === -1) return Either.right(state)
  const written = CsvRows.fieldsOf(framed.texts.slice(at, at + 1), delimiter)[0] ?? []
  const { count, fields } = options.raw === true ? { fields: written, count: 0 } : CsvRows.restored(written)
  output.restored += count
  const header = CsvHeader.make(fields, options.map)
  if (Either.isLeft(header)) return fail(options, header.left, { line, column: null })
  return take(
    { ...state, phase: { _tag: "Csv", delimiter, header: header.right } },
    behind(framed, at),
    output
  )
}

const behind = ({ lines, rejected, texts }: RecordFramer.Framed, at: number): RecordFramer.Framed => ({
  texts: texts.slice(at + 1),
  lines: lines.slice(at + 1),
  rejected
})

const unreadableReason = ({ reason, record }: RejectedRow): string => {
  // Byte order marks of UTF-16, as Windows-1252 shows them, and the first bytes of a ZIP archive.
  if (/^(\u00FF\u00FE|\u00FE\u00FF)/.test(record)) return "the file is UTF-16. Save it as UTF-8."
  if (record.startsWith("PK\u0003\u0004")) {
    return "this is a spreadsheet or an archive, not text. Export it as CSV (UTF-8)."
  }
  return `the header cannot be read. ${reason}`
}

const delimiterOf = (phase: Phase): string | null =>
  phase._tag === "Header" || phase._tag === "Csv" ? phase.delimiter : null

const emptyFramed = (): RecordFramer.Framed => ({ texts: [], lines: [], rejected: [] })

const fail = (
  { path }: Options,
  reason: string,
  place?: { readonly line: number; readonly column: number | null }
): Either.Either<never, ContactFileError> => {
  const line = place === undefined ? {} : { line: place.line }
  const column = place?.column == null ? {} : { column: place.column }
  return Either.left(new ContactFileError({ path, reason, ...line, ...column }))
}
