import * as Either from "effect/Either"
import type { ColumnMap, Role } from "./ColumnMap.js"
import { optionOf } from "./ColumnMap.js"
import { listed, normalForm, printable, roleOf } from "./ColumnNames.js"
import { nearest } from "../text/nearest.js"
import { sentAddressColumn } from "./OwnColumns.js"

/** What the header line decides for every row below it. */
export interface CsvHeader {
  readonly names: ReadonlyArray<string>
  readonly email: number
  readonly contactId: number | null
  readonly batchId: number | null
  readonly key: number | null
  /** The text before each value in the JSON text of a row. */
  readonly prefixes: ReadonlyArray<string>
}

const usual = [",", ";", "\t", "|"]

/** Used only if they give the header an address column. */
const unusual = [":", "^", "~"]

const columnsBy = (line: string, delimiter: string): number =>
  line.replace(/"[^"]*("|$)/g, "").split(delimiter).length

/**
 * The delimiter that gives the header line an address column, if there is only one; otherwise the one of comma, semicolon,
 * tab and bar that occurs most outside quotes. `preferred`, from the file name, wins a tie.
 */
export const detectDelimiter = (
  line: string,
  fieldsOf: (line: string, delimiter: string) => ReadonlyArray<string>,
  { email }: ColumnMap,
  preferred?: string
): string => {
  const map = email === undefined ? {} : { email }
  const working = [...usual, ...unusual].filter(
    (candidate) => columnsBy(line, candidate) > 1 && Either.isRight(make(fieldsOf(line, candidate), map))
  )
  const candidates = working.length > 0 ? working : usual
  let best = preferred !== undefined && candidates.includes(preferred) ? preferred : (candidates[0] ?? ",")
  for (const candidate of candidates) {
    if (columnsBy(line, candidate) > columnsBy(line, best)) best = candidate
  }
  return best
}

/** Whether another delimiter than the one used could separate columns in a header line. */
export const hasOtherDelimiter = (line: string, delimiter: string): boolean =>
  [...usual, ...unusual].some((candidate) => candidate !== delimiter && columnsBy(line, candidate) > 1)

/** The delimiter in the line that Excel puts above the header: `sep=;`. */
export const namedDelimiter = (line: string): string | null =>
  /^"?sep=([^\p{L}\p{N}"])"?\s*$/iu.exec(line)?.[1] ?? null

/** How a message names the column of a role. */
export const labels =
  (header: CsvHeader) =>
  (role: Role): string =>
    `column "${printable(header.names[header[role] ?? header.email] ?? "")}"`

/** Finds the columns, or returns an error message. */
export const make = (fields: ReadonlyArray<string>, map: ColumnMap): Either.Either<CsvHeader, string> =>
  Either.gen(function* () {
    // Spreadsheets write nameless columns at the right edge; their values are kept under their position.
    const names = fields.map((name, i) => (name.trim() === "" ? `column ${i + 1}` : name))
    const repeated = names.filter((name, i) => names.indexOf(name) !== i)
    if (repeated.length > 0) {
      return yield* Either.left(
        `more than one column is named ${listed([...new Set(repeated)])}. Give each column its own name.`
      )
    }
    const email = yield* find(names, map, "email")
    if (email === null) {
      return yield* Either.left(
        `no e-mail address column was found (columns: ${listed(names)}). Name it with --map email=COLUMN.`
      )
    }
    const contactId = yield* find(names, map, "contactId")
    const batchId = yield* find(names, map, "batchId")
    const key = yield* find(names, map, "key")
    const prefixes = names.map((name, i) => `${i === 0 ? "{" : ","}${JSON.stringify(name)}:`)
    return { names, email, contactId, batchId, key, prefixes }
  })

const find = (
  names: ReadonlyArray<string>,
  map: ColumnMap,
  role: Role
): Either.Either<number | null, string> => {
  const wanted = map[role]
  if (wanted === undefined) {
    const ours = role === "email" ? sentAddressColumn(names) : undefined
    const isNamedSo = (name: string) => (ours === undefined ? roleOf(name) === role : name === ours)
    return only(matching(names, isNamedSo), names, role)
  }
  // An exact match wins: a file may have both "Email" and "email".
  const exact = matching(names, (name) => name.trim() === wanted.trim())
  const found = exact.length > 0 ? exact : matching(names, (name) => normalForm(name) === normalForm(wanted))
  return found.length === 0
    ? Either.left(
        `there is no column "${printable(wanted)}" (columns: ${listed(names)}). ` +
          `${likeOf(wanted, names)}Correct ${optionOf(role, "COLUMN", map)}.`
      )
    : only(found, names, role)
}

const likeOf = (wanted: string, names: ReadonlyArray<string>) => {
  const like = nearest(wanted, names)
  return like === undefined ? "" : `Did you mean "${printable(like)}"? `
}

const matching = (names: ReadonlyArray<string>, test: (name: string) => boolean): ReadonlyArray<number> =>
  names.flatMap((name, i) => (test(name) ? [i] : []))

const only = (
  found: ReadonlyArray<number>,
  names: ReadonlyArray<string>,
  role: Role
): Either.Either<number | null, string> =>
  found.length > 1
    ? Either.left(
        `more than one column could be the ${described[role]} (${listed(found.map((i) => names[i] ?? ""))}). ` +
          `Name the right one with ${optionOf(role)}.`
      )
    : Either.right(found[0] ?? null)

const described: { readonly [K in Role]: string } = {
  email: "e-mail address",
  contactId: "ActiveCampaign contact ID",
  batchId: "batch ID",
  key: "key"
}
