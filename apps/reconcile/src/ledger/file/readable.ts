import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Reactivity from "@effect/experimental/Reactivity"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { DiskError, ifThere, use } from "../../files/Disk.js"
import * as Unfinished from "../../files/Unfinished.js"
import { using } from "./connection.js"
import { identify } from "./identity.js"
import { codeOf, fromSqlite, isFull, LedgerError } from "../LedgerError.js"
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
const holdsLog = (file: string) =>
  Effect.map(
    ifThere((disk) => disk.stat(`${file}-wal`)),
    (log) => log !== undefined && log.size > 0n
  )

/**
 * Reading in WAL mode makes files beside the ledger, and only a writer can delete them. So SQLite does that once the reader
 * has closed, unless another process has the ledger open. What a killed writer left in the log is for the next writer, and
 * so is a log whose size cannot be read.
 */
export const leavingNothing = (file: string): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.orElseSucceed(holdsLog(file), () => true),
      (held) =>
        Effect.gen(function* () {
          const log = yield* ifThere((disk) => disk.stat(`${file}-wal`))
          if (held || log === undefined) return
          yield* Effect.try(() =>
            using(file, (database) => database.prepare("SELECT 1 FROM sqlite_schema").get())
          )
        }).pipe(Effect.ignore)
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
    try: () =>
      using(
        file,
        (database) => {
          database.prepare("SELECT count(*) FROM sqlite_schema").get()
          return undefined
        },
        { readonly: true }
      ),
    catch: (error) => error
  }).pipe(
    Effect.catchAll((error) => {
      const why = unreadableFor(file, error)
      return why === undefined ? Effect.fail(fromSqlite(file, error)) : Effect.succeed(why)
    })
  )

const parts = ["", "-wal", "-journal"]

const stateOf = (file: string) =>
  Effect.map(
    Effect.forEach(parts, (part) => ifThere((disk) => disk.stat(`${file}${part}`))),
    (stats) =>
      stats.map((stat) => (stat === undefined ? "" : `${stat.ino} ${stat.size} ${stat.mtimeNs}`)).join()
  )

const mostTries = 5

/** Copies the file with what SQLite keeps beside it, all from one moment. */
const copyParts = (file: string, copy: string) =>
  Effect.gen(function* () {
    for (let tries = 0; tries < mostTries; tries++) {
      const before = yield* stateOf(file)
      for (const part of parts) {
        yield* ifThere((disk) => disk.remove(`${copy}${part}`))
        yield* ifThere((disk) => {
          disk.copy(`${file}${part}`, `${copy}${part}`)
          disk.chmodPath(`${copy}${part}`, 0o600)
        })
      }
      if ((yield* stateOf(file)) === before) return
    }
    return yield* new DiskError({ code: "", detail: "another process keeps writing to it" })
  })

const vacuumInto = (file: string, copy: string) =>
  Effect.zipRight(
    Effect.try({
      try: () => using(file, (database) => database.prepare("VACUUM INTO ?").run(copy), { readonly: true }),
      catch: DiskError.of
    }),
    use((disk) => disk.chmodPath(copy, 0o600))
  )

/** One file that needs no other beside it, so that it can be unlinked as soon as it is open. */
const makeOneFile = (copy: string) => using(copy, (database) => database.pragma("journal_mode = DELETE"))

const copyFailed =
  (file: string) =>
  ({ code, detail }: DiskError) =>
    new LedgerError({
      file,
      kind: "unusable",
      reason: `it cannot be read where it is, and no temporary copy of it could be made in ${tmpdir()} (${detail}). ${
        code === "EACCES"
          ? "Check the permissions of the file, of the -wal beside it, and of that folder."
          : `Set ${process.platform === "win32" ? "TEMP" : "TMPDIR"} to a folder with enough room.`
      }`
    })

/** One folder for all copies, so that the next command that reads deletes what a killed one left. */
const copyPlace = () => join(tmpdir(), "ac-reconcile-copy-of-a-ledger")

/** A copy in a folder that nobody else can read. It is deleted when the scope ends. */
const privateCopy = (file: string, inPlace: boolean, options: ReadOptions) =>
  Effect.gen(function* () {
    const copied = Effect.gen(function* () {
      const copy = yield* Unfinished.make(copyPlace())
      if (inPlace) yield* vacuumInto(file, copy)
      else yield* copyParts(yield* use((disk) => disk.realpath(file)), copy)
      return copy
    })
    const copy = yield* Effect.mapError(copied, copyFailed(file))
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
