import { createHash, randomBytes } from "node:crypto"
import { constants } from "node:fs"
import { basename, dirname, join } from "node:path"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import { DiskError, flushFolder, opened, use, wait } from "./Disk.js"

/**
 * A file that is not finished lives in a folder of its own beside its place. Only its owner may look into it, nobody
 * can guess its name, and beside the content it holds a lock, which the system takes away from a process that is gone.
 * So the next command for the same place knows, in whatever container or after whatever reboot, what nobody works on
 * any more, and takes away that and nothing else.
 */
const prefixOf = (path: string) => {
  const place = createHash("sha256").update(basename(path)).digest("hex").slice(0, 16)
  return `.ac-reconcile-unfinished-${place}-`
}

const content = "content"
const lock = "lock"

/** All that such a folder can hold; the lock is the last to go. */
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

const removeIfThere = (path: string) =>
  Effect.catchIf(
    use((disk) => disk.remove(path)),
    ({ code }) => code === "ENOENT",
    () => Effect.void
  )

/**
 * Takes away what it holds of ours and then the folder, which fails where it holds anything else. What cannot be taken
 * away keeps its lock beside it, by which the next command knows it.
 */
const takeAway = (folder: string) =>
  Effect.forEach(contents, (name) => removeIfThere(join(folder, name)), { discard: true }).pipe(
    Effect.zipRight(use((disk) => disk.removeFolder(folder))),
    Effect.ignore
  )

/** Takes an abandoned folder away; one that is worked on, or holds what we never make, is left alone. */
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
  })

/** Takes away what commands that were killed have left unfinished for a place. */
export const sweep = (path: string): Effect.Effect<void> =>
  use((disk) => disk.list(dirname(path))).pipe(
    Effect.flatMap((names) => {
      const prefix = prefixOf(path)
      const left = names.filter(
        (name) => name.startsWith(prefix) && /^[0-9a-f]{32}$/.test(name.slice(prefix.length))
      )
      return Effect.forEach(left, (name) => Effect.ignore(takeAwayAbandoned(join(dirname(path), name))), {
        discard: true
      })
    }),
    // A folder that cannot be listed holds up nobody: what was left in it stays.
    Effect.ignore
  )

interface Locked {
  readonly folder: string
  readonly release: () => void
}

const attempts = 5

/** A folder with its lock taken; made again where somebody swept it before that. */
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
    // Where the file system knows no locks, the folder does without.
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
 * A new, empty file, for what shall be at `path` in the end, that goes with the scope unless it was given a name.
 * Nobody but its owner can read it.
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

/** Has all of a file reach the disk. */
export const flush = (file: string) =>
  Effect.scoped(
    Effect.flatMap(opened(file, constants.O_RDWR), (descriptor) => wait((disk) => disk.flush(descriptor)))
  )

/** Gives a finished file its name in the place of an ordinary file, or where there is none. */
export const nameOver = (file: string, path: string): Effect.Effect<void, DiskError> =>
  Effect.zipRight(
    use((disk) => disk.rename(file, path)),
    flushFolder(dirname(path))
  )

/** Gives a finished file its name, unless something has that name already. Whether it got it. */
export const nameNew = (file: string, path: string): Effect.Effect<boolean, DiskError> =>
  use((disk) => {
    try {
      disk.link(file, path)
      return true
    } catch (error) {
      if (DiskError.of(error).code === "EEXIST") return false
      // The file system may know no links; then nothing but a look can tell whether the name is free.
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
