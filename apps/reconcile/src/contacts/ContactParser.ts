import * as Either from "effect/Either"
import type { ColumnMap } from "./ColumnMap.js"
import { ContactFileError } from "./ContactFileError.js"
import type { ContactChunk } from "./ContactRow.js"
import * as CsvHeader from "./CsvHeader.js"
import * as CsvRows from "./CsvRows.js"
import * as Decoder from "./Decoder.js"
import * as FileKind from "./FileKind.js"
import * as JsonRows from "./JsonRows.js"
import * as JsonValues from "./JsonValues.js"
import * as PhysicalLines from "./PhysicalLines.js"
import * as RecordFramer from "./RecordFramer.js"
import type { RowSink } from "./RowSink.js"

/** CSV, a JSON object a line, or a JSON array (or objects over several lines). */
export const formats = ["csv", "jsonl", "json"] as const

export type Format = (typeof formats)[number]

export interface Options {
  /** The name errors are told under. */
  readonly path: string
  /** Undefined: told from how the text begins. */
  readonly format: Format | undefined
  /** Undefined: told from the header line. */
  readonly delimiter: string | undefined
  /** The delimiter that the file's name speaks for. */
  readonly preferredDelimiter?: string
  /** What begins neither as JSON nor as a header with an address is read as JSON lines, by the file's name. */
  readonly mostLikelyJson?: boolean
  readonly map: ColumnMap
  /** Keep apostrophes as they stand, also where an export has set them before what could be a formula. */
  readonly raw?: boolean
}

/** What is known of text in lines so far: nothing, its kind, or its kind and its header. */
type Phase =
  | { readonly _tag: "Start" }
  | { readonly _tag: "Header"; readonly delimiter: string; readonly isNamed: boolean }
  | {
      readonly _tag: "Csv"
      readonly delimiter: string
      readonly header: CsvHeader.CsvHeader
      readonly otherHeader: number | null
    }
  | { readonly _tag: "JsonLines" }

interface Lines {
  readonly _tag: "Lines"
  readonly lines: PhysicalLines.State
  readonly framer: RecordFramer.State
  readonly phase: Phase
}

/** Text of which it is not known yet whether it is read by its lines, or by the values of JSON in it. */
type Body =
  | { readonly _tag: "Unknown"; readonly head: Uint8Array }
  | { readonly _tag: "Values"; readonly values: JsonValues.State }
  | Lines

export interface State {
  readonly options: Options
  readonly decoder: Decoder.State
  readonly body: Body
}

interface Output extends RowSink {
  restored: number
}

type Step<A> = Either.Either<A, ContactFileError>

const linesFrom = (format: Format | undefined): Lines => ({
  _tag: "Lines",
  lines: PhysicalLines.initial,
  framer: RecordFramer.initial,
  phase: format === "jsonl" ? { _tag: "JsonLines" } : { _tag: "Start" }
})

const values: Body = { _tag: "Values", values: JsonValues.initial }

const bodyOf = (format: Format | undefined): Body => {
  if (format === undefined) return { _tag: "Unknown", head: new Uint8Array(0) }
  return format === "json" ? values : linesFrom(format)
}

export const start = (options: Options): State => ({
  options,
  decoder: Decoder.initial,
  body: bodyOf(options.format)
})

const emptyOutput = (): Output => ({ rows: [], rejected: [], remarks: [], restored: 0 })

/** Takes the next bytes, however they were cut, and gives the rows they complete. */
export const feed = (state: State, bytes: Uint8Array): Step<readonly [State, ContactChunk]> => {
  const output = emptyOutput()
  return decoded(state.options, Decoder.feed(state.decoder, bytes)).pipe(
    Either.flatMap(([decoder, text]) =>
      Either.map(feedText(state, text, false, encodingOf(decoder), output), (body) => ({
        ...state,
        decoder,
        body
      }))
    ),
    Either.map((next) => [next, { ...output, bytesRead: bytes.length }] as const)
  )
}

/** The rows the end of the input completes. */
export const finish = (state: State): Step<ContactChunk> => {
  const output = emptyOutput()
  return decoded(state.options, Decoder.finish(state.decoder)).pipe(
    Either.flatMap(([decoder, text]) => {
      const encoding = encodingOf(decoder)
      return Either.flatMap(feedText(state, text, true, encoding, output), (body) =>
        finishText(state.options, body, encoding, output)
      )
    }),
    Either.map(() => ({ ...output, bytesRead: 0 }))
  )
}

