import * as Either from "effect/Either"
import type { ContactFileError } from "../../src/contacts/ContactFileError.js"
import * as ContactParser from "../../src/contacts/ContactParser.js"
import type { ContactRow, RejectedRow, Remark } from "../../src/contacts/ContactRow.js"
import type { Options } from "../../src/contacts/Parsing.js"

export interface Read {
  readonly rows: ReadonlyArray<ContactRow>
  readonly rejected: ReadonlyArray<RejectedRow>
  readonly remarks: ReadonlyArray<Remark>
}

export const bytes = (input: string | Uint8Array): Uint8Array =>
  typeof input === "string" ? new TextEncoder().encode(input) : input

/** Cuts at the given places, or after every so many bytes. */
export const chunked = (
  input: Uint8Array,
  cuts: ReadonlyArray<number> | number
): ReadonlyArray<Uint8Array> => {
  const places =
    typeof cuts === "number"
      ? Array.from({ length: Math.ceil(input.length / cuts) }, (_, i) => i * cuts)
      : [0, ...cuts.map((cut) => Math.min(cut, input.length)).sort((a, b) => a - b)]
  return places.map((from, i) => input.subarray(from, places[i + 1] ?? input.length))
}

export const attempt = (
  input: string | Uint8Array,
  options: Partial<Options> = {},
  cuts: ReadonlyArray<number> | number = 64 * 1024
): Either.Either<Read, ContactFileError> =>
  Either.gen(function* () {
    const rows: Array<ContactRow> = []
    const rejected: Array<RejectedRow> = []
    const remarks: Array<Remark> = []
    let state = ContactParser.start({
      path: "contacts.csv",
      format: "csv",
      delimiter: undefined,
      map: {},
      ...options
    })
    for (const chunk of chunked(bytes(input), cuts)) {
      const [next, read] = yield* ContactParser.feed(state, chunk)
      state = next
      for (const row of read.rows) rows.push(row)
      for (const row of read.rejected) rejected.push(row)
      for (const remark of read.remarks) remarks.push(remark)
    }
    const last = yield* ContactParser.finish(state)
    return {
      rows: [...rows, ...last.rows],
      rejected: [...rejected, ...last.rejected],
      remarks: [...remarks, ...last.remarks]
    }
  })

export const parse = (
  input: string | Uint8Array,
  options: Partial<Options> = {},
  cuts: ReadonlyArray<number> | number = 64 * 1024
): Read => Either.getOrThrowWith(attempt(input, options, cuts), (error) => error)

export const failure = (
  input: string | Uint8Array,
  options: Partial<Options> = {},
  cuts: ReadonlyArray<number> | number = 64 * 1024
): string =>
  Either.match(attempt(input, options, cuts), {
    onLeft: (error) => error.message,
    onRight: () => "no failure"
  })

export const emails = (read: Read): ReadonlyArray<string> => read.rows.map((row) => row.email)

/** Each row with its line, as `line:email`, for expectations that fit on one line. */
export const places = (read: Read): ReadonlyArray<string> =>
  read.rows.map((row) => `${row.line}:${row.email}`)

/** The columns of a row as the text of a JSON object. */
export const columnsOf = (row: ContactRow | undefined): string =>
  `{${row?.names
    .map((name, at) => `${JSON.stringify(name)}:${row.isPlain ? `"${row.cells[at]}"` : row.cells[at]}`)
    .join(",")}}`
