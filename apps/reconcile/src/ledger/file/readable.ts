import { chmodSync, copyFileSync, existsSync, realpathSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Reactivity from "@effect/experimental/Reactivity"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Unfinished from "../../files/Unfinished.js"
import { identify } from "./identity.js"
import { codeOf, fromSqlite, isFull, LedgerError, messageOf } from "../LedgerError.js"
import { schemaVersion } from "../schema/migrations.js"
import { OnMigration, OnPrivateCopy } from "../Notices.js"
import { openFile } from "./openFile.js"

export interface ReadOptions {
  /** The schema to read: the program's own, or whichever the file has. */
  readonly schema: "own" | "any"
  /** What to say if there is no file. */
  readonly absent?: string
}

/** Whether the log beside a ledger holds anything. A killed reader leaves an empty one. */
const holdsLog = (file: string) => (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0

/**
 * Reading in WAL mode makes files beside the ledger, and only a writer can delete them. So SQLite does that once the reader
 * has closed, unless another process has the ledger open. What a killed writer left in the log is for the next writer.
 */
export const leavingNothing = (file: string): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.sync(() => holdsLog(file)),
      (held) =>
        Effect.ignore(
          Effect.try(() => {
            if (held || !existsSync(`${file}-wal`)) return
            const database = new Sqlite(file, { fileMustExist: true })
            try {
              database.prepare("SELECT 1 FROM sqlite_schema").get()
            } finally {
              database.close()
            }
          })
        )
    )
  )

/** Why SQLite cannot make the files that reading in WAL mode needs; undefined if the error is about something else. */
const unreadableFor = (file: string, error: unknown): "unwritable" | "full" | undefined => {
  if (/^SQLITE_(CANTOPEN|READONLY)/.test(codeOf(error))) return "unwritable"
  if (isFull(file, error)) return "full"
  return codeOf(error).startsWith("SQLITE_IOERR_SHM") ? "unwritable" : undefined
}

/** Why SQLite cannot read the file in its place; undefined if it can. */
const whyNotInPlace = (file: string) =>
  Effect.try({
    try: () => {
      const database = new Sqlite(file, { readonly: true, fileMustExist: true })
      try {
        database.prepare("SELECT count(*) FROM sqlite_schema").get()
      } finally {
        database.close()
      }
      return undefined
    },
    catch: (error) => error
  }).pipe(
    Effect.catchAll((error) => {
      const why = unreadableFor(file, error)
      return why === undefined ? Effect.fail(fromSqlite(file, error)) : Effect.succeed(why)
    })
  )

const parts = ["", "-wal", "-journal"]

const stateOf = (file: string) =>
  parts.map((part) => {
    const stat = statSync(`${file}${part}`, { bigint: true, throwIfNoEntry: false })
    return stat === undefined ? "" : `${stat.ino} ${stat.size} ${stat.mtimeNs}`
  })

const mostTries = 5

/** Copies the file with what SQLite keeps beside it, all from one moment. */
const copyParts = (file: string, copy: string) => {
  for (let tries = 0; tries < mostTries; tries++) {
    const before = stateOf(file)
    for (const part of parts) {
      rmSync(`${copy}${part}`, { force: true })
      if (!existsSync(`${file}${part}`)) continue
      copyFileSync(`${file}${part}`, `${copy}${part}`)
      chmodSync(`${copy}${part}`, 0o600)
    }
    if (stateOf(file).join() === before.join()) return
  }
  throw new Error("another process keeps writing to it")
}

const vacuumInto = (file: string, copy: string) => {
  const database = new Sqlite(file, { readonly: true, fileMustExist: true })
  try {
    database.prepare("VACUUM INTO ?").run(copy)
    chmodSync(copy, 0o600)
  } finally {
    database.close()
  }
}

/** One file that needs no other beside it, so that it can be unlinked as soon as it is open. */
const makeOneFile = (copy: string) => {
  const database = new Sqlite(copy, { fileMustExist: true })
  try {
    database.pragma("journal_mode = DELETE")
  } finally {
    database.close()
  }
}

const copyFailed = (file: string) => (error: unknown) =>
  new LedgerError({
    file,
    kind: "unusable",
    reason: `it cannot be read where it is, and no temporary copy of it could be made in ${tmpdir()} (${messageOf(error)}). ${
      codeOf(error) === "EACCES"
        ? "Check the permissions of the file, of the -wal beside it, and of that folder."
        : `Set ${process.platform === "win32" ? "TEMP" : "TMPDIR"} to a folder with enough room.`
    }`
  })

/** One folder for all copies, so that the next command that reads deletes what a killed one left. */
const copyPlace = () => join(tmpdir(), "ac-reconcile-copy-of-a-ledger")

/** A copy in a folder that nobody else can read. It is deleted when the scope ends. */
const privateCopy = (file: string, inPlace: boolean, options: ReadOptions) =>
  Effect.gen(function* () {
    const copy = yield* Effect.mapError(Unfinished.make(copyPlace()), ({ code, detail }) =>
      copyFailed(file)(Object.assign(new Error(detail), { code }))
    )
    yield* Effect.try({
      try: () => (inPlace ? vacuumInto(file, copy) : copyParts(realpathSync(file), copy)),
      catch: copyFailed(file)
    })
    if (options.schema === "own") {
      const asOurs = ({ kind, reason }: LedgerError) => new LedgerError({ file, kind, reason })
      yield* openFile(copy, { keepsCopy: false }).pipe(
        Effect.scoped,
        Effect.provideService(OnMigration, () => Effect.void),
        Effect.provide(Reactivity.layer),
        Effect.mapError(asOurs)
      )
    }
    yield* Effect.try({ try: () => makeOneFile(copy), catch: (error) => fromSqlite(file, error) })
    return copy
  })

/**
 * The path where a ledger can be read without changing it: its own, or that of a private copy if it cannot be read in its
 * place or its schema is older than the one asked for.
 */
export const readablePath = (
  file: string,
  options: ReadOptions
): Effect.Effect<string, LedgerError, Scope.Scope> =>
  Effect.gen(function* () {
    yield* Unfinished.sweep(copyPlace())
    const identity = yield* identify(file, schemaVersion)
    if (identity._tag === "New") {
      return yield* new LedgerError({
        file,
        kind: "absent",
        reason: options.absent ?? "there is no ledger there. Name another with --db FILE."
      })
    }
    const whyNot = yield* whyNotInPlace(file)
    const isOlder = options.schema === "own" && identity.version < schemaVersion
    const why = isOlder ? "older" : whyNot
    if (why === undefined) return file
    const tell = yield* OnPrivateCopy
    yield* tell({ file, why })
    return yield* privateCopy(file, whyNot === undefined, options)
  })
