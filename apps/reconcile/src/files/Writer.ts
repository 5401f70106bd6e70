import { constants, createWriteStream } from "node:fs"
import { Socket } from "node:net"
import type { Writable } from "node:stream"
import { isatty } from "node:tty"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { printableLines } from "../text/printable.js"
import { DiskError, opened, use, wait, writeAll } from "./Disk.js"
import { type OutputError, OutputRefused } from "./OutputError.js"
import { follow } from "./Place.js"
import * as Seal from "./Seal.js"
import { type Input, objectionTo, outputFailed, type Target } from "./Target.js"
import * as Unfinished from "./Unfinished.js"

/**
 * Nothing more can be written: the reader closed the pipe (`| head`), or standard output failed, which is reported at the
 * end.
 */
export class ReaderLeft extends Data.TaggedError("ReaderLeft") {}

export interface Writer {
  readonly write: (text: string) => Effect.Effect<void, OutputError | ReaderLeft>
  /** Gives a file its name. What is never finished leaves nothing. */
  readonly finish: Effect.Effect<void, OutputError | OutputRefused>
}

type Stream = Extract<Target, { readonly _tag: "Stream" }>

/** Opening a FIFO that nobody reads would block a thread, and not even a signal could end the command. */
const openedFifo = (path: string): Effect.Effect<number, DiskError> =>
  use((disk) => disk.open(path, constants.O_WRONLY | constants.O_NONBLOCK, 0)).pipe(
    Effect.catchIf(
      ({ code }) => code === "ENXIO",
      () => Effect.zipRight(Effect.sleep("50 millis"), openedFifo(path))
    )
  )

const socketOn = (descriptor: number) => new Socket({ fd: descriptor, readable: false, writable: true })

const closed = (stream: Writable) =>
  Effect.async<void>((resume) => {
    if (stream.destroyed) return resume(Effect.void)
    stream.once("close", () => resume(Effect.void))
    stream.destroy()
  })

/** A stream into an existing place. The process's own streams, and descriptors it was given, stay open. */
const streamInto = ({ place }: Stream): Effect.Effect<Writable, DiskError, Scope.Scope> => {
  if (place._tag === "Descriptor") {
    if (place.descriptor === 1) return Effect.succeed(process.stdout)
    if (place.descriptor === 2) return Effect.succeed(process.stderr)
    return Effect.try({
      try: () =>
        place.kind === "fifo" || place.kind === "socket"
          ? socketOn(place.descriptor)
          : createWriteStream("", { fd: place.descriptor, autoClose: false }),
      catch: DiskError.of
    })
  }
  return place.kind === "fifo"
    ? Effect.flatMap(openedFifo(place.path), (descriptor) =>
        Effect.acquireRelease(
          Effect.sync(() => socketOn(descriptor)),
          closed
        )
      )
    : Effect.acquireRelease(
        Effect.map(
          use((disk) => disk.open(place.path, constants.O_WRONLY | (constants.O_NOCTTY ?? 0), 0)),
          (descriptor) => createWriteStream("", { fd: descriptor })
        ),
        closed
      )
}

/** Whether somebody would look at what is written. */
const isTerminal = ({ place }: Stream): boolean =>
  place._tag === "Descriptor" ? isatty(place.descriptor) : /^\/dev\/(?:tty|console|pts\/)/.test(place.path)

const intoStream = (target: Stream): Effect.Effect<Writer, OutputError, Scope.Scope> =>
  Effect.map(Effect.mapError(streamInto(target), outputFailed(target)), (stream) => {
    // Each write gets its error; this listener keeps the error from ending the process.
    stream.on("error", () => {})
    const asShown = isTerminal(target) ? printableLines : (text: string) => text
    const write: Writer["write"] = (text) =>
      Effect.async<void, DiskError>((resume) => {
        stream.write(asShown(text), (error) =>
          resume(error === null || error === undefined ? Effect.void : Effect.fail(DiskError.of(error)))
        )
      }).pipe(
        Effect.mapError((error) =>
          error.code === "EPIPE" || stream === process.stdout ? new ReaderLeft() : outputFailed(target)(error)
        )
      )
    return { write, finish: Effect.void }
  })

