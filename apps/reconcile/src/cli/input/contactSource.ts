import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ColumnMap } from "../../contacts/ColumnMap.js"
import type { Format } from "../../contacts/Parsing.js"
import type { Selection } from "../../contacts/SqliteReader.js"
import { ownTables } from "../../ledger/schema/ownTables.js"
import { readOnly } from "../../ledger/file/readOnly.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { readContacts, readTable } from "./contactFile.js"

export interface SourceOptions {
  readonly file: Option.Option<string>
  readonly from: Option.Option<string>
  readonly table: Option.Option<string>
  readonly query: Option.Option<string>
  readonly source: Option.Option<string>
  readonly format: Option.Option<Format>
  readonly delimiter: Option.Option<string>
  readonly rejects: Option.Option<string>
  readonly keepApostrophes: boolean
  readonly db: string
  readonly json: boolean
}

const misused = (problem: string, hint: string) => new ConfigurationError({ problem, hint })

const selectionOf = ({ query, table }: SourceOptions): Option.Option<Selection> =>
  Option.orElse(
    Option.map(table, (name): Selection => ({ _tag: "Table", name })),
    () => Option.map(query, (sql): Selection => ({ _tag: "Query", sql }))
  )

const check = ({ delimiter, file, format, from, query, table }: SourceOptions) => {
  const isTable = [from, table, query].some(Option.isSome)
  if (Option.isSome(file) && isTable) {
    return misused(
      "Both a file and a table were given.",
      "Give FILE, or --from FILE with --table or --query."
    )
  }
  if (Option.isNone(file) && !isTable) {
    return misused("No contacts were given.", "Give a file, or --from FILE with --table NAME or --query SQL.")
  }
  if (isTable && Option.isSome(table) === Option.isSome(query)) {
    return misused(
      "It is not clear which rows of the SQLite file to read.",
      "Give either --table NAME or --query SQL."
    )
  }
  if (isTable && Option.isSome(format)) {
    return misused("--input-format applies to text files only.", "Leave it out for a SQLite file.")
  }
  return isTable && Option.isSome(delimiter)
    ? misused("--delimiter applies to CSV files only.", "Leave it out for a SQLite file.")
    : Effect.void
}

/** Where the contacts come from, ready to be read: a text file, a SQLite file, or the ledger's own file. */
export const openSource = (options: SourceOptions, map: ColumnMap) =>
  Effect.gen(function* () {
    yield* check(options)
    const selection = Option.getOrUndefined(selectionOf(options))
    if (selection === undefined) {
      const file = Option.getOrElse(options.file, () => "-")
      if (file === "-" && Option.isNone(options.source)) {
        return yield* misused(
          "Standard input needs a source name, so that a later load can update it.",
          "Add --source NAME."
        )
      }
      const input = yield* readContacts({ ...options, file, map })
      return { ...input, name: nameOf(options, resolve(file)), from: file === "-" ? "standard input" : file }
    }
    const what = selection._tag === "Table" ? selection.name : "query"
    if (Option.isSome(options.from)) {
      const path = options.from.value
      const input = yield* readTable({ ...options, path, selection, map })
      return { ...input, name: nameOf(options, `${resolve(path)}#${what}`), from: `${path}#${what}` }
    }
    // Opened and closed, so that a file that is not a ledger gets the usual error.
    yield* Effect.scoped(readOnly(options.db))
    const input = yield* readTable({ ...options, path: options.db, selection, map, reserved: ownTables })
    const name = selection._tag === "Table" ? `table ${what}` : what
    return { ...input, name: nameOf(options, name), from: name }
  })

const nameOf = ({ source }: SourceOptions, fallback: string) => Option.getOrElse(source, () => fallback)
