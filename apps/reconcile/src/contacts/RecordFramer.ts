import type { RejectedRow } from "./ContactRow.js"
import { maxRecordLength, rejected } from "./ContactRow.js"
import type { BadLine, Segment } from "./PhysicalLines.js"
import * as QuoteScan from "./QuoteScan.js"
import * as RecordFault from "./RecordFault.js"

/** The records of one chunk, without their line ends, each with the line it starts on. Every one is well quoted. */
export interface Framed {
  readonly texts: Array<string>
  readonly lines: Array<number>
  readonly rejected: Array<RejectedRow>
  /** Of texts that are contacts in bodies of requests, by their place in `texts`: their number in the body, from 1. */
  readonly numbers?: ReadonlyMap<number, number>
}

export interface State {
  /** The lines of a record whose quote is still open. */
  readonly pending: string
  readonly badLines: ReadonlyArray<BadLine>
  /** The physical line `pending` starts on. */
  readonly line: number
}

export const initial: State = { pending: "", badLines: [], line: 1 }

/**
 * Cuts whole lines into records. With a delimiter a quoted field may run over line ends; without one, every
 * line is a record. A fault in the quoting costs only the lines up to the one on which that quote opened:
 * reading goes on at the next, so that a forgotten quote never swallows the file.
 */
export const frame = (state: State, segment: Segment, delimiter: string | null, into: Framed): State => {
  if (segment._tag === "Overlong") {
    const { line } = flush(state, delimiter, into)
    const reason = RecordFault.ofLength("line", segment.beginning)
    into.rejected.push(rejected(line, null, reason, segment.beginning))
    return { pending: "", badLines: [], line: line + 1 }
  }
  const { pending } = state
  const moved = segment.badLines.map((bad) => ({ ...bad, offset: bad.offset + pending.length }))
  const joined = pending === "" ? segment.text : pending + segment.text
  return cut(
    { pending: joined, badLines: [...state.badLines, ...moved], line: state.line },
    delimiter,
    false,
    into
  )
}

/** The same at the end of the input, where an open quote can no longer be closed. */
export const flush = (state: State, delimiter: string | null, into: Framed): State =>
  state.pending === "" ? state : cut(state, delimiter, true, into)

const cut = (state: State, delimiter: string | null, atEnd: boolean, into: Framed): State => {
  const text = state.pending
  const quote = delimiter === null ? -1 : text.indexOf('"')
  const hasMark = text.includes(byteOrderMark)
  if (quote === -1 && state.badLines.length === 0 && !hasMark) return cutPlain(text, state.line, into)
  let { line } = state
  let position = 0
  let nextQuote = quote
  let bad = 0
  const ends = lineEnds(text)
  while (position < text.length) {
    // Files put one behind another keep their marks, which then stand at the beginning of a line.
    while (hasMark && text.startsWith(byteOrderMark, position)) position += byteOrderMark.length
    if (nextQuote !== -1 && nextQuote < position) nextQuote = text.indexOf('"', position)
    const lineEnd = ends.of(position)
    let end = lineEnd
    let fault: RecordFault.RecordFault | null = null
    if (delimiter !== null && nextQuote !== -1 && nextQuote < end) {
      const found = QuoteScan.scan(text, position, delimiter)
      if (found._tag === "Whole") {
        end = found.end
      } else {
        const tooLong = text.length - position > maxRecordLength
        if (found._tag === "Open" && !atEnd && !tooLong) {
          const badLines = state.badLines.slice(bad)
          return {
            pending: text.slice(position),
            badLines: badLines.map((one) => ({ ...one, offset: one.offset - position })),
            line
          }
        }
        end = ends.of(found.openedAt)
        fault = RecordFault.ofQuote(text, position, line, found, tooLong)
      }
    }
    const record = text.slice(position, end)
    const badLine = state.badLines[bad]
    if (badLine !== undefined && badLine.offset <= end) {
      fault ??= RecordFault.ofEncoding(text, position, line, badLine)
      while ((state.badLines[bad]?.offset ?? Number.POSITIVE_INFINITY) <= end) bad++
    }
    if (fault === null) {
      into.texts.push(record)
      into.lines.push(line)
    } else {
      into.rejected.push(rejected(line, fault.column, fault.reason, record))
    }
    line += end === lineEnd ? 1 : linesIn(text, position, end)
    position = ends.behind(end)
  }
  return { pending: "", badLines: [], line }
}

const cutPlain = (text: string, line: number, into: Framed): State => {
  const records = text.includes("\r") ? text.split(/\r\n|\n|\r/) : text.split("\n")
  if (records.at(-1) === "") records.pop()
  for (let i = 0; i < records.length; i++) {
    into.texts.push(records[i] ?? "")
    into.lines.push(line + i)
  }
  return { pending: "", badLines: [], line: line + records.length }
}

const byteOrderMark = "\uFEFF"

interface LineEnds {
  /** Where the line holding this position ends, before its line end. */
  readonly of: (position: number) => number
  /** Where the next line starts. */
  readonly behind: (end: number) => number
}

// The places found are kept: a file without CR must not be searched to its end for one on every line.
const lineEnds = (text: string): LineEnds => {
  const search = (sign: string) => {
    let at = -1
    return (position: number): number => {
      if (at < position) {
        const found = text.indexOf(sign, position)
        at = found === -1 ? text.length : found
      }
      return at
    }
  }
  const lf = search("\n")
  const cr = search("\r")
  return {
    of: (position) => Math.min(lf(position), cr(position)),
    behind: (end) => (text[end] === "\r" && text[end + 1] === "\n" ? end + 2 : end + 1)
  }
}

const linesIn = (text: string, from: number, to: number): number => {
  const ends = text.slice(from, to).match(/\r\n|\n|\r/g)
  return ends === null ? 1 : ends.length + 1
}
