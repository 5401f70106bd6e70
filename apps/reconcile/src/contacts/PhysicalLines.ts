import { isUtf8 } from "node:buffer"
import { maxRecordLength, maxRecordShown } from "./ContactRow.js"

/** What the bytes were before they became UTF-8, if they were not. */
export type Encoding = "UTF-8" | "UTF-16"

/** A line with bytes that are no characters. */
export interface BadLine {
  /** Where the line starts in the text it came with. */
  readonly offset: number
  /** The character of the line, counted from 1, at which the first wrong byte stands. */
  readonly column: number
  readonly byte: number
  readonly encoding: Encoding
}

/** Whole physical lines as text, or the beginning of one line that is too long to be kept. */
export type Segment =
  | { readonly _tag: "Text"; readonly text: string; readonly badLines: ReadonlyArray<BadLine> }
  | { readonly _tag: "Overlong"; readonly beginning: string }

export interface State {
  /** The line not yet ended. A final CR is held back too: it may be half of a CRLF. */
  readonly tail: Uint8Array
  /** Whether the line not yet ended was already given out as overlong. */
  readonly skipping: boolean
  /** Whether the bytes of a byte order mark, if any, are behind us. */
  readonly started: boolean
}

const nothing = new Uint8Array(0)
const byteOrderMark = [0xef, 0xbb, 0xbf]
const LF = 0x0a
const CR = 0x0d
const sliceLength = 256 * 1024

export const initial: State = { tail: nothing, skipping: false, started: false }

/** Cuts bytes into lines ended by LF, CRLF or CR, in any mixture; the result does not depend on the chunking. */
export const feed = (
  state: State,
  bytes: Uint8Array,
  encoding: Encoding = "UTF-8"
): readonly [State, ReadonlyArray<Segment>] => {
  const segments: Array<Segment> = []
  let next = state
  for (let from = 0; from < bytes.length; from += sliceLength) {
    next = feedSlice(next, bytes.subarray(from, from + sliceLength), encoding, segments)
  }
  return [next, segments]
}

export const finish = (state: State, encoding: Encoding = "UTF-8"): ReadonlyArray<Segment> =>
  state.skipping || state.tail.length === 0 ? [] : [textOf(state.tail, encoding)]

const feedSlice = (state: State, slice: Uint8Array, encoding: Encoding, segments: Array<Segment>): State => {
  let input = state.tail.length === 0 ? slice : Buffer.concat([state.tail, slice])
  if (!state.started) {
    const common = byteOrderMark.findIndex((byte, i) => input[i] !== byte)
    if (common !== -1 && common === input.length) return { ...state, tail: input.slice() }
    if (common === -1) input = input.subarray(byteOrderMark.length)
  }
  if (state.skipping) {
    const end = firstLineEnd(input)
    if (end === -1) return skipped(input)
    input = input.subarray(end)
  }
  let cut = lastLineEnd(input)
  // Only the first line can be overlong: every other one lies within this slice.
  if (cut > maxRecordLength) {
    const end = firstLineEnd(input)
    if (contentLength(input.subarray(0, end)) > maxRecordLength) {
      segments.push(overlong(input))
      input = input.subarray(end)
      cut -= end
    }
  }
  if (cut > 0) segments.push(textOf(input.subarray(0, cut), encoding))
  const tail = input.subarray(cut)
  if (contentLength(tail) > maxRecordLength) {
    segments.push(overlong(tail))
    return skipped(tail)
  }
  // Copied, so that the few bytes of the tail do not keep the whole slice alive.
  return { tail: Uint8Array.from(tail), skipping: false, started: true }
}

const skipped = (input: Uint8Array): State => ({
  tail: input.at(-1) === CR ? Uint8Array.of(CR) : nothing,
  skipping: true,
  started: true
})

/** Behind the first line end, or -1. A CR at the very end does not count yet. */
const firstLineEnd = (bytes: Uint8Array): number => {
  const lf = bytes.indexOf(LF)
  const cr = bytes.subarray(0, lf === -1 ? bytes.length - 1 : lf).indexOf(CR)
  if (cr === -1) return lf + 1 || -1
  return bytes[cr + 1] === LF ? cr + 2 : cr + 1
}

/** Behind the last line end, or 0. A CR at the very end does not count yet. */
const lastLineEnd = (bytes: Uint8Array): number => {
  const lf = bytes.lastIndexOf(LF)
  const cr = bytes.subarray(lf + 1, Math.max(lf + 1, bytes.length - 1)).lastIndexOf(CR)
  return lf + 1 + cr + 1
}

const contentLength = (line: Uint8Array): number => {
  const withoutLf = line.at(-1) === LF ? line.length - 1 : line.length
  return line[withoutLf - 1] === CR ? withoutLf - 1 : withoutLf
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** How a record that is too long to be kept begins. */
export const beginningOf = (bytes: Uint8Array): string => asBuffer(bytes).toString("utf8", 0, maxRecordShown)

const overlong = (bytes: Uint8Array): Segment => ({ _tag: "Overlong", beginning: beginningOf(bytes) })

/**
 * A line that is not UTF-8 is read as Windows-1252, what it most often is, which keeps every byte; one that was UTF-16
 * keeps all but what was no character in it.
 */
export const textOf = (
  bytes: Uint8Array,
  encoding: Encoding
): Extract<Segment, { readonly _tag: "Text" }> => {
  if (isUtf8(bytes)) return { _tag: "Text", text: asBuffer(bytes).toString("utf8"), badLines: [] }
  const badLines: Array<BadLine> = []
  let text = ""
  for (let from = 0; from < bytes.length; ) {
    const rest = bytes.subarray(from)
    const end = firstLineEnd(rest)
    const line = end === -1 ? rest : rest.subarray(0, end)
    if (isUtf8(line)) text += asBuffer(line).toString("utf8")
    else {
      badLines.push({ offset: text.length, ...firstBadByte(line), encoding })
      text += encoding === "UTF-16" ? asBuffer(line).toString("utf8") : windows1252.decode(line)
    }
    from += line.length
  }
  return { _tag: "Text", text, badLines }
}

const windows1252 = new TextDecoder("windows-1252")

/** A replacement character in the lossy text is a wrong byte, unless the line really holds one there. */
const firstBadByte = (line: Uint8Array): { readonly column: number; readonly byte: number } => {
  const lossy = asBuffer(line).toString("utf8")
  let at = lossy.indexOf("\uFFFD")
  let offset = Buffer.byteLength(lossy.slice(0, at))
  while (line[offset] === 0xef && line[offset + 1] === 0xbf && line[offset + 2] === 0xbd) {
    at = lossy.indexOf("\uFFFD", at + 1)
    offset = Buffer.byteLength(lossy.slice(0, at))
  }
  return { column: at + 1, byte: line[offset] ?? 0 }
}
