import * as FileSystem from "@effect/platform/FileSystem"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { ImportSnapshot } from "effect-activecampaign/ImportSnapshot"
import { ContactFileError } from "../../contacts/ContactFileError.js"
import { StandardInput } from "../../contacts/StandardInput.js"

const example = `Give one answer a line, like {"batchId":"…","receivedAt":"2026-11-27T08:00:00Z","answer":{"status":"completed","success":["123"],"failure":[]},"body":"…"}.`

const decode = Schema.decode(Schema.parseJson(ImportSnapshot))

/** Answers of many batches, one a line, each with its batch and the time it came, as effect-activecampaign-cluster writes them. */
export const answerLines = (path: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const bytes = path === "-" ? yield* StandardInput : fs.stream(path)
    const lines = yield* bytes.pipe(
      Stream.decodeText(),
      Stream.splitLines,
      Stream.runCollect,
      Effect.mapError(() => new ContactFileError({ path, reason: `cannot be read. ${example}` }))
    )
    const snapshots = yield* Effect.forEach(Chunk.toReadonlyArray(lines), (line, index) =>
      line.trim() === ""
        ? Effect.succeed([])
        : Effect.mapBoth(decode(line), {
            onFailure: () =>
              new ContactFileError({
                path,
                reason: `is not an answer with its batch. ${example}`,
                line: index + 1
              }),
            onSuccess: (snapshot) => [snapshot]
          })
    )
    if (snapshots.flat().length === 0) {
      return yield* new ContactFileError({ path, reason: `has no answers. ${example}` })
    }
    return snapshots.flat()
  })
