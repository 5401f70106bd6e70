import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ColumnMap } from "./ColumnMap.js"
import { ContactFileError } from "./ContactFileError.js"
import type { Format } from "./ContactParser.js"
import * as ContactParser from "./ContactParser.js"
import type { ContactChunk } from "./ContactRow.js"
import { StandardInput } from "./StandardInput.js"

export interface Source {
  /** A file, or `-` for standard input. */
  readonly path: string
  /** Without it, told from the file's extension, or from the first sign of standard input. */
  readonly format?: Format
  readonly map?: ColumnMap
  /** Keep the apostrophes of CSV cells, also those that an export has set. */
  readonly raw?: boolean
}

const chunkSize = 64 * 1024

/**
 * The contacts of a source, a chunk of input at a time and in the order of the file. Bad rows come beside the
 * good ones; the stream fails only where the source cannot be read as contacts at all.
 */
export const read = (source: Source): Stream.Stream<ContactChunk, ContactFileError, FileSystem.FileSystem> =>
  bytesOf(source.path).pipe(
    // One at a time: standard input hands over all it has, and its rows would be held together.
    Stream.rechunk(1),
    Stream.map(Option.some),
    Stream.concat(Stream.succeed(Option.none<Uint8Array>())),
    Stream.mapAccumEffect(ContactParser.start(optionsOf(source)), (state, bytes) =>
      Option.match(bytes, {
        onSome: (some) => ContactParser.feed(state, some),
        onNone: () => Either.map(ContactParser.finish(state), (chunk) => [state, chunk] as const)
      })
    )
  )

const optionsOf = ({ path, format, map = {}, raw = false }: Source): ContactParser.Options => {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase()
  const told = path === "-" ? undefined : extension === "jsonl" || extension === "ndjson" ? "jsonl" : "csv"
  return { path, format: format ?? told, delimiter: extension === "tsv" ? "\t" : undefined, map, raw }
}

const bytesOf = (path: string): Stream.Stream<Uint8Array, ContactFileError, FileSystem.FileSystem> =>
  (path === "-"
    ? Stream.unwrap(Effect.map(StandardInput, (input) => input))
    : Stream.unwrapScoped(Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.map(fs.open(path), piecesOf)))
  ).pipe(Stream.mapError((error) => new ContactFileError({ path, reason: unreadable(error) })))

/** All in the same memory, since each is parsed before the next is read: a new one each time would await collection. */
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
        ? "it is a pipe. Pass it as standard input, and - as the file."
        : `it cannot be read (${description || error.message}).`
  }
}
