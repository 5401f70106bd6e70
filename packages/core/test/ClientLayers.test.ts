import { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Config, ConfigError, ConfigProvider, Effect, Redacted } from "effect"
import { ActiveCampaignClient, RetryPolicy } from "effect-activecampaign"
import { settled } from "./calling.js"
import { accountUrl, batchId, during, silence, token, vendor } from "./support.js"

describe("the layers", () => {
  const withConfig = (variables: Record<string, string>) =>
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables))))
  const use = Effect.flatMap(ActiveCampaignClient.ActiveCampaignClient, (client) =>
    client.importInfo(batchId)
  )

  it.effect("layer makes a client that calls the account", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(settled)
      const snapshot = yield* use.pipe(
        Effect.provide(ActiveCampaignClient.layer({ url: accountUrl, apiToken: Redacted.make(token) })),
        Effect.provideService(HttpClient.HttpClient, http)
      )
      assert.strictEqual(snapshot.answer.status, "completed")
      assert.lengthOf(calls, 1)
    })
  )

  it.effect("layerConfig reads URL and token from two variables", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(settled)
      yield* use.pipe(
        Effect.provide(ActiveCampaignClient.layerConfig()),
        Effect.provideService(HttpClient.HttpClient, http),
        withConfig({ ACTIVECAMPAIGN_URL: accountUrl, ACTIVECAMPAIGN_API_KEY: token })
      )
      assert.strictEqual(calls[0]?.url.host, "acme.api-us1.com")
      assert.strictEqual(calls[0]?.headers["api-token"], token)
    })
  )

  it.effect("layerConfig reads the other options from the given Config", () =>
    Effect.gen(function* () {
      const { calls, http } = vendor(silence)
      const error = yield* during("2 seconds")(Effect.flip(use)).pipe(
        Effect.provide(
          ActiveCampaignClient.layerConfig({
            timeout: Config.duration("AC_TIMEOUT"),
            retry: Config.succeed(RetryPolicy.none)
          })
        ),
        Effect.provideService(HttpClient.HttpClient, http),
        withConfig({ ACTIVECAMPAIGN_URL: accountUrl, ACTIVECAMPAIGN_API_KEY: token, AC_TIMEOUT: "2 seconds" })
      )
      assert.strictEqual(error._tag, "ApiUnavailable")
      assert.lengthOf(calls, 1)
    })
  )

  it.effect.each([
    ["ACTIVECAMPAIGN_URL", { ACTIVECAMPAIGN_API_KEY: token }],
    ["ACTIVECAMPAIGN_API_KEY", { ACTIVECAMPAIGN_URL: accountUrl }]
  ] as const)("layerConfig names a missing variable: %s", ([name, variables]) =>
    Effect.gen(function* () {
      const error = yield* use.pipe(
        Effect.provide(ActiveCampaignClient.layerConfig()),
        Effect.provideService(HttpClient.HttpClient, vendor(settled).http),
        withConfig({ ...variables }),
        Effect.flip
      )
      assert(ConfigError.isConfigError(error))
      assert.isTrue(ConfigError.isMissingData(error))
      assert.include(String(error), name)
      assert.notInclude(String(error), token)
    })
  )

  it.effect("layerConfig refuses an invalid URL", () =>
    Effect.gen(function* () {
      const error = yield* use.pipe(
        Effect.provide(ActiveCampaignClient.layerConfig()),
        Effect.provideService(HttpClient.HttpClient, vendor(settled).http),
        withConfig({ ACTIVECAMPAIGN_URL: "acme", ACTIVECAMPAIGN_API_KEY: token }),
        Effect.flip
      )
      assert.isTrue("_tag" in error && error._tag === "InvalidAccountUrl")
    })
  )
})
