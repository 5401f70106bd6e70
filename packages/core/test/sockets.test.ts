import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { gzipSync } from "node:zlib"
import { FetchHttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, type Either, Layer, Redacted } from "effect"
import { ActiveCampaignClient, BatchId, RateBudget, RetryPolicy } from "effect-activecampaign"
import { token } from "./support.js"

const batchId = BatchId.make("b-0001")
const ids = Array.from({ length: 245 }, (_, index) => String(index + 1))
const answer = JSON.stringify({ status: "completed", success: ids, failure: ["a@x.yz"] })
const json = { "content-type": "application/json" }

/** A server over loopback for as long as the scope lasts; `requests` are those it got. */
const serve = (listener: RequestListener) =>
  Effect.acquireRelease(
    Effect.async<{ readonly url: string; readonly requests: Array<string>; readonly close: () => void }>(
      (resume) => {
        const requests: Array<string> = []
        const server = createServer((request, response) => {
          requests.push(`${request.url} ${String(request.headers["api-token"])}`)
          listener(request, response)
        })
        server.listen(0, "127.0.0.1", () => {
          const { port } = server.address() as AddressInfo
          const close = () => {
            server.close()
            server.closeAllConnections()
          }
          resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, requests, close }))
        })
      }
    ),
    ({ close }) => Effect.sync(close)
  )

const clientOf = (url: string, options: Partial<ActiveCampaignClient.Options> = {}) =>
  ActiveCampaignClient.make({
    url,
    apiToken: Redacted.make(token),
    retry: RetryPolicy.none,
    ...options
  }).pipe(Effect.provide(Layer.merge(FetchHttpClient.layer, RateBudget.layerUnlimited)))

/** What a status call of a server like this ends with: the answer's status, or the error and its detail. */
const outcomeOf = (listener: RequestListener, options: Partial<ActiveCampaignClient.Options> = {}) =>
  Effect.gen(function* () {
    const { requests, url } = yield* serve(listener)
    const client = yield* clientOf(url, options)
    const result = yield* Effect.either(client.importInfo(batchId))
    return { requests, result }
  })

const errorOf = <A, E>({ result }: { readonly result: Either.Either<A, E> }): E => {
  assert(result._tag === "Left")
  return result.left
}