const decoded = <A>({ path }: Options, result: Either.Either<A, string>): Step<A> =>
  Either.mapLeft(result, (reason) => new ContactFileError({ path, reason }))

const encodingOf = (decoder: Decoder.State): PhysicalLines.Encoding =>
  decoder._tag === "Utf16" ? "UTF-16" : "UTF-8"

const feedText = (
  { body, options }: State,
  bytes: Uint8Array,
  isWhole: boolean,
  encoding: PhysicalLines.Encoding,
  output: Output
): Step<Body> => {
  switch (body._tag) {
    case "Unknown": {
      const head = body.head.length === 0 ? bytes : Buffer.concat([body.head, bytes])
      const isJson = JsonValues.isBeginning(head, isWhole)
      // Copied: the memory of a piece is used again for the next.
      if (isJson === undefined) return Either.right({ _tag: "Unknown", head: Uint8Array.from(head) })
      return feedText(
        { ...startedAs(isJson ? values : linesFrom(undefined)), options },
        head,
        isWhole,
        encoding,
        output
      )
    }
    case "Values": {
      const framed = emptyFramed()
      const next = JsonValues.feed(body.values, bytes, encoding, framed)
      readObjects(options, framed, output)
      return Either.right({ _tag: "Values", values: next })
    }
    case "Lines": {
      const [lines, segments] = PhysicalLines.feed(body.lines, bytes, encoding)
      return advanceAll(options, { ...body, lines }, segments, output)
    }
  }
}

const startedAs = (body: Body) => ({ decoder: Decoder.initial, body })

const finishText = (
  options: Options,
  body: Body,
  encoding: PhysicalLines.Encoding,
  output: Output
): Step<void> => {
  switch (body._tag) {
    case "Unknown":
      return Either.void
    case "Values": {
      const framed = emptyFramed()
      const finished = JsonValues.finish(body.values, encoding, framed)
      if (Either.isLeft(finished)) return fail(options, neverEnds, { line: finished.left, column: null })
      readObjects(options, framed, output)
      return Either.void
    }
    case "Lines":
      return advanceAll(options, body, PhysicalLines.finish(body.lines, encoding), output).pipe(
        Either.flatMap((last) => {
          const framed = emptyFramed()
          const framer = RecordFramer.flush(last.framer, delimiterOf(last.phase), framed)
          return take(options, { ...last, framer }, framed, output)
        }),
        Either.flatMap(({ phase }) =>
          phase._tag === "Start" || phase._tag === "Header" ? fail(options, isEmpty) : Either.void
        )
      )
  }
}

const isEmpty = "the file is empty and has no header. Give it a first line that names its columns."

const neverEnds =
  "the JSON that begins here never ends, as where a file was cut short; nothing was loaded. Fetch or make it again."

const readObjects = (options: Options, framed: RecordFramer.Framed, output: Output): void => {
  JsonRows.read(options.map, framed, output)
  tellRejected(framed, output)
}

// The faults of the framing were found before those of the rows: told in the order of the file.
const tellRejected = ({ rejected }: RecordFramer.Framed, output: Output): void => {
  for (const row of rejected.sort((a, b) => a.line - b.line)) output.rejected.push(row)
}

const advanceAll = (
  options: Options,
  body: Lines,
  segments: ReadonlyArray<PhysicalLines.Segment>,
  output: Output
): Step<Lines> => {
  let next = body
  for (const segment of segments) {
    const step = advance(options, next, segment, output)
    if (Either.isLeft(step)) return step
    next = step.right
  }
  return Either.right(next)
}

const advance = (
  options: Options,
  body: Lines,
  segment: PhysicalLines.Segment,
  output: Output
): Step<Lines> =>
  Either.flatMap(
    body.phase._tag === "Start" ? begin(options, segment) : Either.right<Phase>(body.phase),
    (phase) => {
      const framed = emptyFramed()
      const framer = RecordFramer.frame(body.framer, segment, delimiterOf(phase), framed)
      return take(options, { ...body, phase, framer }, framed, output)
    }
  )

