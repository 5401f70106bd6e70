import * as fs from "node:fs"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"

/** Every operation on files, as the system provides it; each throws the system's errors. */
export interface Operations {
  readonly stat: (path: string) => fs.BigIntStats
  readonly lstat: (path: string) => fs.BigIntStats
  readonly fstat: (descriptor: number) => fs.BigIntStats
  readonly realpath: (path: string) => string
  readonly readlink: (path: string) => string
  readonly list: (folder: string) => ReadonlyArray<string>
  readonly makeFolder: (path: string, mode: number) => void
  readonly removeFolder: (path: string) => void
  readonly open: (path: string, flags: number, mode: number) => number
  /** Starts where the last one ended, unless a position is given. */
  readonly read: (descriptor: number, bytes: Uint8Array, position?: number) => number
  readonly write: (descriptor: number, bytes: Uint8Array) => Promise<number>
  readonly flush: (descriptor: number) => Promise<void>
  readonly chmod: (descriptor: number, mode: number) => void
  readonly chmodPath: (path: string, mode: number) => void
  readonly chown: (descriptor: number, user: number, group: number) => void
  readonly setTimes: (descriptor: number, seconds: number) => void
  readonly close: (descriptor: number) => void
  readonly copy: (from: string, to: string) => void
  readonly link: (from: string, to: string) => void
  readonly rename: (from: string, to: string) => void
  readonly remove: (path: string) => void
}

const ofThisMachine: Operations = {
  stat: (path) => fs.statSync(path, { bigint: true }),
  lstat: (path) => fs.lstatSync(path, { bigint: true }),
  fstat: (descriptor) => fs.fstatSync(descriptor, { bigint: true }),
  // The native one follows `link/..` as the system does; the other shortens the text first.
  realpath: fs.realpathSync.native,
  readlink: (path) => fs.readlinkSync(path),
  list: (folder) => fs.readdirSync(folder),
  makeFolder: (path, mode) => fs.mkdirSync(path, mode),
  removeFolder: (path) => fs.rmdirSync(path),
  open: fs.openSync,
  read: (descriptor, bytes, position) => fs.readSync(descriptor, bytes, 0, bytes.length, position ?? null),
  write: (descriptor, bytes) =>
    new Promise((resolve, reject) =>
      fs.write(descriptor, bytes, (error, written) => (error === null ? resolve(written) : reject(error)))
    ),
  flush: (descriptor) =>
    new Promise((resolve, reject) =>
      fs.fsync(descriptor, (error) => (error === null ? resolve() : reject(error)))
    ),
  chmod: fs.fchmodSync,
  chmodPath: fs.chmodSync,
  chown: fs.fchownSync,
  setTimes: (descriptor, seconds) => fs.futimesSync(descriptor, seconds, seconds),
  close: fs.closeSync,
  copy: (from, to) => fs.copyFileSync(from, to),
  link: fs.linkSync,
  rename: fs.renameSync,
  remove: fs.unlinkSync
}

/** The disk that outputs are written to: this machine's, unless a test puts one that fails in its place. */
export class Disk extends Context.Reference<Disk>()("ac-reconcile/Disk", {
  defaultValue: () => ofThisMachine
}) {}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EDQUOT: "your disk quota is used up",
  EFBIG: "it would exceed the largest file size allowed here",
  EIO: "the disk reports an error",
  EISDIR: "its name is that of a folder",
  ELOOP: "its links form a loop",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "its name is too long",
  ENFILE: "too many files are open",
  ENOENT: "its folder does not exist",
  ENOSPC: "the disk is full",
  ENOTDIR: "its folder is a file",
  ENXIO: "nothing reads it",
  EPERM: "not permitted",
  EROFS: "its disk is read-only",
  // On Windows, no other program can replace or remove most files that are open.
  ...(process.platform === "win32" &&
    Object.fromEntries(
      ["EACCES", "EBUSY", "EPERM"].map((code) => [code, "not permitted, or another program has it open"])
    ))
}

/** An error of the system, with its code and in words. */
export class DiskError extends Data.TaggedError("DiskError")<{
  readonly code: string
  readonly detail: string
}> {
  get reason(): string {
    const words = reasons[this.code]
    return words === undefined ? this.detail : `${words}, ${this.code}`
  }

  static of(cause: unknown): DiskError {
    const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : ""
    return new DiskError({ code, detail: cause instanceof Error ? cause.message : String(cause) })
  }
}

export const use = <A>(operation: (disk: Operations) => A): Effect.Effect<A, DiskError> =>
  Effect.flatMap(Disk, (disk) => Effect.try({ try: () => operation(disk), catch: DiskError.of }))

/** Like `use`, with nothing if the file does not exist. */
export const ifThere = <A>(operation: (disk: Operations) => A): Effect.Effect<A | undefined, DiskError> =>
  Effect.catchIf(
    use(operation),
    ({ code }) => code === "ENOENT",
    () => Effect.succeed(undefined)
  )

/** Like `use`, for slow operations; not interrupted halfway, because the descriptor may be closed right after. */
export const wait = <A>(operation: (disk: Operations) => Promise<A>): Effect.Effect<A, DiskError> =>
  Effect.flatMap(Disk, (disk) =>
    Effect.uninterruptible(Effect.tryPromise({ try: () => operation(disk), catch: DiskError.of }))
  )

/** A descriptor for as long as the scope lasts. */
export const opened = (path: string, flags: number, mode = 0) =>
  Effect.acquireRelease(
    use((disk) => disk.open(path, flags, mode)),
    (descriptor) => Effect.ignore(use((disk) => disk.close(descriptor)))
  )

/** Makes changes in a folder reach the disk, so that they survive a power cut. */
export const flushFolder = (folder: string): Effect.Effect<void> =>
  // Some systems and file systems cannot flush a folder.
  Effect.ignore(
    Effect.scoped(
      Effect.flatMap(opened(folder, fs.constants.O_RDONLY), (descriptor) =>
        wait((disk) => disk.flush(descriptor))
      )
    )
  )

export const writeAll = (descriptor: number, bytes: Uint8Array): Effect.Effect<void, DiskError> =>
  bytes.length === 0
    ? Effect.void
    : Effect.flatMap(
        wait((disk) => disk.write(descriptor, bytes)),
        (written) => writeAll(descriptor, bytes.subarray(written))
      )