describe("over a socket", () => {
  it.scopedLive("the answer arrives, and the token with the request", () =>
    Effect.gen(function* () {
      const { requests, result } = yield* outcomeOf((_request, response) =>
        response.writeHead(200, json).end(answer)
      )
      assert(result._tag === "Right")
      assert.strictEqual(result.right.body, answer)
      assert.deepStrictEqual(requests, [`/api/3/import/info?batchId=b-0001 ${token}`])
    })
  )

  it.scopedLive("a compressed answer in pieces is unpacked", () =>
    Effect.gen(function* () {
      const packed = gzipSync(answer)
      const { result } = yield* outcomeOf((_request, response) => {
        response.writeHead(200, { ...json, "content-encoding": "gzip" })
        response.write(packed.subarray(0, 50))
        setTimeout(() => response.end(packed.subarray(50)), 5)
      })
      assert(result._tag === "Right")
      assert.strictEqual(result.right.body, answer)
    })
  )

  it.scopedLive("an answer that unpacks to too much is refused", () =>
    Effect.gen(function* () {
      const packed = gzipSync(" ".repeat(12 * 1024 * 1024))
      const error = errorOf(
        yield* outcomeOf((_request, response) =>
          response
            .writeHead(200, { ...json, "content-encoding": "gzip", "content-length": packed.length })
            .end(packed)
        )
      )
      assert(error._tag === "ContractBroken")
      assert.strictEqual(error.content, "too-large")
    })
  )

  it.scopedLive.each<readonly [string, number | undefined]>([
    ["with its length", 1e12],
    ["in chunks", undefined]
  ])("a body without end is refused, and its connection closed: %s", ([_name, length]) =>
    Effect.gen(function* () {
      let sent = 0
      let closed = () => {}
      const whenClosed = new Promise<void>((resolve) => {
        closed = resolve
      })
      const error = errorOf(
        yield* outcomeOf((_request, response) => {
          response.writeHead(200, { ...json, ...(length === undefined ? {} : { "content-length": length }) })
          const piece = Buffer.alloc(256 * 1024, " ")
          const pour = (): void => {
            while (!response.destroyed && response.write(piece)) sent += piece.length
            response.once("drain", pour)
          }
          response.on("close", closed)
          pour()
        })
      )
      assert(error._tag === "ContractBroken")
      assert.strictEqual(error.content, "too-large")
      yield* Effect.promise(() => whenClosed)
      assert.isBelow(sent, 64 * 1024 * 1024)
    })
  )

  it.scopedLive.each<readonly [string, RequestListener]>([
    ["a reset before the answer", (request) => request.socket.resetAndDestroy()],
    [
      "a reset after half the body",
      (request, response) => {
        response.writeHead(200, { ...json, "content-length": answer.length }).write(answer.slice(0, 100))
        setTimeout(() => request.socket.resetAndDestroy(), 5)
      }
    ],
    [
      "half a body with its length",
      (request, response) => {
        response.writeHead(200, { ...json, "content-length": answer.length }).write(answer.slice(0, 100))
        setTimeout(() => request.socket.end(), 5)
      }
    ],
    [
      "half a body in chunks",
      (request, response) => {
        response.writeHead(200, json).write(answer.slice(0, 100))
        setTimeout(() => request.socket.destroy(), 5)
      }
    ]
  ])("is no connection: %s", ([_name, listener]) =>
    Effect.gen(function* () {
      const error = errorOf(yield* outcomeOf(listener))
      assert(error._tag === "ApiUnavailable")
      assert.strictEqual(error.reason, "Transport")
      assert.notStrictEqual(error.detail, "")
    })
  )

  it.scopedLive.each<readonly [string, RequestListener]>([
    ["never answers", () => {}],
    [
      "trickles its body",
      (_request, response) => {
        response.writeHead(200, json)
        const timer = setInterval(() => response.write(" "), 10)
        response.on("close", () => clearInterval(timer))
      }
    ],
    [
      "trickles the body of a refusal",
      (_request, response) => {
        response.writeHead(500, json)
        const timer = setInterval(() => response.write(" "), 10)
        response.on("close", () => clearInterval(timer))
      }
    ]
  ])("a server that %s has as long as the timeout", ([_name, listener]) =>
    Effect.gen(function* () {
      const [elapsed, outcome] = yield* Effect.timed(outcomeOf(listener, { timeout: "150 millis" }))
      const error = errorOf(outcome)
      assert(error._tag === "ApiUnavailable")
      assert.strictEqual(error.reason, "Timeout")
      assert.isBelow(Duration.toMillis(elapsed), 5000)
    })
  )

  it.scopedLive("kept-alive connections that the server closes do not disturb later calls", () =>
    Effect.gen(function* () {
      const { requests, url } = yield* serve((request, response) => {
        response.writeHead(200, json).end(answer, () => setTimeout(() => request.socket.destroy(), 1))
      })
      const client = yield* clientOf(url, { retry: RetryPolicy.standard })
      yield* Effect.repeatN(Effect.zipRight(client.importInfo(batchId), Effect.sleep("5 millis")), 9)
      assert.isAtLeast(requests.length, 10)
    })
  )

  it.scopedLive("a redirect is not followed: the other host sees neither token nor request", () =>
    Effect.gen(function* () {
      const other = yield* serve((_request, response) => response.writeHead(200, json).end(answer))
      const error = errorOf(
        yield* outcomeOf((_request, response) =>
          response.writeHead(302, { location: `${other.url}/api/3/import/info` }).end()
        )
      )
      assert(error._tag === "RequestRejected")
      assert.strictEqual(error.status, 302)
      assert.isEmpty(other.requests)
    })
  )

  it.scopedLive("a call that is interrupted closes its connection", () =>
    Effect.gen(function* () {
      let closed = () => {}
      const whenClosed = new Promise<void>((resolve) => {
        closed = resolve
      })
      const outcome = outcomeOf((_request, response) => {
        response.on("close", closed)
      })
      yield* Effect.timeoutOption(outcome, "100 millis")
      yield* Effect.promise(() => whenClosed)
    })
  )

  it.scopedLive("a port where nothing listens is named", () =>
    Effect.gen(function* () {
      const client = yield* clientOf("http://127.0.0.1:9")
      const error = yield* Effect.flip(client.importInfo(batchId))
      assert(error._tag === "ApiUnavailable")
      assert.strictEqual(error.reason, "Transport")
    })
  )
})
