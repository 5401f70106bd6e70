import type * as FileSystem from "@effect/platform/FileSystem"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as ByteSource from "./ByteSource.js"
import type { ColumnMap } from "./ColumnMap.js"
import { ContactFileError } from "./ContactFileError.js"
import * as ContactParser from "./ContactParser.js"
import type { ContactChunk, Submission } from "./ContactRow.js"
import type { Format, Options } from "./Parsing.js"

export interface TextSource {
  /** A file, or `-` for standard input. */
  readonly path: string
  /** Without it, decided by how the text begins. */
  readonly format?: Format
  /** The delimiter of CSV; without it, decided by the header line. */
  readonly delimiter?: string
  readonly map?: ColumnMap
  /** Keep the apostrophes of CSV cells, even those that an export added. */
  readonly keepApostrophes?: boolean
}

/**
 * The contacts of a source, a chunk of input at a time and in the order of the file. Bad rows come along with the good
 * ones; the stream fails only if the source cannot be read as contacts at all.
 */
export const read = (
  source: TextSource
): Stream.Stream<ContactChunk, ContactFileError, FileSystem.FileSystem> =>
  Stream.suspend(() => {
    // Of the file itself: its unpacked content is longer.
    let bytesRead = 0
    const taken = (chunk: ContactChunk): ContactChunk => {
      const since = bytesRead
      bytesRead = 0
      return { ...chunk, bytesRead: since }
    }
    return ByteSource.read(source.path, (bytes) => {
      bytesRead += bytes
    }).pipe(
      Stream.map(Option.some),
      Stream.concat(Stream.succeed(Option.none<Uint8Array>())),
      Stream.mapAccumEffect(ContactParser.start(optionsOf(source)), (state, bytes) =>
        Option.match(bytes, {
          onSome: (some) => ContactParser.feed(state, some),
          onNone: () => Either.map(ContactParser.finish(state), (chunk) => [state, chunk] as const)
        })
      ),
      Stream.map(taken),
      Stream.mapAccumEffect(noKind, (kinds, chunk) => oneKind(source.path, kinds, chunk))
    )
  })

/** Whether any rows came from bodies of requests, when these were submitted, and the line of the first contact that did not. */
interface Kinds {
  readonly fromPayload: boolean
  readonly single: number | null
  /** By batch, the first time that was named. */
  readonly submissions: ReadonlyMap<string | null, Submission>
}

const noKind: Kinds = { fromPayload: false, single: null, submissions: new Map() }

/** The bodies of one batch name one time, or none. */
const oneTime = (path: string, before: Kinds["submissions"], { submissions }: ContactChunk) => {
  if (submissions.length === 0) return Either.right(before)
  const all = new Map(before)
  for (const one of submissions) {
    const first = all.get(one.batchId)
    if (first === undefined) all.set(one.batchId, one)
    else if (first.submittedAt !== one.submittedAt) {
      return Either.left(
        new ContactFileError({
          path,
          line: one.line,
          reason: `its "submitted_at" is another than on line ${first.line}, for the same batch. Nothing was loaded; correct one of them.`
        })
      )
    }
  }
  return Either.right(all)
}

/** What single contacts were sent with cannot be known beside bodies of requests, which say it themselves. */
const oneKind = (path: string, before: Kinds, chunk: ContactChunk) => {
  const fromPayload = before.fromPayload || chunk.fromPayload
  const single = before.single ?? chunk.single
  return fromPayload && single !== null
    ? Either.left(
        new ContactFileError({
          path,
          line: single,
          reason:
            "it is a single contact, but others are in bodies of bulk import requests, which say what was sent. Put them into files of their own."
        })
      )
    : Either.map(
        oneTime(path, before.submissions, chunk),
        (submissions) => [{ fromPayload, single, submissions }, chunk] as const
      )
}

const optionsOf = ({ delimiter, format, map = {}, path, keepApostrophes = false }: TextSource): Options => {
  const extension = /\.([^./\\]+)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase()
  return {
    path,
    format,
    delimiter,
    // The file name is only a hint; the content decides.
    ...(extension === "tsv" || extension === "tab" ? { preferredDelimiter: "\t" } : {}),
    mostLikelyJson: /^(?:jsonl|ndjson|json)$/.test(extension ?? ""),
    map,
    keepApostrophes
  }
}
