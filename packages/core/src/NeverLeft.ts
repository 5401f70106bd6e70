/**
 * Tells whether a request certainly never left, by the error codes of Node, Bun and undici, and by the messages of Deno,
 * which has no codes.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/**
 * Why a request never left:
 *
 * - `refused`: nothing listens on the port.
 * - `unreachable`: there is no route to the host.
 * - `no-such-host`: the host name is not known, or no name server answers.
 * - `connect-timeout`: no connection in time.
 * - `handshake-lost`: the connection was closed during the TLS handshake.
 * - `certificate`: the server's certificate is not accepted.
 * - `tls`: the port does not speak TLS, or no version that this runtime supports.
 * - `forbidden-port`: `fetch` refuses to use the port.
 * - `proxy`: a proxy could not be reached, or made no connection.
 * - `not-made`: the request could not be created.
 *
 * @since 0.1.0
 * @category schemas
 */
export const NeverLeft = Schema.Literal(
  "refused",
  "unreachable",
  "no-such-host",
  "connect-timeout",
  "handshake-lost",
  "certificate",
  "tls",
  "forbidden-port",
  "proxy",
  "not-made"
)

/**
 * @since 0.1.0
 * @category models
 */
export type NeverLeft = typeof NeverLeft.Type

interface Trouble {
  readonly code: string
  readonly syscall: string
  readonly message: string
}

const textOf = (value: unknown) => (typeof value === "string" ? value : "")

/** Without `instanceof`: an error may come from another realm, and undici's are of other classes. */
const troubleOf = (error: object): Trouble => ({
  code: textOf("code" in error ? error.code : ""),
  syscall: textOf("syscall" in error ? error.syscall : ""),
  message: textOf("message" in error ? error.message : "")
})

const certificates =
  /^(CERT_\w+|\w+_CERT(_\w+)?|UNABLE_TO_\w+|ERR_TLS_CERT_ALTNAME_\w+|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|CRL_\w+)$/

/** Errors that only a handshake can end with. Others, such as a bad record, may come later. */
const handshakes =
  /wrong.version.number|packet.length.too.long|http.request|handshake|unsupported.protocol|protocol.version|unrecognized.name|no.(application.)?protocol|no.(shared.cipher|ciphers.available)|key.too.small|insufficient.security/i

/** An established connection can also end like this. Only while connecting does it mean that nothing left. */
const isConnecting = ({ syscall }: Trouble) => syscall === "connect" || syscall === ""

const byCode = (trouble: Trouble): NeverLeft | undefined => {
  const { code, message, syscall } = trouble
  if (code === "ERR_PROXY_TUNNEL") return "proxy"
  if (code === "ECONNREFUSED" || code === "ConnectionRefused") return "refused"
  if (code === "ENOTFOUND" || code.startsWith("EAI_")) return "no-such-host"
  if (/^(ENETUNREACH|EHOSTUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL)$/.test(code)) {
    return isConnecting(trouble) ? "unreachable" : undefined
  }
  if (code === "UND_ERR_CONNECT_TIMEOUT" || (code === "ETIMEDOUT" && syscall === "connect")) {
    return "connect-timeout"
  }
  if (certificates.test(code)) return "certificate"
  if (code.startsWith("ERR_SSL_") && handshakes.test(code)) return "tls"
  if (code === "EPROTO" && handshakes.test(message)) return "tls"
  const isHandshake = message.includes("before secure TLS connection was established")
  return code === "ECONNRESET" && isHandshake ? "handshake-lost" : undefined
}

/** Deno's client says which of its steps failed. Before it is connected, nothing has left. */
const ofDeno = (message: string): NeverLeft | undefined => {
  if (!message.includes("client error (Connect)")) return undefined
  if (/\(os error (111|61|10061)\)/.test(message)) return "refused"
  if (message.includes("dns error")) return "no-such-host"
  if (message.includes("invalid peer certificate")) return "certificate"
  if (/received (corrupt message|fatal alert)|peer is incompatible/.test(message)) return "tls"
  if (/\(os error (110|60|10060)\)|timed out/.test(message)) return "connect-timeout"
  return /tls handshake eof|\(os error (104|54|10054)\)/.test(message) ? "handshake-lost" : "unreachable"
}

const byWords = ({ code, message }: Trouble): NeverLeft | undefined => {
  if (/^Proxy response \(\d+\) !== 200\b/.test(message)) return "proxy"
  if (code === "" && /^bad port$|Requests to port \d+ are blocked/.test(message)) return "forbidden-port"
  return ofDeno(message)
}

const deepest = 8

const find = (error: unknown, depth: number): NeverLeft | undefined => {
  if (typeof error !== "object" || error === null || depth > deepest) return undefined
  // One for each address of the host that was tried.
  if ("errors" in error && Array.isArray(error.errors) && error.errors.length > 0) {
    const found = error.errors.map((one) => find(one, depth + 1))
    return found.every((one) => one !== undefined) ? found[0] : undefined
  }
  const trouble = troubleOf(error)
  // `fetch` wraps the real error in one of its own ("fetch failed").
  return byCode(trouble) ?? byWords(trouble) ?? ("cause" in error ? find(error.cause, depth + 1) : undefined)
}

/**
 * Why a request that failed with this error never left; `None` if it may have. Takes any error of `fetch` or another
 * client, and looks into its causes.
 *
 * @example
 * ```ts
 * import { NeverLeft } from "effect-activecampaign"
 *
 * const refused = new TypeError("fetch failed", {
 *   cause: Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" })
 * })
 * NeverLeft.fromCause(refused) // Some("refused")
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const fromCause = (cause: unknown): Option.Option<NeverLeft> => Option.fromNullable(find(cause, 0))
