import { constants } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import { DiskError, opened, type Operations, use } from "../../files/Disk.js"
import { folded } from "../../files/Place.js"
import { type BytesRead, searchBytes } from "./fileBytes.js"
import type { Person } from "./person.js"
import type { Others } from "./search.js"

/** Files beside a ledger whose names begin with its name: SQLite's own, copies from before migrations, and other copies. */
export interface Beside {
  readonly read: ReadonlyArray<BytesRead & { readonly path: string }>
  /** Those that cannot be searched, and why: their bytes do not show their text, or they cannot be read. */
  readonly unsearched: ReadonlyArray<{ readonly path: string; readonly reason: string }>
}

const maxLinks = 40

const ifThere = <A>(look: () => A): A | undefined => {
  try {
    return look()
  } catch (error) {
    if (DiskError.of(error).code === "ENOENT") return undefined
    throw error
  }
}

/** The names of a file: the one that was typed and, if it is a link, all on the way to the file itself. */
const namesOf = (disk: Operations, file: string, left = maxLinks): ReadonlyArray<string> =>
  left > 0 && ifThere(() => disk.lstat(file))?.isSymbolicLink() === true
    ? [file, ...namesOf(disk, resolve(disk.realpath(dirname(file)), disk.readlink(file)), left - 1)]
    : [file]

/** Paths that begin with a name of the file and lead to other files. */
const pathsBeside = (disk: Operations, file: string): ReadonlyArray<string> => {
  const own = disk.realpath(file)
  const found = new Map<string, string>()
  for (const name of namesOf(disk, file)) {
    const folder = dirname(name)
    for (const other of disk.list(folder)) {
      const path = join(folder, other)
      const place = join(disk.realpath(folder), other)
      if (!folded(other).startsWith(folded(basename(name))) || found.has(place)) continue
      if (ifThere(() => disk.stat(path))?.isFile() !== true) continue
      if (disk.realpath(path) !== own) found.set(place, path)
    }
  }
  return [...found.values()].sort()
}

/** How files begin whose bytes do not show their text. */
const unreadable: ReadonlyArray<readonly [kind: string, first: string]> = [
  ["packed with gzip", "1f8b"],
  ["packed with compress", "1f9d"],
  ["packed with bzip2", "425a68"],
  ["packed with xz", "fd377a585a00"],
  ["packed with zstd", "28b52ffd"],
  ["packed with lz4", "04224d18"],
  ["packed with 7-Zip", "377abcaf271c"],
  ["packed with rar", "526172211a07"],
  ["packed with zip", "504b0304"],
  ["packed with zip", "504b0506"],
  ["encrypted with age", "6167652d656e6372797074696f6e2e6f7267"],
  ["encrypted with GnuPG", "2d2d2d2d2d424547494e20504750"],
  ["text in UTF-16", "fffe"],
  ["text in UTF-16", "feff"]
]

const unreadableKind = (path: string) =>
  Effect.scoped(
    Effect.flatMap(opened(path, constants.O_RDONLY), (descriptor) =>
      use((disk) => {
        const start = Buffer.alloc(32)
        const first = start.subarray(0, disk.read(descriptor, start)).toString("hex")
        return unreadable.find(([, begin]) => first.startsWith(begin))?.[0]
      })
    )
  )

type Searched = { readonly path: string } & (BytesRead | { readonly reason: string })

const searchFile = (path: string, person: Person, others: Others): Effect.Effect<Searched> =>
  Effect.gen(function* () {
    const kind = yield* unreadableKind(path)
    const found: Searched =
      kind === undefined
        ? { path, ...(yield* searchBytes(path, person, others)) }
        : { path, reason: `it is ${kind}` }
    return found
  }).pipe(Effect.catchAll(({ reason }) => Effect.succeed({ path, reason })))

/** Reads every file beside the ledger whose name begins with that of the ledger or of a link to it. */
export const searchBeside = (file: string, person: Person, others: Others): Effect.Effect<Beside> =>
  Effect.gen(function* () {
    const paths = yield* use((disk) => pathsBeside(disk, file))
    const searched = yield* Effect.forEach(paths, (path) => searchFile(path, person, others))
    return {
      read: searched.filter((one) => "bytes" in one),
      unsearched: searched.filter((one) => "reason" in one)
    }
  }).pipe(
    Effect.catchAll(({ reason }) =>
      Effect.succeed({ read: [], unsearched: [{ path: dirname(file), reason }] })
    )
  )
