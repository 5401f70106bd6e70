import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import * as BatchIdText from "./BatchIdText.js"
import * as ByteSource from "./ByteSource.js"
import { printable } from "./ColumnNames.js"
import { ContactFileError } from "./ContactFileError.js"
import * as Decoder from "./Decoder.js"
import * as FileKind from "./FileKind.js"
import * as PhysicalLines from "./PhysicalLines.js"
import * as RecordFramer from "./RecordFramer.js"

interface State {
  readonly decoder: Decoder.State
  readonly lines: PhysicalLines.State
  readonly framer: RecordFramer.State
}

const initial: State = {
  decoder: Decoder.initial,
  lines: PhysicalLines.initial,
  framer: RecordFramer.initial
}

/** Batch IDs from a file, one per line, without blank lines and comments; an invalid line refuses the file. */
export const read = (
  path: string
): Effect.Effect<ReadonlyArray<string>, ContactFileError, FileSystem.FileSystem> => {
  const fail = (reason: string, line?: number, column?: number | null) =>
    new ContactFileError({
      path,
      reason,
      ...(line === undefined ? {} : { line }),
      ...(column == null ? {} : { column })
    })
  return Effect.gen(function* () {
    const framed: RecordFramer.Framed = { texts: [], lines: [], rejected: [] }
    const take = (
      state: State,
      result: Either.Either<readonly [Decoder.State, Uint8Array], string>,
      atEnd: boolean
    ) =>
      Either.mapBoth(result, {
        onLeft: (reason) => fail(reason),
        onRight: ([decoder, bytes]): State => {
          const encoding = decoder._tag === "Utf16" ? "UTF-16" : "UTF-8"
          const [lines, whole] = PhysicalLines.feed(state.lines, bytes, encoding)
          const segments = atEnd ? [...whole, ...PhysicalLines.finish(lines, encoding)] : whole
          const framer = segments.reduce(
            (before, segment) => RecordFramer.frame(before, segment, null, framed),
            state.framer
          )
          return { decoder, lines, framer }
        }
      })
    const last = yield* Stream.runFoldEffect(ByteSource.read(path), initial, (state, bytes) =>
      take(state, Decoder.feed(state.decoder, bytes), false)
    )
    yield* take(last, Decoder.finish(last.decoder), true)
    const ids: Array<string> = []
    for (const [at, text] of framed.texts.entries()) {
      const id = text.replace(/(^|\s)#.*$/s, "").trim()
      if (id === "") continue
      const line = framed.lines[at] ?? 0
      if (ids.length === 0 && /^[{[]/.test(id)) return yield* fail(isJson, line)
      const refusal = FileKind.refusalOfText(id)
      if (refusal !== null) return yield* fail(refusal, line)
      const fault = ids.length === 0 ? BatchIdText.faultOfFirst(id) : BatchIdText.faultOf(id)
      if (fault !== null) return yield* fail(`"${printable(id)}" ${fault}; ${oneALine}`, line)
      ids.push(id)
    }
    const [bad] = framed.rejected
    if (bad !== undefined) return yield* fail(bad.reason, bad.line, bad.column)
    return ids
  })
}

const oneALine = "give one batch ID per line. Nothing was added."

const isJson =
  "this is JSON, not a list of batch IDs. If it is ActiveCampaign's answer about a batch, record it with " +
  "ac-reconcile batches add --id BATCH_ID --answer FILE; otherwise give one batch ID per line. Nothing was added."
