import { chmodSync, copyFileSync, existsSync, realpathSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Reactivity from "@effect/experimental/Reactivity"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Unfinished from "../files/Unfinished.js"
import { identify } from "./identity.js"
import { codeOf, fromSqlite, LedgerError, messageOf } from "./LedgerError.js"
import { schemaVersion } from "./migrations.js"
import { OnMigration } from "./OnMigration.js"
import { OnPrivateCopy } from "./OnPrivateCopy.js"
import { openFile } from "./openFile.js"

export interface ReadOptions {
  /** Which schema is to be read: the program's own, or whichever the file has. */
  readonly schema: "own" | "any"
  /** What to say where there is no file. */
  readonly absent?: string
}

/**
 * Reading in WAL mode makes files beside the ledger, and only who may write can take them away again. So SQLite itself does
 * it once the reader has closed, and leaves them where anybody else has the ledger open.
 */
export const leavingNothing = (file: string): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.sync(() => existsSync(`${file}-wal`)),
      (wasThere) =>
        Effect.ignore(
          Effect.try(() => {
            if (wasThere || !existsSync(`${file}-wal`)) return
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

/** What SQLite says where it cannot make the files that reading in WAL mode takes. */
const needsFolder = (error: unknown) => /^SQLITE_(CANTOPEN|READONLY)/.test(codeOf(error))

/** Whether SQLite can read the file where it is. */
const isReadableInPlace = (file: string) =>
  Effect.try({
    try: () => {
      const database = new Sqlite(file, { readonly: true, fileMustExist: true })
      try {
        database.prepare("SELECT count(*) FROM sqlite_schema").get()
      } finally {
        database.close()
      }
      return true
    },
    catch: (error) => error
  }).pipe(
    Effect.catchAll((error) =>
      needsFolder(error) ? Effect.succeed(false) : Effect.fail(fromSqlite(file, error))
    )
  )

const parts = ["", "-wal", "-journal"]

const stateOf = (file: string) =>
  parts.map((part) => {
    const stat = statSync(`${file}${part}`, { bigint: true, throwIfNoEntry: false })
    return stat === undefined ? "" : `${stat.ino} ${stat.size} ${stat.mtimeNs}`
  })

const mostTries = 5

/** Copies the file with what SQLite has beside it, all of one moment. */
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

/** One file, for which SQLite needs no other beside it: so it can be unlinked as soon as it is open. */
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
        : "Set TMPDIR to a folder with enough room."
    }`
  })

/** One for all copies, so that whichever command reads next takes away what was left by one that was killed. */
const copyPlace = () => join(tmpdir(), "ac-reconcile-copy-of-a-ledger")

/** A copy in a folder that nobody else can look into; gone when the scope ends. */
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
 * The path under which a ledger can be read without a change to it: its own, or where that cannot be, or where its
 * schema is older than the one asked for, that of a private copy.
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
    const inPlace = yield* isReadableInPlace(file)
    const isOlder = options.schema === "own" && identity.version < schemaVersion
    if (inPlace && !isOlder) return file
    const tell = yield* OnPrivateCopy
    yield* tell({ file, why: isOlder ? "older" : "unwritable" })
    return yield* privateCopy(file, inPlace, options)
  })
