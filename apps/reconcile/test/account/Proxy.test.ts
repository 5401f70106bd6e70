import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { describe, expect, it } from "vitest"
import * as Proxy from "../../src/account/Proxy.js"
import { isFor } from "../../src/account/ProxyClient.js"

const target = "https://account.api-us1.com/api/3"

const from = (env: Readonly<Record<string, string>>, url = target) =>
  Effect.runSync(
    Effect.withConfigProvider(Proxy.of(url), ConfigProvider.fromMap(new Map(Object.entries(env))))
  )

const hostFrom = (env: Readonly<Record<string, string>>, url?: string) =>
  Option.getOrUndefined(Option.map(from(env, url), ({ host }) => host))

const goesThrough = (noProxy: string, url = target) =>
  Option.match(from({ HTTPS_PROXY: "http://proxy.test:3128", NO_PROXY: noProxy }), {
    onNone: () => false,
    onSome: (proxy) => isFor(proxy, url)
  })

const parsed = (value: string) => Proxy.parse("HTTPS_PROXY", value, "")

describe("the proxy from the environment", () => {
  it("is none if nothing is set, or only blanks", () => {
    expect(hostFrom({})).toBeUndefined()
    expect(hostFrom({ HTTPS_PROXY: "", https_proxy: " ", NO_PROXY: "x" })).toBeUndefined()
  })

  it("is HTTPS_PROXY before HTTP_PROXY, and the lower case before the upper", () => {
    const [a, b, c, d] = ["http://a.test:1", "http://b.test:2", "http://c.test:3", "http://d.test:4"]
    expect(hostFrom({ https_proxy: a, HTTPS_PROXY: b, http_proxy: c, HTTP_PROXY: d })).toBe("a.test:1")
    expect(hostFrom({ HTTPS_PROXY: b, http_proxy: c, HTTP_PROXY: d })).toBe("b.test:2")
    expect(hostFrom({ http_proxy: c, HTTP_PROXY: d })).toBe("c.test:3")
    expect(hostFrom({ HTTP_PROXY: d })).toBe("d.test:4")
  })

  it("is none if the lower case is set and empty, regardless of the upper", () => {
    expect(hostFrom({ https_proxy: "", HTTPS_PROXY: "http://b.test:2" })).toBeUndefined()
  })

  it("is named with its port, even the usual one, and without credentials", () => {
    expect(hostFrom({ HTTPS_PROXY: "http://ada:secret@proxy.test" })).toBe("proxy.test:80")
    expect(hostFrom({ HTTPS_PROXY: "https://ada:secret@proxy.test/" })).toBe("proxy.test:443")
    expect(hostFrom({ HTTPS_PROXY: "http://[2001:db8::1]:3128" })).toBe("[2001:db8::1]:3128")
  })

  it("is none for addresses on this machine", () => {
    for (const url of [
      "http://127.0.0.1:8080/api/3",
      "https://127.5.0.9/api/3",
      "https://[::1]:8443/api/3",
      "https://[::ffff:127.0.0.1]/api/3",
      "https://localhost/api/3",
      "https://LOCALHOST./api/3",
      "https://account.localhost/api/3"
    ]) {
      expect(hostFrom({ HTTPS_PROXY: "http://proxy.test", HTTP_PROXY: "nonsense" }, url), url).toBeUndefined()
    }
    expect(hostFrom({ HTTPS_PROXY: "http://proxy.test" }, "https://localhost.example.com")).toBe(
      "proxy.test:80"
    )
  })

  it("gets the decoded credentials, and never prints them", () => {
    const authorizationOf = (value: string) =>
      Either.getOrThrow(Either.map(parsed(value), ({ authorization }) => Option.getOrThrow(authorization)))
    const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`
    expect(Redacted.value(authorizationOf("http://d%C3%B6%40corp:p%3A%2F@proxy.test"))).toBe(
      basic("dö@corp:p:/")
    )
    expect(Redacted.value(authorizationOf("http://token@proxy.test"))).toBe(basic("token:"))
    const proxy = Either.getOrThrow(parsed("http://ada:secret@proxy.test"))
    expect(JSON.stringify(proxy)).not.toMatch(/ada|secret|YWRh/)
  })

  it("is refused if it is invalid, without repeating it", () => {
    for (const value of [
      "ada:secret@proxy.test:3128",
      "proxy.test:3128",
      "http://",
      "http://ada:secret@proxy.test:99999",
      "socks5://ada:secret@proxy.test",
      "http://ada:12/secret@proxy.test",
      "http://ada:12?secret@proxy.test",
      "http://ada:12#secret@proxy.test",
      "http://ada:12\\secret@proxy.test",
      "http://ada:secret%@proxy.test"
    ]) {
      const refused = Either.flip(parsed(value))
      expect(Either.isRight(refused), value).toBe(true)
      const { message } = Either.getOrThrow(refused)
      expect(message).toMatch(/^HTTPS_PROXY cannot be used: /)
      expect(message).not.toMatch(/ada|secret|proxy\.test|12/)
    }
  })
})

describe("NO_PROXY", () => {
  it("excludes hosts, their subdomains or everything, as undici reads it", () => {
    expect(goesThrough("")).toBe(true)
    for (const value of [
      "account.api-us1.com",
      "ACCOUNT.API-US1.COM",
      "api-us1.com",
      ".api-us1.com",
      "*.api-us1.com",
      "other.test account.api-us1.com",
      "other.test,account.api-us1.com:443",
      " * "
    ]) {
      expect(goesThrough(value), value).toBe(false)
    }
    for (const value of ["account.api-us1.com:8443", "us1.com", "pi-us1.com", "account", "10.0.0.0/8"]) {
      expect(goesThrough(value), value).toBe(true)
    }
  })
})
