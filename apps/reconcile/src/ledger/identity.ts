import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs"
import { dirname } from "node:path"
import * as Either from "effect/Either"
import { LedgerError } from "./LedgerError.js"

/** "ACrc" in ASCII: marks a SQLite file as a ledger, for `file(1)` and for us. */
export const applicationId = 0x41437263

/** What a file is, found out without changing a byte of it. */
export type Identity = { readonly _tag: "New" } | { readonly _tag: "Ledger"; readonly version: number }

// Where SQLite's file format keeps them, big-endian, in the first 100 bytes.
const headerSize = 100
const userVersionAt = 60
const applicationIdAt = 68

const headerOf = (descriptor: number) => {
  const header = Buffer.alloc(headerSize)
  const read = readSync(descriptor, header, 0, headerSize, 0)
  return read === headerSize && header.toString("latin1", 0, 15) === "SQLite format 3" ? header : undefined
}

const judge = (file: string, descriptor: number, supported: number): Either.Either<Identity, LedgerError> => {
  const refuse = (kind: LedgerError["kind"], reason: string) =>
    Either.left(new LedgerError({ file, kind, reason }))
  const stat = fstatSync(descriptor)
  if (stat.isDirectory()) return refuse("unusable", "it is a folder. Name a file with --db FILE.")
  if (stat.size === 0) return Either.right({ _tag: "New" })
  const header = headerOf(descriptor)
  if (header === undefined) return refuse("foreign", "it is not a SQLite file. Name another with --db FILE.")
  if (header.readUInt32BE(applicationIdAt) !== applicationId) {
    return refuse(
      "foreign",
      "it is a SQLite file of another program. It was left as it is; name another with --db FILE."
    )
  }
  const version = header.readUInt32BE(userVersionAt)
  return version > supported
    ? refuse(
        "newer",
        `it was written by a newer ac-reconcile (schema ${version}, this one knows ${supported}). Update ac-reconcile.`
      )
    : Either.right({ _tag: "Ledger", version })
}

/**
 * Looks at a file's header before SQLite opens it: opening a foreign file could already change it, and a
 * read-only connection cannot recover a file of ours whose writer was killed.
 */
export const identify = (file: string, supported: number): Either.Either<Identity, LedgerError> => {
  if (file === ":memory:") return Either.right({ _tag: "New" })
  if (!existsSync(file)) {
    if (existsSync(dirname(file))) return Either.right({ _tag: "New" })
    const reason = "its folder does not exist. Create it, or name another file with --db FILE."
    return Either.left(new LedgerError({ file, kind: "unusable", reason }))
  }
  let descriptor: number
  try {
    descriptor = openSync(file, "r")
  } catch {
    const reason = "it cannot be opened. Check the permissions, or name another file with --db FILE."
    return Either.left(new LedgerError({ file, kind: "unusable", reason }))
  }
  try {
    return judge(file, descriptor, supported)
  } finally {
    closeSync(descriptor)
  }
}
