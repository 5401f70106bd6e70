import { constants } from "node:fs"
import { isatty } from "node:tty"
import * as Effect from "effect/Effect"
import { type DiskError, opened, use } from "./Disk.js"
import { OutputError, OutputRefused } from "./OutputError.js"
import {
  descriptor,
  follow,
  followed,
  type Identity,
  isSame,
  isSamePath,
  type Place,
  pathOf
} from "./Place.js"
import { sweep } from "./Unfinished.js"

/** A file that the command reads or works on, and that none of its outputs may touch. */
export interface Input {
  /** As named, or `-` for standard input. */
  readonly name: string
  /** Finishes the sentence "it is …". */
  readonly is: string
}

/** Where an output goes, once it is known that it destroys nothing. */
export type Target =
  /** A file that is either complete or unchanged: `path` is free, or an ordinary file, which is replaced. */
  | { readonly _tag: "File"; readonly name: string; readonly path: string; readonly hint: string }
  /** Something to write into directly: a FIFO, a character device, an open descriptor. */
  | {
      readonly _tag: "Stream"
      readonly name: string
      readonly place: Exclude<Place, { readonly _tag: "Absent" }>
      readonly hint: string
    }

export interface Options {
  /** The option that names the output. */
  readonly option?: string
  readonly inputs: ReadonlyArray<Input>
}

const hintFor = (option: string | undefined) =>
  option === undefined ? "Name another file." : `Name another file with ${option} FILE.`

const besideSqlite = ["-wal", "-shm", "-journal"]

/** The first bytes of a database, of its write-ahead log in either byte order, and of its rollback journal. */
const sqliteSigns: ReadonlyArray<readonly [hex: string, is: string]> = [
  [Buffer.from("SQLite format 3\0").toString("hex"), "a SQLite file"],
  ["377f0682", "the write-ahead log of a SQLite file"],
  ["377f0683", "the write-ahead log of a SQLite file"],
  ["d9d505f920a163d7", "the journal of a SQLite file"]
]

const firstBytes = (path: string) =>
  Effect.scoped(
    Effect.flatMap(opened(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)), (descriptor) =>
      use((disk) => {
        const bytes = Buffer.alloc(16)
        return bytes.toString("hex", 0, disk.read(descriptor, bytes))
      })
    )
  )

/** Which kind of SQLite file it is, by its first bytes. */
const sqliteOf = (path: string): Effect.Effect<string | undefined, DiskError> =>
  Effect.map(firstBytes(path), (bytes) => sqliteSigns.find(([sign]) => bytes.startsWith(sign))?.[1])

const orNothing = Effect.orElseSucceed(() => undefined)

/** The name of the database that SQLite would keep a file of this name beside. */
const databaseBehind = (path: string): string | undefined => {
  const suffix = besideSqlite.find((ending) => path.endsWith(ending))
  return suffix === undefined ? undefined : path.slice(0, -suffix.length)
}

const beside = "a file that SQLite keeps next to its database"

const standardInput: Effect.Effect<Place | undefined> = Effect.orElseSucceed(descriptor(0), () => undefined)

const isOneOf = (place: Place, path: string | undefined, identity: Identity | undefined) => {
  if (place._tag === "Absent") return path !== undefined && isSamePath(place.path, path)
  const isFile = place.kind === "file" || place.kind === "fifo"
  return isFile && identity !== undefined && isSame(place.identity, identity)
}

/** Which of the command's inputs a place is, or a file that SQLite keeps next to one. */
const inputAt = (place: Place, inputs: ReadonlyArray<Input>) =>
  Effect.gen(function* () {
    const path = pathOf(place)
    for (const { is, name } of inputs) {
      const input = yield* name === "-" ? standardInput : followed(name)
      if (input === undefined) continue
      const inputPath = pathOf(input)
      if (isOneOf(place, inputPath, input._tag === "Absent" ? undefined : input.identity)) return is
      for (const ending of inputPath === undefined ? [] : besideSqlite) {
        const kept = `${inputPath}${ending}`
        if (path !== undefined && isSamePath(path, kept)) return beside
        const there = yield* followed(kept)
        if (isOneOf(place, kept, there?._tag === "Present" ? there.identity : undefined)) return beside
      }
    }
    return undefined
  })

