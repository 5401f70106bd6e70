import * as Either from "effect/Either"
import type { ColumnMap } from "./ColumnMap.js"
import { ContactFileError } from "./ContactFileError.js"
import type { ContactRow, Submission } from "./ContactRow.js"
import * as JsonRows from "./JsonRows.js"
import * as Payload from "./Payload.js"
import type * as RecordFramer from "./RecordFramer.js"
import type { RowSink } from "./RowSink.js"

/** CSV, a JSON object a line, or a JSON array (or objects over several lines). */
export const formats = ["csv", "jsonl", "json"] as const

export type Format = (typeof formats)[number]

export interface Options {
  /** The name used in errors. */
  readonly path: string
  /** Undefined: decided by how the text begins. */
  readonly format: Format | undefined
  /** Undefined: decided by the header line. */
  readonly delimiter: string | undefined
  /** The delimiter that the file name suggests. */
  readonly preferredDelimiter?: string
  /** By the file name, text that begins neither like JSON nor like a header with an address is read as JSON lines. */
  readonly mostLikelyJson?: boolean
  readonly map: ColumnMap
  /** Keep apostrophes, even those that an export added before possible formulas. */
  readonly keepApostrophes?: boolean
}

/** What a piece of input adds. */
export interface Output extends RowSink {
  restored: number
  /** Whether any row came from the body of a bulk import request. */
  fromPayload: boolean
  /** The line of the first contact of JSON that did not. */
  single: number | null
  submissions: Array<Submission>
}

export type Step<A> = Either.Either<A, ContactFileError>

/** Framed texts, each of one object, as rows. */
export const readObjects = (options: Options, framed: RecordFramer.Framed, output: Output): void => {
  const batchId = options.map.batchId ?? "batch_id"
  const unpacked = Payload.unpack(framed, options.map, batchId)
  const { contacts, fromPayload, remarks, singles } = unpacked
  if (fromPayload) output.fromPayload = true
  output.remarks.push(...remarks)
  output.submissions.push(...unpacked.submissions)
  const before = output.rows.length
  JsonRows.read(fromPayload ? { ...options.map, batchId } : options.map, contacts, output)
  // A text that cannot be read is not a single contact, whatever it was meant to be.
  const isSingle = ({ line, record }: ContactRow) =>
    !fromPayload || singles.some((at) => contacts.lines[at] === line && contacts.texts[at]?.trim() === record)
  output.single ??= output.rows.slice(before).find(isSingle)?.line ?? null
  tellRejected(contacts, output)
}

/** Framing faults are found before row faults; this puts them in the order of the file. */
export const tellRejected = ({ rejected }: RecordFramer.Framed, output: Output): void => {
  for (const row of rejected.sort((a, b) => a.line - b.line)) output.rejected.push(row)
}

export const emptyFramed = (): RecordFramer.Framed => ({ texts: [], lines: [], rejected: [] })

export const fail = (
  { path }: Options,
  reason: string,
  place?: { readonly line: number; readonly column: number | null }
): Either.Either<never, ContactFileError> => {
  const line = place === undefined ? {} : { line: place.line }
  const column = place?.column == null ? {} : { column: place.column }
  return Either.left(new ContactFileError({ path, reason, ...line, ...column }))
}
