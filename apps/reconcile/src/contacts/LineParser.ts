import * as Either from "effect/Either"
import * as CsvHeader from "./CsvHeader.js"
import * as CsvRows from "./CsvRows.js"
import * as FileKind from "./FileKind.js"
import {
  emptyFramed,
  type Format,
  fail,
  type Options,
  type Output,
  readObjects,
  type Step,
  tellRejected
} from "./Parsing.js"
import * as PhysicalLines from "./PhysicalLines.js"
import * as RecordFramer from "./RecordFramer.js"

/** What is known about text in lines so far: nothing, its kind, or its kind and its header. */
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

/** Text that is read by its lines: CSV and JSON lines. */
export interface State {
  readonly _tag: "Lines"
  readonly lines: PhysicalLines.State
  readonly framer: RecordFramer.State
  readonly phase: Phase
}

export const start = (format: Format | undefined): State => ({
  _tag: "Lines",
  lines: PhysicalLines.initial,
  framer: RecordFramer.initial,
  phase: format === "jsonl" ? { _tag: "JsonLines" } : { _tag: "Start" }
})

export const feed = (
  options: Options,
  state: State,
  bytes: Uint8Array,
  encoding: PhysicalLines.Encoding,
  output: Output
): Step<State> => {
  const [lines, segments] = PhysicalLines.feed(state.lines, bytes, encoding)
  return advanceAll(options, { ...state, lines }, segments, output)
}

/** The rows the end of the input completes. */
export const finish = (
  options: Options,
  state: State,
  encoding: PhysicalLines.Encoding,
  output: Output
): Step<void> =>
  advanceAll(options, state, PhysicalLines.finish(state.lines, encoding), output).pipe(
    Either.flatMap((last) => {
      const framed = emptyFramed()
      const framer = RecordFramer.flush(last.framer, delimiterOf(last.phase), framed)
      return take(options, { ...last, framer }, framed, output)
    }),
    Either.flatMap(({ phase }) =>
      phase._tag === "Start" || phase._tag === "Header" ? fail(options, isEmpty) : Either.void
    )
  )

const isEmpty = "the file is empty and has no header. Give it a first line that names its columns."

const advanceAll = (
  options: Options,
  state: State,
  segments: ReadonlyArray<PhysicalLines.Segment>,
  output: Output
): Step<State> => {
  let next = state
  for (const segment of segments) {
    const step = advance(options, next, segment, output)
    if (Either.isLeft(step)) return step
    next = step.right
  }
  return Either.right(next)
}

const advance = (
  options: Options,
  state: State,
  segment: PhysicalLines.Segment,
  output: Output
): Step<State> =>
  Either.flatMap(
    state.phase._tag === "Start" ? begin(options, segment) : Either.right<Phase>(state.phase),
    (phase) => {
      const framed = emptyFramed()
      const framer = RecordFramer.frame(state.framer, segment, delimiterOf(phase), framed)
      return take(options, { ...state, phase, framer }, framed, output)
    }
  )

/** Blank lines say nothing about the source, so it stays unknown until another line comes. */
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

const take = (options: Options, state: State, framed: RecordFramer.Framed, output: Output): Step<State> => {
  const { phase } = state
  if (phase._tag === "Start") return Either.right(state)
  if (phase._tag === "Header") return takeHeader(options, state, phase, framed, output)
  if (phase._tag === "JsonLines") {
    readObjects(options, framed, output)
    return Either.right(state)
  }
  const { delimiter, header, otherHeader } = phase
  const before = { restored: output.restored, otherHeader }
  const after = CsvRows.read(header, delimiter, options.keepApostrophes ?? false, before, framed, output)
  output.restored = after.restored
  tellRejected(framed, output)
  return Either.right({ ...state, phase: { ...phase, otherHeader: after.otherHeader } })
}

const takeHeader = (
  options: Options,
  state: State,
  { delimiter, isNamed }: Extract<Phase, { readonly _tag: "Header" }>,
  framed: RecordFramer.Framed,
  output: Output
): Step<State> => {
  const at = framed.texts.findIndex((text) => !CsvRows.isBlank(text, delimiter))
  if (isNamed && at !== -1) {
    const phase: Phase = { _tag: "Header", delimiter, isNamed: false }
    return take(options, { ...state, phase }, behind(framed, at), output)
  }
  const line = framed.lines[at] ?? Number.POSITIVE_INFINITY
  const unreadable = framed.rejected.find((row) => row.line < line)
  if (unreadable !== undefined) {
    return fail(options, `the header cannot be read. ${unreadable.reason}`, unreadable)
  }
  if (at === -1) return Either.right(state)
  const text = framed.texts[at] ?? ""
  const written = fieldsOf(text, delimiter)
  const { count, fields } =
    options.keepApostrophes === true ? { fields: written, count: 0 } : CsvRows.restored(written)
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
    { ...state, phase: { _tag: "Csv", delimiter, header: header.right, otherHeader: null } },
    behind(framed, at),
    output
  )
}

const otherDelimiter = (readWith: string): string =>
  ` Its columns were split at ${readWith === "\t" ? "tabs" : `"${readWith}"`}. If that is wrong, name the delimiter, for example --delimiter ';'.`

const behind = ({ lines, rejected, texts }: RecordFramer.Framed, at: number): RecordFramer.Framed => ({
  texts: texts.slice(at + 1),
  lines: lines.slice(at + 1),
  rejected
})

const delimiterOf = (phase: Phase): string | null =>
  phase._tag === "Header" || phase._tag === "Csv" ? phase.delimiter : null
