import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as UrlParams from "@effect/platform/UrlParams"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Stream from "effect/Stream"
import type { Hide } from "./hide.js"
import { unpack } from "./unpack.js"

/** How much of a refusal is read: its body is only shown. */
const refusalLimit = 64 * 1024

/** The cause of a `ResponseError` whose body was longer than allowed; `start` is what had arrived by then. */
export class BodyTooLarge {
  readonly limit: number
  readonly status: number
  readonly start: ArrayBuffer
  constructor(limit: number, status: number, start: ArrayBuffer) {
    this.limit = limit
    this.status = status
    this.start = start
  }
}

/** The cause of a `ResponseError` whose JSON was nested too deep to be decoded. */
export class NestedTooDeep {}

/** The cause of a `ResponseError` whose body is not UTF-8; `text` is what can be read of it. */
export class NotUtf8 {
  readonly status: number
  readonly text: string
  constructor(status: number, text: string) {
    this.status = status
    this.text = text
  }
}

const lenient = new TextDecoder("utf-8", { ignoreBOM: true })
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true })

/** Undefined if the bytes are not UTF-8: replacement characters would not be facts. */
const decoded = (bytes: ArrayBuffer): string | undefined => {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

/** A response whose body has been read, without what must be hidden. */
class ReadResponse extends Inspectable.Class implements HttpClientResponse.HttpClientResponse {
  readonly [HttpIncomingMessage.TypeId]: HttpIncomingMessage.TypeId = HttpIncomingMessage.TypeId
  readonly [HttpClientResponse.TypeId]: HttpClientResponse.TypeId = HttpClientResponse.TypeId
  readonly status: number
  readonly headers: HttpClientResponse.HttpClientResponse["headers"]
  readonly #original: HttpClientResponse.HttpClientResponse
  readonly #body: string
  /** The bytes that the text was decoded from, if nothing was hidden in it. */
  readonly #bytes: ArrayBuffer | undefined

  constructor(original: HttpClientResponse.HttpClientResponse, body: string, bytes: ArrayBuffer | undefined) {
    super()
    this.#bytes = bytes
    this.headers = original.headers
    this.#original = original
    this.#body = body
    this.status = original.status
  }
  get request() {
    return this.#original.request
  }
  get cookies() {
    return this.#original.cookies
  }
  get remoteAddress() {
    return this.#original.remoteAddress
  }
  get text() {
    return Effect.succeed(this.#body)
  }
  get arrayBuffer() {
    // The buffer of the encoder may be longer than what it wrote.
    return Effect.sync(() => this.#bytes ?? this.#encoded.slice().buffer)
  }
  get json(): Effect.Effect<unknown, HttpClientError.ResponseError> {
    return this.#attempt((text): unknown => (text === "" ? null : JSON.parse(text)))
  }
  get urlParamsBody(): Effect.Effect<UrlParams.UrlParams, HttpClientError.ResponseError> {
    return this.#attempt((text) => UrlParams.fromInput(new URLSearchParams(text)))
  }
  get formData(): Effect.Effect<FormData, HttpClientError.ResponseError> {
    return Effect.tryPromise({
      try: () => new Response(this.#body, { headers: this.headers }).formData(),
      catch: (cause) => this.#undecodable(cause)
    })
  }
  get stream() {
    return Stream.sync(() => this.#encoded)
  }
  toJSON() {
    return this.#original.toJSON()
  }
  get #encoded() {
    return new TextEncoder().encode(this.#body)
  }
  #attempt<A>(f: (text: string) => A): Effect.Effect<A, HttpClientError.ResponseError> {
    return Effect.tryMap(this.text, { try: f, catch: (cause) => this.#undecodable(cause) })
  }
  #undecodable(cause: unknown): HttpClientError.ResponseError {
    return new HttpClientError.ResponseError({
      request: this.request,
      response: this,
      reason: "Decode",
      cause
    })
  }
}

const concat = (parts: ReadonlyArray<Uint8Array>, size: number): ArrayBuffer => {
  const all = new Uint8Array(size)
  let offset = 0
  for (const part of parts) {
    all.set(part, offset)
    offset += part.byteLength
  }
  return all.buffer
}

/** The exact length of the body, if known: HTTP clients read no further, and nothing has to be unpacked. */
const plainLength = (headers: HttpClientResponse.HttpClientResponse["headers"]): number | undefined => {
  const length = headers["content-length"]
  return length !== undefined && headers["content-encoding"] === undefined && /^\d+$/.test(length)
    ? Number(length)
    : undefined
}

const isEmptyBody = (error: HttpClientError.ResponseError) => error.reason === "EmptyBody"

/**
 * The same response with its body read, up to `limit` bytes, without what must be hidden. A longer body fails without being
 * read to its end, and closes the connection. For a refusal, the start of the body is enough.
 */
export const readBody =
  (limit: number, hide: Hide) =>
  (
    response: HttpClientResponse.HttpClientResponse
  ): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.ResponseError> => {
    const { headers, status } = response
    const isSuccess = status >= 200 && status < 300
    const most = isSuccess ? limit : Math.min(limit, refusalLimit)
    const length = plainLength(headers)

    const tooLarge = (start: ArrayBuffer) =>
      new HttpClientError.ResponseError({
        request: response.request,
        response,
        reason: "Decode",
        cause: new BodyTooLarge(limit, status, start)
      })
    const notUtf8 = (bytes: ArrayBuffer) =>
      new HttpClientError.ResponseError({
        request: response.request,
        response,
        reason: "Decode",
        cause: new NotUtf8(status, lenient.decode(bytes))
      })
    const finish = (received: ArrayBuffer) => {
      if (isSuccess && received.byteLength > most) return Effect.fail(tooLarge(received))
      const encoding = headers["content-encoding"]
      let bytes = received
      let text = decoded(bytes)
      // JSON and pages are valid text as they are. A compressed body is not, except by a chance too small to matter.
      if (text === undefined && encoding !== undefined) {
        const unpacked = unpack(received, encoding, most)
        if (unpacked._tag === "TooLarge" && isSuccess) return Effect.fail(tooLarge(new ArrayBuffer(0)))
        if (unpacked._tag === "Unpacked") {
          bytes = unpacked.bytes
          text = decoded(bytes)
        }
      }
      if (text === undefined && !isSuccess) text = lenient.decode(bytes)
      if (text === undefined) return Effect.fail(notUtf8(bytes))
      const shown = hide(text)
      return Effect.succeed(
        new ReadResponse(response, shown, shown === text && isSuccess ? bytes : undefined)
      )
    }

    if (isSuccess && length !== undefined && length <= most) {
      return Effect.flatMap(response.arrayBuffer, finish)
    }
    const parts: Array<Uint8Array> = []
    let size = 0
    return response.stream.pipe(
      Stream.runForEachWhile((part) =>
        Effect.sync(() => {
          parts.push(part)
          size += part.byteLength
          return size <= most && (length === undefined || length <= most)
        })
      ),
      Effect.catchAll((error) => (isSuccess && !isEmptyBody(error) ? Effect.fail(error) : Effect.void)),
      Effect.flatMap(() => {
        const bytes = concat(parts, size)
        return isSuccess && length !== undefined && length > most
          ? Effect.fail(tooLarge(bytes))
          : finish(bytes)
      })
    )
  }