/** Blank lines tell nothing about the source, so it stays unknown until another comes. */
const begin = (options: Options, segment: PhysicalLines.Segment): Step<Phase> => {
  const text = (segment._tag === "Text" ? segment.text : segment.beginning).replace(
    /^(?:[^\S\r\n]*(?:[\r\n]|$)|\uFEFF)+/,
    ""
  )
  if (text === "") return Either.right({ _tag: "Start" })
  const refusal = FileKind.refusalOfText(text)
  if (refusal !== null) return fail(options, refusal)
  if (options.format === undefined && text.trimStart().startsWith("{"))
    return Either.right({ _tag: "JsonLines" })
  const headerLine = text.split(/[\r\n]/, 1)[0] ?? ""
  const named = CsvHeader.namedDelimiter(headerLine)
  const delimiter = options.delimiter ?? named ?? detected(options, headerLine)
  const isJson =
    options.mostLikelyJson === true &&
    options.format === undefined &&
    named === null &&
    Either.isLeft(CsvHeader.make(fieldsOf(headerLine, delimiter), options.map))
  return Either.right(isJson ? { _tag: "JsonLines" } : { _tag: "Header", delimiter, isNamed: named !== null })
}

const fieldsOf = (line: string, delimiter: string) => CsvRows.fieldsOf([line], delimiter)[0] ?? []

const detected = ({ map, preferredDelimiter }: Options, headerLine: string): string =>
  CsvHeader.detectDelimiter(headerLine, fieldsOf, map, preferredDelimiter)

const take = (options: Options, body: Lines, framed: RecordFramer.Framed, output: Output): Step<Lines> => {
  const { phase } = body
  if (phase._tag === "Start") return Either.right(body)
  if (phase._tag === "Header") return takeHeader(options, body, phase, framed, output)
  if (phase._tag === "JsonLines") {
    readObjects(options, framed, output)
    return Either.right(body)
  }
  const { delimiter, header, otherHeader } = phase
  const before = { restored: output.restored, otherHeader }
  const after = CsvRows.read(header, delimiter, options.raw ?? false, before, framed, output)
  output.restored = after.restored
  tellRejected(framed, output)
  return Either.right({ ...body, phase: { ...phase, otherHeader: after.otherHeader } })
}

const takeHeader = (
  options: Options,
  body: Lines,
  { delimiter, isNamed }: Extract<Phase, { readonly _tag: "Header" }>,
  framed: RecordFramer.Framed,
  output: Output
): Step<Lines> => {
  const at = framed.texts.findIndex((text) => !CsvRows.isBlank(text, delimiter))
  if (isNamed && at !== -1) {
    const phase: Phase = { _tag: "Header", delimiter, isNamed: false }
    return take(options, { ...body, phase }, behind(framed, at), output)
  }
  const line = framed.lines[at] ?? Number.POSITIVE_INFINITY
  const unreadable = framed.rejected.find((row) => row.line < line)
  if (unreadable !== undefined) {
    return fail(options, `the header cannot be read. ${unreadable.reason}`, unreadable)
  }
  if (at === -1) return Either.right(body)
  const text = framed.texts[at] ?? ""
  const written = fieldsOf(text, delimiter)
  const { count, fields } = options.raw === true ? { fields: written, count: 0 } : CsvRows.restored(written)
  output.restored += count
  const header = CsvHeader.make(fields, options.map)
  if (Either.isLeft(header)) {
    const canBeOther = options.delimiter === undefined && CsvHeader.hasOtherDelimiter(text, delimiter)
    return fail(options, `${header.left}${canBeOther ? otherDelimiter(delimiter) : ""}`, {
      line,
      column: null
    })
  }
  return take(
    options,
    { ...body, phase: { _tag: "Csv", delimiter, header: header.right, otherHeader: null } },
    behind(framed, at),
    output
  )
}

const otherDelimiter = (readWith: string): string =>
  ` It was read with ${readWith === "\t" ? "a tab" : `"${readWith}"`} between the columns; if they are separated by another sign, name it, as with --delimiter ';'.`

const behind = ({ lines, rejected, texts }: RecordFramer.Framed, at: number): RecordFramer.Framed => ({
  texts: texts.slice(at + 1),
  lines: lines.slice(at + 1),
  rejected
})

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
