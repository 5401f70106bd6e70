import * as Either from "effect/Either"
import { maxRecordLength, maxRecordShown, rejected } from "./ContactRow.js"
import * as PhysicalLines from "./PhysicalLines.js"
import * as RecordFault from "./RecordFault.js"
import type { Framed } from "./RecordFramer.js"

/** Where a value under way began, and how much of it was read. */
interface Value {
  readonly line: number
  /** Its bytes; only the first ones if it is too long. */
  readonly held: ReadonlyArray<Uint8Array>
  readonly length: number
  /** How many arrays and objects are open in it. */
  readonly depth: number
  readonly inString: boolean
  readonly escaped: boolean
}

export interface State {
  readonly inArray: boolean
  /** The line the array began on, while it is open. */
  readonly openedOn: number
  readonly line: number
  /** The last byte was a CR, and an LF would belong to it. */
  readonly afterCr: boolean
  readonly value: Value | null
}

export const initial: State = { inArray: false, openedOn: 1, line: 1, afterCr: false, value: null }

const sign = (text: string) => text.charCodeAt(0)
const [LF, CR, space, tab] = [sign("\n"), sign("\r"), sign(" "), sign("\t")]
const [comma, quote, backslash] = [sign(","), sign('"'), sign("\\")]
const [openArray, closeArray, openObject, closeObject] = [sign("["), sign("]"), sign("{"), sign("}")]
const byteOrderMark = [0xef, 0xbb, 0xbf]

/**
 * Splits bytes of JSON into values, regardless of line ends: the elements of an array, or objects one after another.
 * Only brackets and strings are followed here, so that one value that is not JSON is one bad row.
 */
export const feed = (
  state: State,
  bytes: Uint8Array,
  encoding: PhysicalLines.Encoding,
  into: Framed
): State => {
  let { afterCr, inArray, line, openedOn, value } = state
  let from = 0
  // State of the current value; kept separately because it changes with every byte.
  let depth = value?.depth ?? 0
  let inString = value?.inString ?? false
  let escaped = value?.escaped ?? false
  const end = (at: number) => {
    if (value !== null) emit(extended(value, bytes.subarray(from, at)), encoding, into)
    value = null
  }
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    const isLineEnd = byte === CR || (byte === LF && !afterCr)
    afterCr = byte === CR
    if (isLineEnd) line += 1
    if (value !== null && inString) {
      if (escaped) escaped = false
      else if (byte === backslash) escaped = true
      else if (byte === quote) inString = false
      continue
    }
    if (value !== null) {
      if (byte === quote) inString = true
      else if (byte === openArray || byte === openObject) depth += 1
      else if (depth > 0) {
        if (byte === closeArray || byte === closeObject) {
          depth -= 1
          if (depth === 0) end(at + 1)
        }
        continue
      }
      // A value that is neither array nor object ends where something else begins.
      else if (byte !== comma && byte !== closeArray && !isLineEnd) continue
      else end(at)
      if (value !== null) continue
    }
    if (isBetween(byte)) continue
    if (byte === closeArray && inArray) inArray = false
    else if (byte === openArray && !inArray) {
      inArray = true
      openedOn = line
    } else {
      from = at
      depth = byte === openArray || byte === openObject ? 1 : 0
      inString = byte === quote
      escaped = false
      value = { line, held: [], length: 0, depth, inString, escaped }
    }
  }
  const open = value === null ? null : { ...extended(value, bytes.subarray(from)), depth, inString, escaped }
  return { inArray, openedOn, line, afterCr, value: open }
}

/** What the end of the input completes; or, if it comes too early, the line on which the open value began. */
export const finish = (
  { inArray, openedOn, value }: State,
  encoding: PhysicalLines.Encoding,
  into: Framed
): Either.Either<void, number> => {
  if (value !== null && (value.depth > 0 || value.inString)) return Either.left(value.line)
  if (inArray) return Either.left(openedOn)
  if (value !== null) emit(value, encoding, into)
  return Either.void
}

const isBetween = (byte: number): boolean =>
  byte === space ||
  byte === LF ||
  byte === comma ||
  byte === CR ||
  byte === tab ||
  byteOrderMark.includes(byte)

// Copied, because the buffer is reused for the next piece.
const extended = (value: Value, piece: Uint8Array): Value => {
  const length = value.length + piece.length
  if (length <= maxRecordLength) return { ...value, length, held: [...value.held, Uint8Array.from(piece)] }
  const beginning =
    value.length <= maxRecordShown ? Buffer.concat([...value.held, piece]) : Buffer.concat(value.held)
  return { ...value, length, held: [Uint8Array.from(beginning.subarray(0, maxRecordShown))] }
}

const emit = ({ held, length, line }: Value, encoding: PhysicalLines.Encoding, into: Framed): void => {
  const bytes = Buffer.concat(held)
  if (length > maxRecordLength) {
    const beginning = PhysicalLines.beginningOf(bytes)
    into.rejected.push(rejected(line, null, RecordFault.ofLength("value", beginning), beginning))
    return
  }
  const { badLines, text } = PhysicalLines.textOf(bytes, encoding)
  const [bad] = badLines
  if (bad === undefined) {
    into.texts.push(text)
    into.lines.push(line)
    return
  }
  const { column, reason } = RecordFault.ofEncoding(text, 0, line, bad)
  into.rejected.push(rejected(line, column, reason, text))
}

/** How much of a source is checked to tell whether it is an array. */
const mostLooked = 64 * 1024

/** A longer first line cannot be the beginning of a body that ActiveCampaign takes. */
const longestLine = maxRecordLength

/**
 * Whether bytes begin as an array does, or as an object over several lines. Undefined: more of them are needed to tell.
 */
export const isBeginning = (head: Uint8Array, isWhole: boolean): boolean | undefined => {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, longestLine)).toString(
    "latin1"
  )
  const start = text.replace(/^(?:\xEF(?:\xBB(?:\xBF|$)|$)|\s)+/, "")
  const canTell = isWhole || head.length >= mostLooked
  const [first = ""] = start
  if (first !== "[" && first !== "{") return first === "" && !canTell ? undefined : false
  if (first === "{") return goesOn(start, isWhole || head.length >= longestLine)
  const next = /[^ \t]/.exec(start.slice(1))?.[0]
  if (next === undefined) return canTell ? true : undefined
  if (next === "\n" || next === "\r") return true
  // A header may begin with a bracket too, as in [email],[name].
  return /[{[\]"\d-]/.test(next)
}

/** Whether an object goes on after its first line, rather than that the line is a broken one of JSON lines. */
const goesOn = (text: string, canTell: boolean): boolean | undefined => {
  const end = text.search(/[\r\n]/)
  if (end === -1) return canTell ? false : undefined
  const open: Array<string> = []
  let inString = false
  const line = text.slice(0, end)
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? ""
    if (inString && char === "\\") at++
    else if (char === '"') inString = !inString
    else if (inString) continue
    else if (char === "{" || char === "[") open.push(char)
    else if ((char === "}" || char === "]") && open.pop() !== undefined && open.length === 0) return false
  }
  // No string goes on in another line.
  if (inString) return false
  const next = /\S/.exec(text.slice(end))?.[0]
  if (next === undefined) return canTell ? false : undefined
  const last = line.trimEnd().at(-1) ?? ""
  if ("{[:".includes(last)) return true
  return last === "," ? open.at(-1) === "[" || next === '"' : ",]}".includes(next)
}
