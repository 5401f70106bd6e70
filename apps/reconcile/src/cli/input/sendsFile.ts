import type * as FileSystem from "@effect/platform/FileSystem"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import type { BatchId } from "effect-activecampaign/BatchId"
import { type Mapping, columnsOf, parse } from "../../asSent/Sends.js"
import type { ContactRow } from "../../contacts/ContactRow.js"
import { listed } from "../../contacts/ColumnNames.js"
import * as ByteSource from "../../contacts/ByteSource.js"
import { type ContactFileError, displayName } from "../../contacts/ContactFileError.js"
import { nearest } from "../../text/nearest.js"
import { printable } from "../output/text.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"

/** What a mapping file declares about what was sent. */
export const readSends = (
  path: string
): Effect.Effect<Mapping, ConfigurationError | ContactFileError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    // Copied, because the pieces share one buffer.
    const pieces = yield* ByteSource.read(path).pipe(
      Stream.map((piece) => Uint8Array.from(piece)),
      Stream.runCollect
    )
    const text = Buffer.concat(Chunk.toReadonlyArray(pieces)).toString("utf8")
    return yield* Either.mapLeft(
      parse(text.replace(/^\uFEFF/, "")),
      (problems) =>
        new ConfigurationError({
          problem: `--sends: ${displayName(path)} is not a mapping of what was sent. ${problems.map((one) => printable(one)).join(" ")}`,
          hint: "docs/as-sent.md describes the file."
        })
    )
  })

const near = (column: string, names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const name = nearest(column, names)
  return name === undefined ? [] : [`For "${printable(column)}", did you mean "${printable(name)}"? `]
}

/** The body of a request needs no mapping, and has no columns. */
const ofPayload = new ConfigurationError({
  problem:
    "--sends: the contacts are from the body of a bulk import request, which itself says what was sent. Nothing was loaded.",
  hint: "Leave out --sends."
})

const unknownColumns = (mapping: Mapping, rows: ReadonlyArray<ContactRow>) => {
  const names = new Set(rows.flatMap((row) => row.names))
  const unknown = columnsOf(mapping).filter((column) => !names.has(column))
  return unknown.length === 0
    ? Effect.void
    : new ConfigurationError({
        problem: `--sends: the source has no column ${unknown.map((column) => `"${printable(column)}"`).join(", ")} (columns: ${listed([...names])}). Nothing was loaded.`,
        hint: `${unknown.flatMap((column) => near(column, [...names])).join("")}Correct the mapping file, and load again.`
      })
}

/**
 * The rows, unless the mapping names a column that none of the first of them has, or they are from the body of a request: then
 * nothing is to be loaded. `fromPayload` tells it of those that were read.
 */
export const withColumns =
  (mapping: Mapping | undefined, fromPayload: () => boolean) =>
  <E, R>(
    rows: Stream.Stream<ReadonlyArray<ContactRow>, E, R>
  ): Stream.Stream<ReadonlyArray<ContactRow>, E | ConfigurationError, R> => {
    if (mapping === undefined) return rows
    let isChecked = false
    return Stream.tap(rows, (some) => {
      if (fromPayload()) return ofPayload
      if (isChecked || some.length === 0) return Effect.void
      isChecked = true
      return unknownColumns(mapping, some)
    })
  }

interface OfBodies {
  readonly fromPayload: () => boolean
  readonly submissions: () => ReadonlyMap<string | null, string>
}

/** The rows, unless the body of the request names another batch than the call, or says of none when it was submitted. */
export const ofBatch = <E, R>(
  {
    fromPayload,
    rows,
    submissions
  }: OfBodies & { readonly rows: Stream.Stream<ReadonlyArray<ContactRow>, E, R> },
  file: string,
  batchId: BatchId | undefined
): Stream.Stream<ReadonlyArray<ContactRow>, E | ConfigurationError, R> =>
  Stream.tap(rows, (some) => {
    if (!fromPayload()) return Effect.void
    if (batchId === undefined) {
      return submissions().has(null)
        ? new ConfigurationError({
            problem: `${displayName(file)}: the body of a request has a "submitted_at", but names no batch. Nothing was loaded.`,
            hint: "Give it a \"batch_id\", or name the batch with 'ac-reconcile batches add --id BATCH_ID --sent FILE'."
          })
        : Effect.void
    }
    const other = some.find((row) => row.batchId !== null && row.batchId !== batchId)
    return other === undefined
      ? Effect.void
      : new ConfigurationError({
          problem: `${displayName(file)}, line ${other.line}: the body of the request names the batch "${printable(other.batchId ?? "")}", but --id names "${printable(batchId)}". Nothing was added.`,
          hint: "Correct one of them, or leave out --id."
        })
  })

/** When bodies of requests say that their batches were submitted. */
export const submissionsOf = ({ submissions }: OfBodies): ReadonlyMap<string, string> =>
  new Map([...submissions()].flatMap(([batchId, time]) => (batchId === null ? [] : [[batchId, time]])))
