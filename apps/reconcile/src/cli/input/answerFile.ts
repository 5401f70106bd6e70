import * as FileSystem from "@effect/platform/FileSystem"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { BatchId } from "effect-activecampaign/BatchId"
import { ImportAnswer } from "effect-activecampaign/ImportAnswer"
import type { ImportSnapshot } from "effect-activecampaign/ImportSnapshot"
import { ContactFileError } from "../../contacts/ContactFileError.js"
import { hasTwice } from "../../contacts/JsonText.js"
import { StandardInput } from "../../contacts/StandardInput.js"
import { printable } from "../output/text.js"
import { thousands } from "../../text/numbers.js"

/** The most that the client reads of an answer. */
const mostBytes = 10 * 1024 * 1024

/** SQLite reads JSON only to this depth. */
const deepest = 1000

const example = `Give the body of one answer to the status call, like {"status":"completed","success":["123"],"failure":[]}.`

interface Fault {
  readonly reason: string
  /** The place in the text where it was noticed. */
  readonly at?: number
}

const fault = (reason: string, at?: number): Either.Either<never, Fault> =>
  Either.left(at === undefined ? { reason } : { reason, at })

/** Also reads UTF-16, as Windows writes it, if a byte order mark says so. */
const textOf = (bytes: Uint8Array): Either.Either<string, Fault> => {
  const [first, second] = bytes
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8"
  if (first === 0x1f && second === 0x8b) return fault("is compressed with gzip. Unpack it first.")
  if (encoding === "utf-8" && bytes.includes(0)) {
    return fault("contains zero bytes, like UTF-16 without a byte order mark. Save it as UTF-8.")
  }
  return Either.try({
    try: () => new TextDecoder(encoding, { fatal: true }).decode(bytes),
    catch: () => ({ reason: `is not ${encoding.toUpperCase()} text. ${example}` })
  })
}

/** The parser's message about a text, unless the text is JSON or the beginning of JSON. */
const brokenIn = (text: string): string | undefined => {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    const message = error instanceof Error ? error.message : ""
    return message.includes("end of JSON input") || message.includes(`at position ${text.length}`)
      ? undefined
      : message
  }
}

/** The place of the first character that is not valid JSON. Not every parser message names it. */
const placeOfFault = (text: string): number => {
  let whole = 0
  let broken = text.length + 1
  while (broken - whole > 1) {
    const middle = Math.floor((whole + broken) / 2)
    if (middle <= text.length && brokenIn(text.slice(0, middle)) !== undefined) broken = middle
    else whole = middle
  }
  return broken - 1
}

const isTooDeep = (text: string): boolean => {
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (quoted) {
      if (char === "\\") at++
      else if (char === '"') quoted = false
    } else if (char === '"') quoted = true
    else if (char === "[" || char === "{") {
      if (++depth > deepest) return true
    } else if (char === "]" || char === "}") depth--
  }
  return false
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The key of an answer that is inside something else, like an envelope or a list. */
const wrappedIn = (value: unknown): string | undefined => {
  if (isRecord(value) && "status" in value) return undefined
  if (!isRecord(value) && !Array.isArray(value)) return undefined
  for (const [key, inner] of Object.entries(value)) {
    if (!isRecord(inner)) continue
    if ("status" in inner) return key
    const deeper = Object.entries(inner).find(([, one]) => isRecord(one) && "status" in one)
    if (deeper !== undefined) return `${key}.${deeper[0]}`
  }
  return undefined
}

const parse = (text: string): Either.Either<unknown, Fault> => {
  if (text === "") return fault(`is empty. ${example}`)
  if (text.startsWith("<"))
    return fault(`is an HTML or XML page, not an answer to the status call. ${example}`)
  if (/^HTTP\/\d/.test(text)) return fault("begins with HTTP headers. Leave them out (use curl without -i).")
  if (isTooDeep(text)) return fault(`is nested deeper than ${thousands(deepest)} levels.`)
  return Either.try({
    try: (): unknown => JSON.parse(text),
    catch: () => {
      const at = placeOfFault(text)
      return { at, reason: `is not JSON${at >= text.length ? ": it ends too early" : ""}. ${example}` }
    }
  })
}

const kindOf = (value: unknown): string =>
  value === null
    ? "null"
    : Array.isArray(value)
      ? "a list"
      : isRecord(value)
        ? "an object"
        : `a ${typeof value}`

/** The keys that are read from an answer. */
const read = ["status", "success", "failure"]

/** The same contract that the client reads answers by. */
const decode = Schema.decodeUnknownEither(ImportAnswer)

const answerIn = (value: unknown): Either.Either<ImportAnswer, Fault> => {
  const wrapped = wrappedIn(value)
  if (wrapped !== undefined) {
    return fault(`contains the answer under "${printable(wrapped)}". Give only that object.`)
  }
  return Either.mapLeft(decode(value), (error) => {
    const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
    if (issue === undefined || issue.path.length === 0) {
      return { reason: `is ${kindOf(value)}, not an answer to the status call. ${example}` }
    }
    const place = ` at ${issue.path.join(".")}`
    const isOddStatus = issue.path[0] === "status" && issue.message !== "is missing"
    const words = (isOddStatus ? "is neither false nor a word" : issue.message)
      .replace(/\s+/g, " ")
      .slice(0, 200)
    return { reason: `is not an answer to the status call${place}: ${printable(words)}. ${example}` }
  })
}

const bytesOf = (path: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const stream = path === "-" ? yield* StandardInput : fs.stream(path)
    let size = 0
    const parts = yield* stream.pipe(
      // One chunk more than allowed is read, so that a text that is too long is noticed.
      Stream.takeUntil((part) => {
        size += part.byteLength
        return size > mostBytes
      }),
      Stream.runCollect
    )
    return Buffer.concat([...parts])
  }).pipe(Effect.mapError(() => new ContactFileError({ path, reason: `cannot be read. ${example}` })))

/** A status answer that the user got elsewhere, read as the client reads the account's answers. */
export const pastedAnswer = (path: string, batchId: BatchId) =>
  Effect.gen(function* () {
    const bytes = yield* bytesOf(path)
    if (bytes.byteLength > mostBytes) {
      return yield* new ContactFileError({
        path,
        reason: `is larger than 10 MiB, too large for an answer. ${example}`
      })
    }
    const text = textOf(bytes)
    const whole = Either.getOrElse(text, () => "")
    const body = whole.trim()
    const answer = yield* text.pipe(
      Either.flatMap(() => parse(body)),
      Either.filterOrLeft(
        () => !read.some((key) => hasTwice(body, key)),
        (): Fault => ({
          reason: `has the key ${read.filter((key) => hasTwice(body, key)).join(" and ")} more than once. Keep only the right one. ${example}`
        })
      ),
      Either.flatMap(answerIn),
      Either.mapLeft(({ at, reason }) => {
        const before = at === undefined ? undefined : whole.slice(0, whole.indexOf(body) + at).split("\n")
        return new ContactFileError({
          path,
          reason,
          ...(before === undefined ? {} : { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 })
        })
      })
    )
    const snapshot: ImportSnapshot = { batchId, answer, body, receivedAt: yield* DateTime.now }
    return snapshot
  })
