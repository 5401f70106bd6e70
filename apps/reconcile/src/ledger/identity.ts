import { existsSync, statSync } from "node:fs"
import { dirname } from "node:path"
import Sqlite from "better-sqlite3"
import * as Either from "effect/Either"
import { fromSqlite, LedgerError } from "./LedgerError.js"

/** "ACrc" in ASCII: marks a SQLite file as a ledger, for `file(1)` and for us. */
export const applicationId = 0x41437263

/** What a file is, found out without changing a byte of it. */
export type Identity = { readonly _tag: "New" } | { readonly _tag: "Ledger"; readonly version: number }

/**
 * Looks at a file read-only, before anything opens it for writing: even switching a foreign file to WAL
 * would change it.
 */
export const identify = (file: string, supported: number): Either.Either<Identity, LedgerError> => {
  if (file === ":memory:") return Either.right({ _tag: "New" })
  if (!existsSync(file)) {
    return existsSync(dirname(file))
      ? Either.right({ _tag: "New" })
      : Either.left(
          new LedgerError({
            file,
            kind: "unusable",
            reason: "its folder does not exist. Create it, or name another file with --db FILE."
          })
        )
  }
  const stat = statSync(file)
  if (stat.isDirectory()) {
    return Either.left(
      new LedgerError({ file, kind: "unusable", reason: "it is a folder. Name a file with --db FILE." })
    )
  }
  if (stat.size === 0) return Either.right({ _tag: "New" })
  try {
    const database = new Sqlite(file, { readonly: true, fileMustExist: true })
    try {
      const id = Number(database.pragma("application_id", { simple: true }))
      const version = Number(database.pragma("user_version", { simple: true }))
      const objects = Number(database.prepare("SELECT count(*) FROM sqlite_schema").pluck().get())
      if (id === 0 && version === 0 && objects === 0) return Either.right({ _tag: "New" })
      if (id !== applicationId) {
        return Either.left(
          new LedgerError({
            file,
            kind: "foreign",
            reason:
              "it is a SQLite file of another program. It was left as it is; name another with --db FILE."
          })
        )
      }
      if (version > supported) {
        return Either.left(
          new LedgerError({
            file,
            kind: "newer",
            reason: `it was written by a newer ac-reconcile (schema ${version}, this one knows ${supported}). Update ac-reconcile.`
          })
        )
      }
      return Either.right({ _tag: "Ledger", version })
    } finally {
      database.close()
    }
  } catch (error) {
    return Either.left(fromSqlite(file, error))
  }
}