/** Which kind of SQLite file a place is. This opens the file, so this process must not have it open already. */
const sqliteAt = (place: Place) =>
  Effect.gen(function* () {
    if (place._tag === "Descriptor") {
      // A shell may have opened a file for us that we cannot open ourselves.
      return place.kind === "file" ? yield* orNothing(sqliteOf(`/dev/fd/${place.descriptor}`)) : undefined
    }
    if (place._tag === "Present" && place.kind === "file") {
      // A file that cannot be inspected may be anything.
      const is = yield* Effect.catchAll(sqliteOf(place.path), ({ reason }) =>
        Effect.succeed(`a file that cannot be inspected (${reason})`)
      )
      if (is !== undefined) return is
    }
    const database = databaseBehind(place.path)
    return database !== undefined && (yield* orNothing(sqliteOf(database))) !== undefined ? beside : undefined
  })

const neverWritten: Readonly<Record<string, string>> = {
  folder: "a folder",
  blocks: "a block device",
  socket: "a socket"
}

/** Why nothing may be written to a place; undefined if writing is allowed. */
export const objectionTo = (place: Place, inputs: ReadonlyArray<Input>): Effect.Effect<string | undefined> =>
  Effect.gen(function* () {
    const input = yield* inputAt(place, inputs)
    if (input !== undefined) return input
    // A descriptor may be a socket: a parent process may have used one as a pipe.
    const never =
      place._tag === "Present" || (place._tag === "Descriptor" && place.kind !== "socket")
        ? neverWritten[place.kind]
        : undefined
    return never ?? (yield* sqliteAt(place))
  })

const shown = (name: string) => (name === "-" ? "standard output" : name.trim() === "" ? `'${name}'` : name)

/** Why an output could not be written, under the name that was typed. */
export const outputFailed =
  (target: { readonly name: string; readonly hint: string }) => (error: DiskError) =>
    new OutputError({
      file: shown(target.name),
      reason: error.reason,
      hint:
        error.code === "ENOSPC" || error.code === "EDQUOT"
          ? `Free some space, or ${target.hint.charAt(0).toLowerCase()}${target.hint.slice(1)}`
          : target.hint
    })

/**
 * Checks the name of an output before anything is read or written. `-` is standard output. Call this before a ledger is
 * opened: inspecting a file that SQLite has open would drop its locks.
 */
export const outputTo = (
  name: string,
  { inputs, option }: Options
): Effect.Effect<Target, OutputError | OutputRefused> =>
  Effect.gen(function* () {
    const hint = hintFor(option)
    const refuse = (is: string) => new OutputRefused({ file: shown(name), is, hint })
    if (name.trim() === "") return yield* refuse("an empty name")
    const place = yield* Effect.mapError(
      name === "-" ? descriptor(1) : follow(name),
      outputFailed({ name, hint })
    )
    const objection = yield* objectionTo(place, inputs)
    if (objection !== undefined) return yield* refuse(objection)
    if (place._tag === "Descriptor" || (place._tag === "Present" && place.kind !== "file")) {
      return { _tag: "Stream", name, place, hint }
    }
    yield* sweep(place.path)
    return { _tag: "File", name, path: place.path, hint }
  })

/** Whether an output goes to standard output or standard error, under whatever name. */
export const isStandardOutput = (target: Target): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    const place = target._tag === "Stream" ? target.place : yield* followed(target.path)
    if (place === undefined || place._tag === "Absent") return false
    if (place._tag === "Descriptor" && (place.descriptor === 1 || place.descriptor === 2)) return true
    // The terminal of the process has its own name, and /dev/null keeps nothing that could be mixed up.
    if (place._tag === "Present" && place.path === "/dev/tty") return isatty(1)
    if (place._tag === "Present" && place.path === "/dev/null") return false
    const standard = yield* Effect.orElseSucceed(descriptor(1), () => undefined)
    return standard?._tag === "Descriptor" && isSame(place.identity, standard.identity)
  })
