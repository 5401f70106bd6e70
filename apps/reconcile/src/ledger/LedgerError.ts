import { existsSync, statfsSync } from "node:fs"
import { dirname } from "node:path"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

/** The database file cannot be used as the ledger, or could not be written. `reason` finishes a sentence about `file`. */
export class LedgerError extends Schema.TaggedError<LedgerError>("ac-reconcile/LedgerError")("LedgerError", {
  file: Schema.String,
  kind: Schema.Literal(
    "absent",
    "misnamed",
    "unusable",
    "foreign",
    "newer",
    "locked",
    "damaged",
    "other-account",
    "failed"
  ),
  reason: Schema.String
}) {
  override get message() {
    return `${this.file}: ${this.reason}`
  }
}

/** SQLite's or the system's own code, from the error or any of its causes. */
export const codeOf = (error: unknown): string => {
  if (typeof error !== "object" || error === null) return ""
  if ("code" in error && typeof error.code === "string") return error.code
  return "cause" in error ? codeOf(error.cause) : ""
}

/** The message of SQLite or the system, without what adapters add around it. */
export const messageOf = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined
    ? messageOf(error.cause)
    : error instanceof Error
      ? error.message
      : String(error)

/**
 * For these errors, SQLite does not tell a full disk from a broken one. The shared memory beside a ledger takes 32 KiB at
 * once.
 */
const mayBeFull = /^SQLITE_IOERR_(WRITE|FSYNC|DIR_FSYNC|TRUNCATE|SHM)/
const least = 64 * 1024

const hasNoRoom = (file: string) => {
  try {
    const { bavail, bsize } = statfsSync(existsSync(file) ? file : dirname(file))
    return bavail * bsize < least
  } catch {
    return false
  }
}

/** Whether SQLite failed on a file because its disk is full. */
export const isFull = (file: string, error: unknown): boolean => {
  const code = codeOf(error)
  return (
    code.startsWith("SQLITE_FULL") ||
    code === "SQLITE_IOERR_SHMSIZE" ||
    (mayBeFull.test(code) && hasNoRoom(file))
  )
}

export const fromSqlite = (file: string, error: unknown): LedgerError => {
  const code = codeOf(error)
  if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) {
    return new LedgerError({
      file,
      kind: "locked",
      reason: "another process is writing to it. Run again when it has finished."
    })
  }
  if (code === "SQLITE_NOTADB") {
    return new LedgerError({
      file,
      kind: "foreign",
      reason: "it is not a SQLite file. Name another with --db FILE."
    })
  }
  if (code.startsWith("SQLITE_CORRUPT")) {
    return new LedgerError({
      file,
      kind: "damaged",
      reason: "the database is damaged. Restore a copy, or name another file with --db FILE."
    })
  }
  if (
    code.startsWith("SQLITE_CANTOPEN") ||
    code.startsWith("SQLITE_READONLY") ||
    code.startsWith("SQLITE_PERM")
  ) {
    return new LedgerError({
      file,
      kind: "unusable",
      reason:
        "it cannot be opened for writing. Check the folder and the permissions, or name another with --db FILE."
    })
  }
  if (isFull(file, error)) {
    return new LedgerError({
      file,
      kind: "failed",
      reason:
        "it cannot be written, because the disk is full. Free some space, then run the same command again; nothing recorded is lost."
    })
  }
  if (code.startsWith("SQLITE_IOERR")) {
    return new LedgerError({
      file,
      kind: "failed",
      reason: `the disk fails to read or write it (${messageOf(error)}). Check the disk, then run the same command again; nothing recorded is lost.`
    })
  }
  if (code.startsWith("SQLITE_NOMEM")) {
    return new LedgerError({
      file,
      kind: "failed",
      reason: "this machine does not have enough memory for it. Close other programs and run again."
    })
  }
  return new LedgerError({ file, kind: "failed", reason: messageOf(error) })
}

const shown = (value: unknown) => {
  const text = typeof value === "string" || typeof value === "number" ? JSON.stringify(value) : typeof value
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

/** A row of a table or view has values that this program never writes there. */
export const fromRow = (
  file: string,
  from: string,
  rows: ReadonlyArray<unknown>,
  error: ParseResult.ParseError
): LedgerError => {
  const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
  const [row, column = ""] = issue?.path ?? []
  const found = new Map(Object.entries(rows[Number(row)] ?? {})).get(String(column))
  return new LedgerError({
    file,
    kind: "damaged",
    reason: `row ${Number(row) + 1} of ${from} has ${shown(found)} as its ${String(column)}, which ac-reconcile never writes there. Another program may have changed the file. Restore a copy, or name another file with --db FILE.`
  })
}
