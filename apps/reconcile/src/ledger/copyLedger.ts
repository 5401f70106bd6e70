import { closeSync, existsSync, fsyncSync, openSync, renameSync } from "node:fs"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { inTheMaking, nameNew, sweep } from "./inTheMaking.js"

const flush = (file: string) => {
  const descriptor = openSync(file, "r+")
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

const vacuumInto = (from: string, to: string) => {
  const database = new Sqlite(from, { readonly: true, fileMustExist: true })
  try {
    database.prepare("VACUUM INTO ?").run(to)
  } finally {
    database.close()
  }
}

/** Nobody works on a copy, whoever works on the ledger. */
const freeFromLease = (copy: string) => {
  const database = new Sqlite(copy, { fileMustExist: true })
  try {
    const has = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'writer_lease'").get()
    if (has !== undefined) database.exec("DELETE FROM writer_lease")
  } finally {
    database.close()
  }
}

/**
 * Copies a ledger as it stands at one instant, on a connection of its own, while others write to it. The copy
 * is one file without a `-wal` beside it. It is made beside its name and then named, so that it is there whole
 * or not at all. Returns false, and leaves everything as it was, where the name is taken and not to be replaced.
 *
 * The ledger itself is opened by SQLite alone: closing a descriptor of our own would drop SQLite's locks on it.
 */
export const copyLedger = (
  from: string,
  to: string,
  options: { readonly replace: boolean }
): Effect.Effect<boolean, { readonly cause: unknown }> =>
  Effect.try({
    try: () => {
      if (!options.replace && existsSync(to)) return false
      sweep(to)
      const made = inTheMaking(to)
      vacuumInto(from, made)
      freeFromLease(made)
      flush(made)
      if (!options.replace) return nameNew(made, to)
      renameSync(made, to)
      return true
    },
    catch: (cause) => ({ cause })
  }).pipe(
    Effect.ensuring(
      Effect.ignore(
        Effect.try(() => {
          sweep(to)
        })
      )
    )
  )
