import { BlockList, isIP } from "node:net"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/** The proxy setting in the environment cannot be used. Its value is not repeated: it may contain credentials. */
export class InvalidProxyUrl extends Schema.TaggedError<InvalidProxyUrl>("ac-reconcile/InvalidProxyUrl")(
  "InvalidProxyUrl",
  { variable: Schema.String, reason: Schema.String }
) {
  override get message() {
    return `${this.variable} cannot be used: ${this.reason}. Write it as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT.`
  }
}

/** A proxy that the environment names. */
export interface Proxy {
  readonly variable: string
  /** Without credentials. */
  readonly url: string
  /** Host and port, for messages. */
  readonly host: string
  /** The value of `Proxy-Authorization`. */
  readonly authorization: Option.Option<Redacted.Redacted>
  /** Hosts that are reached without it. */
  readonly noProxy: string
}

const ports: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" }

const authorizationOf = ({ password, username }: URL) =>
  Option.liftThrowable(() => `${decodeURIComponent(username)}:${decodeURIComponent(password)}`)().pipe(
    Option.map((credentials) => Redacted.make(`Basic ${Buffer.from(credentials).toString("base64")}`))
  )

/** Parses the value of a variable. */
export const parse = (
  variable: string,
  value: string,
  noProxy: string
): Either.Either<Proxy, InvalidProxyUrl> => {
  const refuse = (reason: string) => Either.left(new InvalidProxyUrl({ variable, reason }))
  if (!URL.canParse(value)) return refuse("it is not a URL")
  const url = new URL(value)
  const port = ports[url.protocol]
  if (port === undefined) return refuse("it does not begin with http:// or https://")
  // In `user:12/34@host` the password's start would be taken for the port, and told.
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    return refuse(
      "there is text after the host and port. In a user name or password, write %2F for a slash, %3F for a question mark and %23 for a number sign"
    )
  }
  const hasCredentials = url.username !== "" || url.password !== ""
  const authorization = hasCredentials ? authorizationOf(url) : Option.none()
  if (hasCredentials && Option.isNone(authorization)) {
    return refuse(
      "its user name or password contains a percent sign that is not part of an escape. Write it as %25"
    )
  }
  return Either.right({
    variable,
    url: url.origin,
    host: `${url.hostname}:${url.port || port}`,
    authorization,
    noProxy
  })
}

const loopback = new BlockList()
loopback.addSubnet("127.0.0.0", 8, "ipv4")
loopback.addAddress("::1", "ipv6")

const isLoopback = (url: URL) => {
  const host = url.hostname.replace(/^\[|\]$|\.$/g, "")
  if (host === "localhost" || host.endsWith(".localhost")) return true
  const family = isIP(host)
  return family !== 0 && loopback.check(host, family === 6 ? "ipv6" : "ipv4")
}

/** Read as undici does: lower case wins, even if it is empty. */
const read = (name: string) =>
  Effect.option(Config.string(name.toLowerCase())).pipe(
    Effect.flatMap((lower) =>
      Option.isSome(lower)
        ? Effect.succeed([name.toLowerCase(), lower] as const)
        : Effect.map(Effect.option(Config.string(name)), (upper) => [name, upper] as const)
    ),
    Effect.map(([variable, value]) => ({ variable, value: Option.getOrElse(value, () => "").trim() }))
  )

/** The proxy that the environment names for a URL. Loopback has none, whatever is set there. */
export const of = (target: string): Effect.Effect<Option.Option<Proxy>, InvalidProxyUrl> =>
  Effect.gen(function* () {
    if (isLoopback(new URL(target))) return Option.none()
    // Accounts are https; undici, too, falls back to the other one.
    const https = yield* read("HTTPS_PROXY")
    const { value, variable } = https.value === "" ? yield* read("HTTP_PROXY") : https
    if (value === "") return Option.none()
    const noProxy = yield* read("NO_PROXY")
    return Option.some(yield* parse(variable, value, noProxy.value))
  })
