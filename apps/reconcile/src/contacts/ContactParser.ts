import * as Either from "effect/Either"
import { ContactFileError } from "./ContactFileError.js"
import type { ContactChunk } from "./ContactRow.js"
import * as Decoder from "./Decoder.js"
import * as JsonValues from "./JsonValues.js"
import * as LineParser from "./LineParser.js"
import {
  emptyFramed,
  type Format,
  fail,
  type Options,
  type Output,
  readObjects,
  type Step
} from "./Parsing.js"
import * as Payload from "./Payload.js"
import type * as PhysicalLines from "./PhysicalLines.js"
import type { Framed } from "./RecordFramer.js"

/** How the text is read: not known yet, by its JSON values, or by its lines. */
type Body =
  | { readonly _tag: "Unknown"; readonly head: Uint8Array }
  | { readonly _tag: "Values"; readonly values: JsonValues.State }
  | LineParser.State

export interface State {
  readonly options: Options
  readonly decoder: Decoder.State
  readonly body: Body
}

const values: Body = { _tag: "Values", values: JsonValues.initial }

const bodyOf = (format: Format | undefined): Body => {
  if (format === undefined) return { _tag: "Unknown", head: new Uint8Array(0) }
  return format === "json" ? values : LineParser.start(format)
}

export const start = (options: Options): State => ({
  options,
  decoder: Decoder.initial,
  body: bodyOf(options.format)
})

const emptyOutput = (): Output => ({
  rows: [],
  rejected: [],
  remarks: [],
  restored: 0,
  fromPayload: false,
  single: null,
  submissions: []
})

/** Takes the next bytes, however they were split, and returns the rows they complete. */
export const feed = (state: State, bytes: Uint8Array): Step<readonly [State, ContactChunk]> => {
  const output = emptyOutput()
  return decoded(state.options, Decoder.feed(state.decoder, bytes)).pipe(
    Either.flatMap(([decoder, text]) =>
      Either.map(feedText(state.options, state.body, text, false, encodingOf(decoder), output), (body) => ({
        ...state,
        decoder,
        body
      }))
    ),
    Either.map((next) => [next, { ...output, bytesRead: bytes.length }] as const)
  )
}

/** The rows the end of the input completes. */
export const finish = (state: State): Step<ContactChunk> => {
  const output = emptyOutput()
  return decoded(state.options, Decoder.finish(state.decoder)).pipe(
    Either.flatMap(([decoder, text]) => {
      const encoding = encodingOf(decoder)
      return Either.flatMap(feedText(state.options, state.body, text, true, encoding, output), (body) =>
        finishText(state.options, body, encoding, output)
      )
    }),
    Either.map(() => ({ ...output, bytesRead: 0 }))
  )
}

const decoded = <A>({ path }: Options, result: Either.Either<A, string>): Step<A> =>
  Either.mapLeft(result, (reason) => new ContactFileError({ path, reason }))

const encodingOf = (decoder: Decoder.State): PhysicalLines.Encoding =>
  decoder._tag === "Utf16" ? "UTF-16" : "UTF-8"

const feedText = (
  options: Options,
  body: Body,
  bytes: Uint8Array,
  isWhole: boolean,
  encoding: PhysicalLines.Encoding,
  output: Output
): Step<Body> => {
  switch (body._tag) {
    case "Unknown": {
      const head = body.head.length === 0 ? bytes : Buffer.concat([body.head, bytes])
      const isJson = JsonValues.isBeginning(head, isWhole)
      // Copied, because the buffer is reused for the next piece.
      if (isJson === undefined) return Either.right({ _tag: "Unknown", head: Uint8Array.from(head) })
      const told = isJson ? values : LineParser.start(undefined)
      return feedText(options, told, head, isWhole, encoding, output)
    }
    case "Values": {
      const framed = emptyFramed()
      const next = JsonValues.feed(body.values, bytes, encoding, framed)
      return Either.map(readValues(options, framed, output), () => ({ _tag: "Values", values: next }))
    }
    case "Lines":
      return LineParser.feed(options, body, bytes, encoding, output)
  }
}

const finishText = (
  options: Options,
  body: Body,
  encoding: PhysicalLines.Encoding,
  output: Output
): Step<void> => {
  switch (body._tag) {
    case "Unknown":
      return Either.void
    case "Values": {
      const framed = emptyFramed()
      const finished = JsonValues.finish(body.values, encoding, framed)
      if (Either.isLeft(finished)) return fail(options, neverEnds, { line: finished.left, column: null })
      return readValues(options, framed, output)
    }
    case "Lines":
      return LineParser.finish(options, body, encoding, output)
  }
}

/** Of a body that is not JSON, no part can be trusted to be what was sent. */
const readValues = (options: Options, framed: Framed, output: Output): Step<void> => {
  const broken = Payload.brokenBody(framed)
  if (broken !== undefined) {
    return fail(options, `it is not valid JSON: ${broken.detail}. Nothing was loaded; correct it.`, broken)
  }
  readObjects(options, framed, output)
  return Either.void
}

const neverEnds =
  "the JSON that begins here never ends, as in a file that was cut off; nothing was loaded. Download or create it again."
