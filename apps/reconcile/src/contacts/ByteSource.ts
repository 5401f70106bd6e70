import { createGunzip } from "node:zlib"
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeStream from "@effect/platform-node/NodeStream"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ContactFileError } from "./ContactFileError.js"
import { StandardInput } from "./StandardInput.js"

const chunkSize = 64 * 1024

type Bytes = Stream.Stream<Uint8Array, ContactFileError, FileSystem.FileSystem>

/**
 * The bytes of a file, or of standard input for `-`, in small pieces, unpacked if they are gzip. `onRead` gets the number
 * of bytes read from the file itself.
 */
export const read = (path: string, onRead: (bytes: number) => void = () => {}): Bytes =>
  rawBytes(path).pipe(
    // One at a time: standard input delivers all it has, and its rows would all be held at once.
    Stream.rechunk(1),
    Stream.tap((bytes) => Effect.sync(() => onRead(bytes.length))),
    unpacked(path)
  )

const rawBytes = (path: string): Bytes =>
  (path === "-"
    ? Stream.unwrap(Effect.map(StandardInput, (input) => input))
    : Stream.unwrapScoped(Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.map(fs.open(path), piecesOf)))
  ).pipe(Stream.mapError((error) => new ContactFileError({ path, reason: unreadable(error) })))

/** All pieces share one buffer, because each is used before the next is read; new buffers would wait for collection. */
const piecesOf = (file: FileSystem.File) => {
  const memory = new Uint8Array(chunkSize)
  return Stream.repeatEffectOption(
    file.read(memory).pipe(
      Effect.mapError(Option.some),
      Effect.filterOrFail((size) => size > 0, Option.none),
      Effect.map((size) => memory.subarray(0, Number(size)))
    )
  )
}

const gzipMark = [0x1f, 0x8b, 0x08]

/** Decided by the first bytes, whatever the file is called. */
const unpacked =
  (path: string) =>
  (bytes: Bytes): Bytes =>
    Stream.unwrapScoped(
      Effect.gen(function* () {
        const pull = yield* Stream.toPull(bytes)
        let head = new Uint8Array(0)
        let ended = false
        while (!ended && head.length < gzipMark.length) {
          const next = yield* pull.pipe(
            Effect.map(Option.some),
            Effect.catchAll((end) => (Option.isNone(end) ? Effect.succeedNone : Effect.fail(end.value)))
          )
          if (Option.isNone(next)) ended = true
          else head = Uint8Array.from(Buffer.concat([head, ...next.value]))
        }
        const all = Stream.concat(
          Stream.fromChunk(head.length === 0 ? Chunk.empty<Uint8Array>() : Chunk.of<Uint8Array>(head)),
          ended ? Stream.empty : Stream.repeatEffectChunkOption(pull)
        )
        if (!gzipMark.every((byte, i) => head[i] === byte)) return all
        return all.pipe(
          // Unpacking goes on while the next piece is read into the same memory.
          Stream.map((piece) => Uint8Array.from(piece)),
          NodeStream.pipeThroughDuplex(
            () => createGunzip({ chunkSize }),
            (error) => new ContactFileError({ path, reason: damaged(error) })
          )
        )
      })
    )

const damaged = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error)
  const what =
    message === "unexpected end of file"
      ? "it ends too early"
      : message === "incorrect header check"
        ? "something that is not gzip follows it"
        : message
  return `the gzip file is damaged (${what}); nothing was loaded. Download or create it again.`
}

const unreadable = (error: PlatformError): string => {
  const description = error.description ?? ""
  if (error._tag === "BadArgument") return `it cannot be read (${description || error.message}).`
  switch (error.reason) {
    case "NotFound":
      return "there is no such file. Check the path."
    case "PermissionDenied":
      return "you are not allowed to read it. Check the file's permissions."
    default:
      if (description.startsWith("EISDIR")) return "it is a directory. Name a file in it."
      return description.startsWith("ESPIPE")
        ? "it is a pipe. Redirect it to standard input and give - as the file."
        : `it cannot be read (${description || error.message}).`
  }
}
