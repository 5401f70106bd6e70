import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ActiveCampaignClient } from "effect-activecampaign"
import { settled } from "./calling.js"
import { connect, vendor } from "./support.js"

describe("the account's URL", () => {
  const urlOf = (url: string | URL) =>
    Effect.map(connect(vendor(settled).http, { url }), (client) => client.url).pipe(Effect.scoped)
  const refusalOf = (url: string | URL) => Effect.flip(urlOf(url))
  const canonical = "https://acme.api-us1.com/api/3"

  it.effect.each([
    "https://acme.api-us1.com",
    "https://acme.api-us1.com/",
    "https://acme.api-us1.com//",
    "https://acme.api-us1.com/api",
    "https://acme.api-us1.com/api/",
    "https://acme.api-us1.com/api/3",
    "https://acme.api-us1.com/api/3/",
    "https://acme.api-us1.com/api/3///",
    "  https://acme.api-us1.com/api/3\n",
    "HTTPS://ACME.api-us1.com:443/api/3"
  ])("has one canonical form: %j", (url) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* urlOf(url), canonical)
      assert.strictEqual(yield* urlOf(yield* urlOf(url)), canonical)
      assert.strictEqual(yield* ActiveCampaignClient.accountUrl(url), canonical)
    })
  )

  it.effect("may be a URL object, and is not changed", () =>
    Effect.gen(function* () {
      const url = new URL("https://acme.api-us1.com/")
      assert.strictEqual(yield* urlOf(url), canonical)
      assert.strictEqual(url.href, "https://acme.api-us1.com/")
    })
  )

  it.effect("keeps another host, a port and a path before that of the API", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* urlOf("https://acme.activehosted.com"), "https://acme.activehosted.com/api/3")
      assert.strictEqual(
        yield* urlOf("https://proxy.test:8443/activecampaign/api/3/"),
        "https://proxy.test:8443/activecampaign/api/3"
      )
    })
  )

  it.effect.each([
    ["http://localhost:3000", "http://localhost:3000/api/3"],
    ["http://127.0.0.1:3000/", "http://127.0.0.1:3000/api/3"],
    ["http://127.1:3000/", "http://127.0.0.1:3000/api/3"],
    ["http://[::1]:3000/api/3", "http://[::1]:3000/api/3"],
    ["http://ac.localhost", "http://ac.localhost/api/3"]
  ] as const)("may be http on a loopback address: %s", ([url, expected]) =>
    Effect.map(urlOf(url), (normal) => assert.strictEqual(normal, expected))
  )

  it.effect.each([
    "http://acme.api-us1.com",
    "http://127.0.0.1.evil.test",
    "http://localhost.evil.test",
    "http://notlocalhost",
    "http://10.0.0.1",
    "http://0.0.0.0",
    "http://[::2]"
  ])("is refused as http elsewhere: %s", (url) =>
    Effect.map(refusalOf(url), (error) => {
      assert.strictEqual(error._tag, "InvalidAccountUrl")
      assert.include(error.message, "http:// is not https://")
    })
  )

  it.effect.each([
    "https://user:s3cret@acme.api-us1.com",
    "https://s3cret@acme.api-us1.com",
    "https://:s3cret@acme.api-us1.com",
    "https://acme.api-us1.com/?api_key=s3cret",
    "https://acme.api-us1.com/api/3#s3cret",
    "http://user:s3cret@localhost",
    "s3cret:user@acme.api-us1.com",
    "user:s3cret@acme.api-us1.com",
    "https://acme.api-us1.com:s3cret/",
    "s3cret",
    "//s3cret"
  ])("is refused without repeating the secret in it: %s", (url) =>
    Effect.map(refusalOf(url), (error) => {
      assert.strictEqual(error._tag, "InvalidAccountUrl")
      for (const text of [error.message, String(error), JSON.stringify(error), inspect(error)]) {
        assert.notInclude(text, "s3cret")
      }
    })
  )

  it.effect.each([
    ["", "not a URL"],
    ["acme", "not a URL"],
    ["acme.api-us1.com", "not a URL"],
    ["https://", "not a URL"],
    ["ftp://acme.api-us1.com", "not https://"],
    ["file:///etc/passwd", "not https://"],
    ["javascript:alert(1)", "not https://"],
    ["https://user@acme.api-us1.com", "user name or password"],
    ["https://acme.api-us1.com/?x=1", "query"],
    ["https://acme.api-us1.com/#x", "fragment"]
  ] as const)("is refused with a reason and an example: %j", ([url, reason]) =>
    Effect.map(refusalOf(url), (error) => {
      assert.strictEqual(error._tag, "InvalidAccountUrl")
      assert.include(error.message, reason)
      assert.include(error.message, "https://ACCOUNT.api-us1.com")
    })
  )

  it.effect("is refused before any call", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(settled)
      yield* Effect.flip(connect(http, { url: "http://acme.api-us1.com" }))
      assert.isEmpty(calls)
    }).pipe(Effect.scoped)
  )
})
