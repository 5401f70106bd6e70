import { constants } from "node:fs"
import * as Effect from "effect/Effect"
import { type DiskError, opened, use } from "../../files/Disk.js"
import { follow, pathOf } from "../../files/Place.js"
import { LedgerError } from "../LedgerError.js"

/** "ACrc" in ASCII: marks a SQLite file as a ledger, also for `file(1)`. */
export const applicationId = 0x41437263

/** What a file is, found out without changing it. */
export type Identity =
  | {
      readonly _tag: "New"
      /** Where to create it, all links followed; undefined if an empty file is already there. */
      readonly path: string | undefined
    }
  | { readonly _tag: "Ledger"; readonly version: number; readonly path: string }

// Where SQLite's file format keeps them, big-endian, in the first 100 bytes.
const headerSize = 100
const userVersionAt = 60
const applicationIdAt = 68

const kinds = {
  folder: "a folder",
  fifo: "a FIFO",
  characters: "a character device",
  blocks: "a block device",
  socket: "a socket"
} as const

const headerOf = (path: string) =>
  Effect.scoped(
    Effect.flatMap(opened(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)), (descriptor) =>
      use((disk) => {
        const header = Buffer.alloc(headerSize)
        const read = disk.read(descriptor, header)
        return read === headerSize && header.toString("latin1", 0, 15) === "SQLite format 3"
          ? header
          : undefined
      })
    )
  )

/** A log or journal of another database, which SQLite would write into a new one of this name. */
export const strayBeside = (
  path: string,
  endings = ["-wal", "-journal"]
): Effect.Effect<string | undefined> =>
  Effect.map(
    Effect.filter(endings, (ending) =>
      Effect.orElseSucceed(
        use((disk) => disk.stat(`${path}${ending}`).size > 0n),
        () => false
      )
    ),
    ([ending]) => (ending === undefined ? undefined : `${path}${ending}`)
  )

/** Names of files that SQLite keeps beside a database, and deletes or overwrites. */
const ownedBySqlite = /.-(?:wal|shm|journal)$/i

/**
 * Reads a file's header before SQLite opens it: opening a foreign file could already change it, and a read-only connection
 * cannot recover a ledger whose writer was killed.
 */
export const identify = (file: string, supported: number): Effect.Effect<Identity, LedgerError> =>
  Effect.gen(function* () {
    if (file === ":memory:") return { _tag: "New", path: undefined } as const
    const refuse = (kind: LedgerError["kind"], reason: string) => new LedgerError({ file, kind, reason })
    const unusable = ({ code }: DiskError) =>
      code === "ENOENT"
        ? refuse("unusable", "its folder does not exist. Create it, or name another file with --db FILE.")
        : code === "EISDIR"
          ? refuse("unusable", "its name ends like that of a folder. Name a file with --db FILE.")
          : refuse(
              "unusable",
              "it cannot be opened. Check the permissions, or name another file with --db FILE."
            )
    const place = yield* Effect.mapError(follow(file), unusable)
    const stray = (log: string) =>
      refuse(
        "unusable",
        `${log} is there without its database, and may contain its last changes. Put the database back beside it, or move it away.`
      )
    const misnamed = ownedBySqlite.exec(pathOf(place) ?? "")?.[0].slice(1)
    const isMisnamed = refuse(
      "misnamed",
      `a ledger cannot have a name that ends in ${misnamed}, which SQLite reserves for files of another database. Name another with --db FILE.`
    )
    if (place._tag === "Absent") {
      if (misnamed !== undefined) return yield* isMisnamed
      const log = yield* strayBeside(place.path)
      return log === undefined ? ({ _tag: "New", path: place.path } as const) : yield* stray(log)
    }
    if (place.kind !== "file") {
      return yield* refuse("unusable", `it is ${kinds[place.kind]}. Name a file with --db FILE.`)
    }
    const { size } = yield* Effect.mapError(
      use((disk) => disk.stat(file)),
      unusable
    )
    if (size === 0n) {
      if (misnamed !== undefined) return yield* isMisnamed
      // An empty database may have the journal of a process that was killed as it began to fill it.
      const log = yield* strayBeside(pathOf(place) ?? file, ["-wal"])
      return log === undefined ? ({ _tag: "New", path: undefined } as const) : yield* stray(log)
    }
    const header = yield* Effect.mapError(headerOf(file), unusable)
    if (header === undefined) {
      return yield* refuse("foreign", "it is not a SQLite file. Name another with --db FILE.")
    }
    if (header.readUInt32BE(applicationIdAt) !== applicationId) {
      return yield* refuse(
        "foreign",
        "it is a SQLite file of another program. It was left as it is; name another with --db FILE."
      )
    }
    const version = header.readUInt32BE(userVersionAt)
    if (version > supported) {
      return yield* refuse(
        "newer",
        `it was written by a newer ac-reconcile (schema ${version}, this one knows ${supported}). Update ac-reconcile.`
      )
    }
    return { _tag: "Ledger", version, path: pathOf(place) ?? file } as const
  })
