import * as Either from "effect/Either"

/** The columns the caller named; the others are found by their usual names. */
export interface ColumnMap {
  readonly email?: string
  readonly contactId?: string
  readonly batchId?: string
  /** Identifies a row across loads; never chosen automatically. */
  readonly key?: string
  /** The batch column also has its own option, besides `--map`: messages name the one that was used. */
  readonly byBatchColumn?: true
}

export type Role = Exclude<keyof ColumnMap, "byBatchColumn">

/** How a role is given a column on the command line. */
export const optionOf = (
  role: Role,
  column: "COLUMN" | "KEY" = "COLUMN",
  { byBatchColumn }: ColumnMap = {}
): string => {
  if (role === "key") return `--key ${column}`
  return role === "batchId" && byBatchColumn === true
    ? `--batch-column ${column}`
    : `--map ${optionName[role]}=${column}`
}

/** The word for a role. */
export const optionName: { readonly [K in Role]: string } = {
  email: "email",
  contactId: "contact_id",
  batchId: "batch_id",
  key: "key"
}

const roleOfOption = new Map<string, Role>([
  ["email", "email"],
  ["contact_id", "contactId"],
  ["batch_id", "batchId"]
])

const usage = "write --map email=COLUMN,contact_id=COLUMN,batch_id=COLUMN with the parts you need"

/** Reads the text of `--map`. A name holding a comma is written in double quotes: `email="Mail, work"`. */
export const parseColumnMap = (text: string): Either.Either<ColumnMap, string> => {
  const map: { -readonly [K in Role]?: string } = {}
  for (const part of splitOutsideQuotes(text)) {
    const equals = part.indexOf("=")
    if (equals === -1) return Either.left(`"${part.trim()}" has no "=": ${usage}.`)
    const option = part.slice(0, equals).trim()
    const role = roleOfOption.get(option)
    if (role === undefined) {
      return Either.left(`"${option}" cannot be mapped (only email, contact_id and batch_id can): ${usage}.`)
    }
    const column = unquote(part.slice(equals + 1).trim())
    if (column === "") return Either.left(`${option} names no column: ${usage}.`)
    if (map[role] !== undefined) return Either.left(`${option} is named twice: ${usage}.`)
    map[role] = column
  }
  return Either.right(map)
}

const splitOutsideQuotes = (text: string): ReadonlyArray<string> => {
  const parts: Array<string> = []
  let start = 0
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') quoted = !quoted
    else if (text[i] === "," && !quoted) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  return [...parts, text.slice(start)]
}

const unquote = (text: string): string =>
  text.length > 1 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replaceAll('""', '"')
    : text
