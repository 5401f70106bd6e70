import { isIP } from "node:net"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Undici from "@effect/platform-node/Undici"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as NeverLeft from "effect-activecampaign/NeverLeft"
import { codeOf } from "../ledger/LedgerError.js"
import type { Proxy } from "./Proxy.js"

/** Milliseconds; less than a call may take, so that a hanging proxy is recognised. */
const longestSilence = 15_000

/** An error of the proxy, with Node's code for it, which distinguishes it from the account's errors. */
class TunnelError extends Error {
  readonly code = "ERR_PROXY_TUNNEL"
  constructor(what: string, why: string) {
    super(`${what} (${why}, ERR_PROXY_TUNNEL)`)
  }
}

/** Names of schemes only: the rest of the header may repeat what the proxy was sent. */
const schemesIn = (header: string | Array<string> | undefined) => {
  const text = [header ?? ""].flat().join(", ")
  return ["Basic", "Negotiate", "NTLM", "Digest", "Bearer"].filter((name) =>
    new RegExp(`(^|,)\\s*${name}\\b`, "i").test(text)
  )
}

const wantsCredentials = ({ authorization, variable }: Proxy, schemes: ReadonlyArray<string>) => {
  if (schemes.length > 0 && !schemes.includes("Basic")) {
    return `the proxy requires ${schemes.join(" or ")}, but only Basic credentials are supported`
  }
  return Option.isSome(authorization)
    ? `the proxy does not accept the user name and password in ${variable}`
    : `the proxy requires a user name and password, but ${variable} has none`
}

const refusal = (proxy: Proxy, { headers, statusCode }: Undici.Dispatcher.ConnectData) => {
  const what =
    statusCode === 407
      ? wantsCredentials(proxy, schemesIn(headers["proxy-authenticate"]))
      : statusCode < 500
        ? "the proxy refused to connect to the account's host"
        : "the proxy could not connect to the account's host"
  return new TunnelError(what, String(statusCode))
}

const fromError = ({ url, variable }: Proxy, error: unknown) => {
  const code = codeOf(error) || (error instanceof Error ? error.name : "unknown")
  const what = (): string => {
    switch (Option.getOrUndefined(NeverLeft.fromCause(error))) {
      case "refused":
      case "unreachable":
      case "no-such-host":
      case "connect-timeout":
        return "the proxy cannot be reached"
      case "certificate":
        return "the proxy's certificate is not accepted"
      case "tls":
        return `the proxy does not speak TLS; try http:// instead of https:// in ${variable}`
    }
    if (error instanceof Error && error.name === "HTTPParserError")
      return "the server that answered is not an HTTP proxy"
    if (code === "UND_ERR_HEADERS_TIMEOUT") return "the proxy gave no answer in time"
    if (!/^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/.test(code)) return "the proxy made no connection"
    const other = url.startsWith("http:") ? ", perhaps because it requires https://" : ""
    return `the proxy closed the connection without an answer${other}`
  }
  return new TunnelError(what(), code)
}

type ConnectOptions = Omit<Undici.Dispatcher.ConnectOptions, "origin">
type OnConnected = (error: Error | null, data: Undici.Dispatcher.ConnectData) => void

const connector = Undici.buildConnector({})

/** Drops the server name that the agent sets for an IP address: Node warns about it on stderr. */
const toNamed: Undici.buildConnector.connector = (options, callback) => {
  const { servername, ...unnamed } = options
  const isNumber = isIP((servername ?? "").replace(/^\[|\]$/g, "")) !== 0
  connector(isNumber ? unnamed : options, callback)
}

/** Connections to the proxy; each asks it for one to the account. */
class ToProxy extends Undici.Pool {
  readonly #proxy: Proxy
  constructor(proxy: Proxy, origin: URL, options: Undici.Pool.Options) {
    super(origin, { ...options, connect: toNamed })
    this.#proxy = proxy
  }
  async #connected(options: ConnectOptions) {
    const data = await super.connect(options).catch((error: unknown) => {
      throw fromError(this.#proxy, error)
    })
    if (data.statusCode === 200) return data
    // Nobody reads further; an error after the answer does not matter.
    data.socket.on("error", () => {}).destroy()
    throw refusal(this.#proxy, data)
  }
  override connect(options: ConnectOptions): Promise<Undici.Dispatcher.ConnectData>
  override connect(options: ConnectOptions, callback: OnConnected): void
  override connect(options: ConnectOptions, callback?: OnConnected) {
    return callback === undefined ? this.#connected(options) : super.connect(options, callback)
  }
}

class Silent extends Undici.Dispatcher {
  override dispatch() {
    return true
  }
}

/** Whether `NO_PROXY` leaves the URL to the proxy, as undici itself decides; no request is made. */
export const isFor = ({ noProxy, url }: Proxy, target: string): boolean => {
  let throughProxy = false
  const asked = new Undici.EnvHttpProxyAgent({
    httpProxy: url,
    httpsProxy: url,
    noProxy,
    factory: (_origin, options) => {
      // Only what goes through a proxy has a way of its own to connect.
      throughProxy = "connect" in options && typeof options.connect === "function"
      return new Silent()
    }
  })
  asked.dispatch({ origin: new URL(target).origin, path: "/", method: "HEAD" }, {})
  return throughProxy
}

const dispatcher = (proxy: Proxy, headersTimeout: number) =>
  Effect.acquireRelease(
    Effect.sync(
      () =>
        new Undici.ProxyAgent({
          uri: proxy.url,
          ...(Option.isSome(proxy.authorization) && { token: Redacted.value(proxy.authorization.value) }),
          clientFactory: (origin, options) => new ToProxy(proxy, origin, { ...options, headersTimeout })
        })
    ),
    (agent) => Effect.promise(() => agent.destroy())
  )

/** Goes through the proxy, whatever the URL. */
export const layer = (proxy: Proxy, silence = longestSilence): Layer.Layer<HttpClient.HttpClient> =>
  Layer.provide(
    NodeHttpClient.layerUndiciWithoutDispatcher,
    Layer.scoped(NodeHttpClient.Dispatcher, dispatcher(proxy, silence))
  )