/** The new file gets the mode and, if possible, the owner of the file it replaces. */
const asReplaced = (descriptor: number, path: string) =>
  use((disk) => {
    const old = disk.lstat(path)
    const own = disk.fstat(descriptor)
    let mode = Number(old.mode & 0o7777n)
    if (own.uid !== old.uid || own.gid !== old.gid) {
      try {
        disk.chown(descriptor, Number(old.uid), Number(old.gid))
      } catch {
        // Our group must not get rights that only another group had, except those that everybody has.
        if (own.gid !== old.gid) mode &= ~0o070 | ((mode & 0o007) << 3)
      }
    }
    disk.chmod(descriptor, mode)
  }).pipe(
    Effect.catchIf(
      ({ code }) => code === "ENOENT",
      () => Effect.void
    )
  )

export interface Content {
  readonly write: (text: string) => Effect.Effect<void, DiskError>
  /** Readies the content for its name: that of a file whose place it takes, or of none. */
  readonly complete: (name: string, standing: "free" | "replaced") => Effect.Effect<void, DiskError>
  readonly file: string
}

/**
 * Texts as bytes that are valid until the next one. New memory for each piece of a long output would cost garbage
 * collection.
 */
const encoder = () => {
  const encoder = new TextEncoder()
  let room = new Uint8Array()
  return (text: string): Uint8Array => {
    // A UTF-16 unit takes at most three bytes, and a surrogate pair takes four.
    if (room.length < 3 * text.length) room = new Uint8Array(3 * text.length)
    return room.subarray(0, encoder.encodeInto(text, room).written)
  }
}

/** The content for `path`, written next to it. A sealed file can be recognised by a later command. */
export const content = (
  path: string,
  options: { readonly sealed: boolean }
): Effect.Effect<Content, DiskError, Scope.Scope> =>
  Effect.gen(function* () {
    const file = yield* Unfinished.make(path)
    const descriptor = yield* opened(file, constants.O_WRONLY)
    const encode = encoder()
    const sum = Seal.checksum()
    return {
      file,
      write: (text) => {
        const bytes = encode(text)
        if (options.sealed) sum.update(bytes)
        return writeAll(descriptor, bytes)
      },
      complete: (name, standing) =>
        Effect.gen(function* () {
          if (standing === "replaced") yield* asReplaced(descriptor, name)
          if (options.sealed) yield* Seal.seal(name, descriptor, sum)
          yield* wait((disk) => disk.flush(descriptor))
        })
    }
  })

const intoFile = (
  target: Extract<Target, { readonly _tag: "File" }>,
  options: Options
): Effect.Effect<Writer, OutputError, Scope.Scope> => {
  const { hint, name, path } = target
  const failed = outputFailed(target)
  return Effect.map(Effect.mapError(content(path, options), failed), ({ complete, file, write }) => ({
    write: (text) => Effect.mapError(write(text), failed),
    finish: Effect.gen(function* () {
      // It may have become something else since it was checked.
      const is = yield* Effect.flatMap(follow(path), (place) => objectionTo(place, options.inputs))
      if (is !== undefined) return yield* new OutputRefused({ file: name, is, hint })
      yield* complete(path, "replaced")
      yield* Unfinished.nameOver(file, path)
    }).pipe(Effect.catchTag("DiskError", (error) => Effect.fail(failed(error))))
  }))
}

/**
 * Appends to a file piece by piece, so that it can be read while it grows, like a log. A new file is readable by its owner
 * alone.
 */
export const appendTo = (target: Target): Effect.Effect<Writer["write"], OutputError, Scope.Scope> =>
  target._tag === "Stream"
    ? Effect.map(intoStream(target), ({ write }) => write)
    : opened(target.path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600).pipe(
        Effect.map(
          (descriptor) => (text: string) =>
            Effect.mapError(writeAll(descriptor, new TextEncoder().encode(text)), outputFailed(target))
        ),
        Effect.mapError(outputFailed(target))
      )

export interface Options {
  readonly inputs: ReadonlyArray<Input>
  readonly sealed: boolean
}

/** Writes to a checked output: unchanged, or safe to show if it is a terminal. */
export const into = (target: Target, options: Options): Effect.Effect<Writer, OutputError, Scope.Scope> =>
  target._tag === "Stream" ? intoStream(target) : intoFile(target, options)
