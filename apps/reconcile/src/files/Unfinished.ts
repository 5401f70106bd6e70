import { createHash, randomBytes } from "node:crypto"
import { constants } from "node:fs"
import { basename, dirname, join } from "node:path"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import { DiskError, flushFolder, ifThere, opened, use, wait } from "./Disk.js"

/**
 * An unfinished file is in its own folder next to its place. Only its owner can read it, and nobody can guess its name.
 * Next to the content is a lock, which the system releases when the process ends. So the next command for the same place
 * knows, in any container and after any reboot, which files are abandoned, and deletes only those.
 */
const prefixOf = (path: string) => {
  const place = createHash("sha256").update(basename(path)).digest("hex").slice(0, 16)
  return `${unfinished}${place}-`
}

const unfinished = ".ac-reconcile-unfinished-"

const content = "content"
const lock = "lock"

/** Everything that this folder can contain; the lock is deleted last. */
const contents = [
  content,
  ...["-wal", "-shm", "-journal"].map((ending) => `${content}${ending}`),
  `${lock}-journal`,
  lock
]

/** Holds the lock until it is closed. */
const takeLock = (path: string, options: { readonly fileMustExist: boolean }) => {
  const database = new Sqlite(path, { timeout: 0, ...options })
  try {
    database.pragma("journal_mode = MEMORY")
    database.exec("BEGIN EXCLUSIVE")
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/**
 * Deletes our files in it and then the folder, which fails if anything else is in it. Files that cannot be deleted keep
 * their lock, so the next command recognises them.
 */
const takeAway = (folder: string) =>
  Effect.forEach(contents, (name) => ifThere((disk) => disk.remove(join(folder, name))), {
    discard: true
  }).pipe(Effect.zipRight(use((disk) => disk.removeFolder(folder))), Effect.ignore)

/** Deletes an abandoned folder; one that is in use, or has files we never make, is left alone. */
const takeAwayAbandoned = (folder: string) =>
  Effect.gen(function* () {
    const isOurs = yield* use((disk) => {
      const names = disk.list(folder)
      return (
        disk.lstat(folder).isDirectory() &&
        names.every((name) => contents.includes(name) && disk.lstat(join(folder, name)).isFile()) &&
        (names.length === 0 || names.includes(lock))
      )
    })
    if (!isOurs) return
    const isEmpty = yield* use((disk) => disk.list(folder).length === 0)
    if (isEmpty) return yield* use((disk) => disk.removeFolder(folder))
    yield* Effect.acquireUseRelease(
      Effect.try(() => takeLock(join(folder, lock), { fileMustExist: true })),
      () => takeAway(folder),
      (database) => Effect.sync(() => database.close())
    )
    // Windows removes no lock that is open.
    if (process.platform === "win32") yield* takeAway(folder)
  })

/** Deletes unfinished files that killed commands left for a place. */
export const sweep = (path: string): Effect.Effect<void> =>
  use((disk) => disk.list(dirname(path))).pipe(
    Effect.flatMap((names) => {
      const any = names.filter((name) => name.startsWith(unfinished))
      // Most folders have none, and Node's cryptography takes time to load.
      const prefix = any.length === 0 ? "" : prefixOf(path)
      const left = any.filter(
        (name) => name.startsWith(prefix) && /^[0-9a-f]{32}$/.test(name.slice(prefix.length))
      )
      return Effect.forEach(left, (name) => Effect.ignore(takeAwayAbandoned(join(dirname(path), name))), {
        discard: true
      })
    }),
    // A folder that cannot be listed blocks nobody: its leftovers stay.
    Effect.ignore
  )

interface Locked {
  readonly folder: string
  readonly release: () => void
}

const attempts = 5

/** A folder with its lock taken; made again if another command deleted it first. */
const locked = (path: string, attempt = 1): Effect.Effect<Locked, DiskError> =>
  Effect.gen(function* () {
    const folder = join(dirname(path), `${prefixOf(path)}${randomBytes(16).toString("hex")}`)
    yield* use((disk) => disk.makeFolder(folder, 0o700))
    const taken = yield* Effect.either(
      Effect.try({
        try: () => takeLock(join(folder, lock), { fileMustExist: false }),
        catch: DiskError.of
      })
    )
    const isThere = yield* Effect.orElseSucceed(
      use((disk) => disk.lstat(join(folder, lock)).isFile()),
      () => false
    )
    if (Either.isRight(taken) && isThere) return { folder, release: () => taken.right.close() }
    if (Either.isRight(taken)) taken.right.close()
    // If the file system has no locks, the folder does without.
    if (Either.isLeft(taken) && isThere && taken.left.code !== "SQLITE_BUSY")
      return { folder, release: () => {} }
    yield* takeAway(folder)
    return attempt < attempts
      ? yield* locked(path, attempt + 1)
      : yield* Either.isLeft(taken)
          ? taken.left
          : new DiskError({ code: "EBUSY", detail: "another program removes unfinished files" })
  })

/**
 * A new, empty file that will be named `path` in the end. It is deleted with the scope unless it was given its name. Only
 * its owner can read it.
 */
export const make = (path: string): Effect.Effect<string, DiskError, Scope.Scope> =>
  Effect.gen(function* () {
    yield* sweep(path)
    const { folder } = yield* Effect.acquireRelease(locked(path), ({ folder, release }) =>
      Effect.zipRight(Effect.sync(release), takeAway(folder))
    )
    const file = join(folder, content)
    yield* Effect.scoped(
      Effect.flatMap(
        opened(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600),
        (descriptor) => use((disk) => disk.chmod(descriptor, 0o600))
      )
    )
    return file
  })

/** Makes all of a file reach the disk. */
export const flush = (file: string) =>
  Effect.scoped(
    Effect.flatMap(opened(file, constants.O_RDWR), (descriptor) => wait((disk) => disk.flush(descriptor)))
  )

/** Gives a finished file its name, replacing an ordinary file if there is one. */
export const nameOver = (file: string, path: string): Effect.Effect<void, DiskError> =>
  Effect.zipRight(
    use((disk) => disk.rename(file, path)),
    flushFolder(dirname(path))
  )

/** Gives a finished file its name unless the name is taken. Returns whether it got it. */
export const nameNew = (file: string, path: string): Effect.Effect<boolean, DiskError> =>
  use((disk) => {
    try {
      disk.link(file, path)
      return true
    } catch (error) {
      if (DiskError.of(error).code === "EEXIST") return false
      // The file system may have no links; then only a look can tell whether the name is free.
      try {
        disk.lstat(path)
        return false
      } catch (absent) {
        if (DiskError.of(absent).code !== "ENOENT") throw absent
        disk.rename(file, path)
        return true
      }
    }
  }).pipe(Effect.tap((named) => (named ? flushFolder(dirname(path)) : Effect.void)))
