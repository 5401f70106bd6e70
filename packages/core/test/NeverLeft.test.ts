import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { NeverLeft } from "effect-activecampaign"
import { connect, unreachable, vendor } from "./support.js"

const coded = (code: string, message = code, syscall?: string) =>
  Object.assign(new Error(message), { code, ...(syscall === undefined ? {} : { syscall }) })
const fetchFailed = (cause: unknown) => new TypeError("fetch failed", { cause })
const ofDeno = (what: string) =>
  fetchFailed(
    new Error(`error sending request for url (https://acme.test/): client error (Connect): ${what}`)
  )

// As Node 20 to 26, Bun 1.4 and Deno 2.9 were seen to tell them.
const certain: ReadonlyArray<readonly [string, NeverLeft.NeverLeft, unknown]> = [
  ["Node: refused", "refused", fetchFailed(coded("ECONNREFUSED", "connect ECONNREFUSED", "connect"))],
  [
    "Node: refused at each address",
    "refused",
    fetchFailed(Object.assign(new AggregateError([coded("ECONNREFUSED"), coded("ECONNREFUSED")]), {}))
  ],
  ["Bun: refused", "refused", coded("ECONNREFUSED", "ECONNREFUSED: Unable to connect.")],
  ["Deno: refused", "refused", ofDeno("tcp connect error: Connection refused (os error 111)")],
  ["Node: no way", "unreachable", fetchFailed(coded("EHOSTUNREACH", "connect EHOSTUNREACH", "connect"))],
  ["Deno: no way", "unreachable", ofDeno("tcp connect error: No route to host (os error 113)")],
  ["Node: no such host", "no-such-host", fetchFailed(coded("ENOTFOUND", "getaddrinfo", "getaddrinfo"))],
  ["Node: no name server", "no-such-host", fetchFailed(coded("EAI_AGAIN", "getaddrinfo", "getaddrinfo"))],
  ["Deno: no such host", "no-such-host", ofDeno("dns error: failed to lookup address information")],
  ["undici: no connection in time", "connect-timeout", coded("UND_ERR_CONNECT_TIMEOUT")],
  ["Node: no connection in time", "connect-timeout", coded("ETIMEDOUT", "connect ETIMEDOUT", "connect")],
  ["Node: a certificate", "certificate", fetchFailed(coded("DEPTH_ZERO_SELF_SIGNED_CERT"))],
  ["Node: an old certificate", "certificate", fetchFailed(coded("CERT_HAS_EXPIRED"))],
  ["Node: another's certificate", "certificate", fetchFailed(coded("ERR_TLS_CERT_ALTNAME_INVALID"))],
  ["Deno: a certificate", "certificate", ofDeno("invalid peer certificate: UnknownIssuer")],
  ["Node: no TLS", "tls", fetchFailed(coded("ERR_SSL_WRONG_VERSION_NUMBER"))],
  [
    "Node: no TLS, older",
    "tls",
    coded("EPROTO", "write EPROTO ssl3_get_record:wrong version number", "write")
  ],
  ["Bun: no TLS", "tls", coded("EPROTO", "EPROTO: The TLS handshake failed.")],
  ["Deno: no TLS", "tls", ofDeno("received corrupt message of type InvalidContentType")],
  [
    "Node: hung up in the handshake",
    "handshake-lost",
    coded("ECONNRESET", "Client network socket disconnected before secure TLS connection was established")
  ],
  ["Deno: hung up in the handshake", "handshake-lost", ofDeno("tls handshake eof")],
  ["Node: a port of another protocol", "forbidden-port", fetchFailed(new Error("bad port"))],
  [
    "Deno: a port of another protocol",
    "forbidden-port",
    new TypeError("Fetch failed: Requests to port 9 are blocked")
  ],
  ["a proxy's tunnel", "proxy", coded("ERR_PROXY_TUNNEL")],
  ["undici: a proxy's refusal", "proxy", new Error("Proxy response (407) !== 200 when HTTP Tunneling")]
]

const mayHaveLeft: ReadonlyArray<readonly [string, unknown]> = [
  ["a reset", fetchFailed(coded("ECONNRESET", "read ECONNRESET", "read"))],
  ["a host that fell off the net", coded("EHOSTUNREACH", "read EHOSTUNREACH", "read")],
  ["a connection that went silent", coded("ETIMEDOUT", "read ETIMEDOUT", "read")],
  ["a broken record of TLS", coded("ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC")],
  ["undici: other side closed", fetchFailed(coded("UND_ERR_SOCKET", "other side closed"))],
  ["undici: no head in time", coded("UND_ERR_HEADERS_TIMEOUT")],
  [
    "Deno: a broken answer",
    fetchFailed(new Error("client error (SendRequest): connection closed before message completed"))
  ],
  ["one of two addresses", new AggregateError([coded("ECONNREFUSED"), coded("ECONNRESET")])],
  ["words that only look so", new Error("ECONNREFUSED")],
  ["no error", "refused"]
]

describe("a request that never left", () => {
  it.each(certain)("is known by its code: %s", (_name, why, cause) => {
    assert.deepStrictEqual(NeverLeft.fromCause(cause), Option.some(why))
  })

  it.each(mayHaveLeft)("is not reported for %s", (_name, cause) => {
    assert.deepStrictEqual(NeverLeft.fromCause(cause), Option.none())
  })

  it.effect.each(certain)("was not a submission: %s", ([_name, why, cause]) =>
    Effect.gen(function* () {
      const client = yield* connect(vendor(unreachable(cause)).http)
      const error = yield* Effect.flip(client.submitImport({ contacts: [{ email: "ada@example.test" }] }))
      assert(error._tag === "ApiUnavailable")
      assert.strictEqual(error.neverLeft, why)
    }).pipe(Effect.scoped)
  )

  it.effect.each(mayHaveLeft)("is not certain for a submission after %s", ([_name, cause]) =>
    Effect.gen(function* () {
      const client = yield* connect(vendor(unreachable(cause)).http)
      const error = yield* Effect.flip(client.submitImport({ contacts: [{ email: "ada@example.test" }] }))
      assert.strictEqual(error._tag, "OutcomeUnknown")
    }).pipe(Effect.scoped)
  )

  it.effect.each([
    ["CERT_HAS_EXPIRED", /check the clock/],
    ["ERR_TLS_CERT_ALTNAME_INVALID", /for another host: check the URL/],
    ["SELF_SIGNED_CERT_IN_CHAIN", /NODE_EXTRA_CA_CERTS/],
    ["ERR_SSL_WRONG_VERSION_NUMBER", /The port does not speak TLS/]
  ] as const)("is not retried if it names a remedy: %s", ([code, remedy]) =>
    Effect.gen(function* () {
      const client = yield* connect(vendor(unreachable(fetchFailed(coded(code)))).http)
      const error = yield* Effect.flip(client.importTotals)
      assert.isFalse(error.isTransient)
      assert.match(error.message, remedy)
    }).pipe(Effect.scoped)
  )
})
