import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as ActiveCampaignClient from "effect-activecampaign/ActiveCampaignClient"
import { BatchId } from "effect-activecampaign/BatchId"
import * as RetryPolicy from "effect-activecampaign/RetryPolicy"
import { describe, expect, it } from "vitest"
import * as Proxy from "../../src/account/Proxy.js"
import * as ProxyClient from "../../src/account/ProxyClient.js"
import { neverConnected, provesNothing } from "../../src/job/blame.js"
import { hostOnlyTheProxyKnows, proxyTo } from "../cli/support/proxied.js"
import { inWorld, type World } from "../cli/support/World.js"

/** The error of one status call through the proxy at this URL. */
const troubleThrough = (url: string) => {
  const proxy = Either.getOrThrow(Proxy.parse("HTTPS_PROXY", url, ""))
  const client = ActiveCampaignClient.layer({
    url: `https://${hostOnlyTheProxyKnows}`,
    apiToken: Redacted.make("token-of-nobody"),
    retry: RetryPolicy.none,
    proxy: proxy.host
  }).pipe(Layer.provide(ProxyClient.layer(proxy, 200)))
  return Effect.runPromise(
    Effect.flatMap(ActiveCampaignClient.ActiveCampaignClient, ({ importInfo }) =>
      Effect.flip(importInfo(BatchId.make("batch-1")))
    ).pipe(Effect.provide(client))
  )
}

const expectProxyTrouble = async (url: string, like: RegExp) => {
  const error = await troubleThrough(url)
  const { host } = new URL(url)
  expect(error.message).toContain(
    `GET /import/info?batchId=batch-1 through proxy ${host}: no connection to ActiveCampaign: `
  )
  expect(error.message).toMatch(like)
  expect(error.message).not.toMatch(/token/)
  expect(error._tag).toBe("ApiUnavailable")
  expect(provesNothing(error)).toBe(true)
  expect(neverConnected(error)).toBe(true)
  return error
}

const proxyThat = async (world: World, instead: (client: Duplex) => void, secure = false) =>
  (await proxyTo(world, (_request, response) => response.end(), { instead, secure })).host

const answering = (head: string) => (client: Duplex) => {
  client.end(`${head}\r\n\r\n`)
}

describe.concurrent("a failure of the proxy is reported as one", () => {
  for (const [what, head, like, isTransient] of [
    ["refuses with 403", "HTTP/1.1 403 Forbidden", /refused to connect to the account's host \(403/, false],
    ["limits with 429", "HTTP/1.1 429 Too Many", /refused to connect to the account's host \(429/, true],
    ["finds no way", "HTTP/1.1 502 Bad Gateway", /could not connect to the account's host \(502/, true],
    ["redirects", "HTTP/1.1 302 Found\r\nLocation: /login", /refused to connect .* \(302/, true],
    [
      "wants another kind of credentials",
      "HTTP/1.1 407 Auth\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM",
      /requires Negotiate or NTLM, but only Basic credentials are supported \(407/,
      false
    ],
    [
      "wants credentials",
      'HTTP/1.1 407 Auth\r\nProxy-Authenticate: NTLM\r\nProxy-Authenticate: Basic realm="x"',
      /requires a user name and password, but HTTPS_PROXY has none \(407/,
      false
    ],
    [
      "speaks no HTTP",
      "220 mail.example.test ESMTP",
      /the server that answered is not an HTTP proxy \(HTTPParserError/,
      true
    ]
  ] as const) {
    it(
      `if it ${what}`,
      inWorld(async (world) => {
        const error = await expectProxyTrouble(`http://${await proxyThat(world, answering(head))}`, like)
        expect(error.isTransient).toBe(isTransient)
      })
    )
  }

  it(
    "if it closes the connection without an answer",
    inWorld(async (world) => {
      const host = await proxyThat(world, (client) => client.destroy())
      await expectProxyTrouble(`http://${host}`, /closed the connection without an answer/)
    })
  )

  it(
    "if it gives no answer",
    inWorld(async (world) => {
      const host = await proxyThat(world, (client) => client.resume().on("end", () => client.end()))
      await expectProxyTrouble(`http://${host}`, /the proxy gave no answer in time/)
    })
  )

  it("if nothing listens, or the host does not exist", async () => {
    await expectProxyTrouble("http://127.0.0.1:1", /the proxy cannot be reached \(ECONNREFUSED/)
    await expectProxyTrouble(
      "http://proxy.invalid:3128",
      /the proxy cannot be reached \((ENOTFOUND|EAI_AGAIN)/
    )
  })

  it(
    "if it does not speak TLS, or only TLS",
    inWorld(async (world) => {
      const plain = await proxyThat(world, answering("HTTP/1.1 200 OK"))
      await expectProxyTrouble(`https://${plain}`, /does not speak TLS; try http:\/\/ instead of https:\/\//)
      const secure = await proxyThat(world, answering("HTTP/1.1 200 OK"), true)
      await expectProxyTrouble(`http://${secure}`, /not an HTTP proxy|perhaps because it requires https:\/\//)
    })
  )

  it(
    "if its certificate is not trusted, with what to set",
    inWorld(async (world) => {
      const host = await proxyThat(world, answering("HTTP/1.1 200 OK"), true)
      await expectProxyTrouble(
        `https://${host}`,
        /the proxy's certificate is not accepted \(UNABLE_TO_\w+, .*NODE_EXTRA_CA_CERTS\.$/
      )
    })
  )

  it(
    "but a failure in the tunnel is not the proxy's",
    inWorld(async (world) => {
      const host = await proxyThat(world, (client) => {
        client.write("HTTP/1.1 200 OK\r\n\r\n")
        client.once("data", () => client.destroy())
      })
      const error = await troubleThrough(`http://${host}`)
      expect(error.message).toMatch(/through proxy .*: no connection to ActiveCampaign: (?!the proxy)/)
      expect(provesNothing(error)).toBe(true)
    })
  )
})
