import type { BigIntStats } from "node:fs"
import { basename, dirname, isAbsolute, join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import { DiskError, type Operations, use } from "./Disk.js"

/** Which file it is, whatever it is called: names differ by links, case and the way they are written. */
export interface Identity {
  readonly device: bigint
  readonly inode: bigint
}

export type Kind = "file" | "folder" | "fifo" | "characters" | "blocks" | "socket"

/** What a name leads to once all links are followed. */
export type Place =
  | { readonly _tag: "Absent"; readonly path: string }
  | {
      readonly _tag: "Present"
      readonly path: string
      readonly kind: Kind
      readonly identity: Identity
      readonly stat: BigIntStats
    }
  /** An open descriptor of this process, as `/dev/stdout` and `/dev/fd/3` name them. */
  | {
      readonly _tag: "Descriptor"
      readonly descriptor: number
      readonly kind: Kind
      readonly identity: Identity
    }

const kindOf = (stat: BigIntStats): Kind => {
  if (stat.isFile()) return "file"
  if (stat.isDirectory()) return "folder"
  if (stat.isFIFO()) return "fifo"
  if (stat.isCharacterDevice()) return "characters"
  return stat.isBlockDevice() ? "blocks" : "socket"
}

const identityOf = ({ dev, ino }: BigIntStats): Identity => ({ device: dev, inode: ino })

export const isSame = (one: Identity, other: Identity): boolean =>
  one.device === other.device && one.inode === other.inode

/** If file systems usually treat `A.db` and `a.db` as one name, so do we for a file that does not exist yet. */
export const folded = (path: string) =>
  process.platform === "darwin" || process.platform === "win32" ? path.normalize("NFC").toLowerCase() : path

export const isSamePath = (one: string, other: string): boolean => folded(one) === folded(other)

const maxLinks = 40

const isCode = (error: unknown, code: string) => DiskError.of(error).code === code

const descriptorPlace = (disk: Operations, descriptor: number): Place => {
  const stat = disk.fstat(descriptor)
  return { _tag: "Descriptor", descriptor, kind: kindOf(stat), identity: identityOf(stat) }
}

const presentAt = (path: string, stat: BigIntStats): Place => ({
  _tag: "Present",
  path,
  kind: kindOf(stat),
  identity: identityOf(stat),
  stat
})

/** The number of one of our own descriptors, if the folder is the system's list of them. */
const ownDescriptor = (disk: Operations, folder: string, name: string): number | undefined => {
  if (!/^\d+$/.test(name)) return undefined
  if (folder === "/dev/fd") return Number(name)
  if (!/^\/proc\/\d+(\/task\/\d+)?\/fd$/.test(folder)) return undefined
  const own = disk.realpath("/proc/self/fd")
  return folder === own || folder.startsWith(`${dirname(own)}/task/`) ? Number(name) : undefined
}

const realFolder = (disk: Operations, path: string) => {
  try {
    return disk.realpath(path)
  } catch (error) {
    const isNone = isCode(error, "ENOENT") || isCode(error, "ENOTDIR")
    throw isNone && /[\\/]$/.test(path)
      ? Object.assign(new Error("no such folder"), { code: "EISDIR" })
      : error
  }
}

const followLinks = (disk: Operations, name: string): Place => {
  let path = name
  for (let links = 0; links < maxLinks; links += 1) {
    const last = basename(path)
    // A name written as a folder can only be a folder.
    if (/[\\/]$/.test(path) || last === "." || last === "..") {
      const real = realFolder(disk, path)
      return presentAt(real, disk.stat(real))
    }
    const folder = disk.realpath(dirname(path))
    const own = ownDescriptor(disk, folder, last)
    if (own !== undefined) return descriptorPlace(disk, own)
    const real = join(folder, last)
    let stat: BigIntStats
    try {
      stat = disk.lstat(real)
    } catch (error) {
      if (isCode(error, "ENOENT")) return { _tag: "Absent", path: real }
      throw error
    }
    if (!stat.isSymbolicLink()) return presentAt(real, stat)
    // What another process has open reads as a link, and may be a pipe, which has no name.
    if (/^\/proc\/\d+(\/task\/\d+)?\/fd$/.test(folder)) return presentAt(real, disk.stat(real))
    const target = disk.readlink(real)
    path = isAbsolute(target) ? target : `${folder}/${target}`
  }
  throw Object.assign(new Error("too many links"), { code: "ELOOP" })
}

export const follow = (name: string): Effect.Effect<Place, DiskError> =>
  use((disk) => followLinks(disk, /^([\\/]|[A-Za-z]:)/.test(name) ? name : `${resolve(".")}/${name}`))

export const descriptor = (number: number): Effect.Effect<Place, DiskError> =>
  use((disk) => descriptorPlace(disk, number))

/** Follows a name that may lead nowhere. */
export const followed = (name: string): Effect.Effect<Place | undefined> =>
  Effect.orElseSucceed(follow(name), () => undefined)

/** The path of a place; an open descriptor has none that would lead to the same file later. */
export const pathOf = (place: Place): string | undefined =>
  place._tag === "Descriptor" ? undefined : place.path
