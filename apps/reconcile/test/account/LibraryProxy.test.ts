import { readFileSync } from "node:fs"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Undici from "@effect/platform-node/Undici"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as ActiveCampaignClient from "effect-activecampaign/ActiveCampaignClient"
import { BatchId } from "effect-activecampaign/BatchId"
import * as RetryPolicy from "effect-activecampaign/RetryPolicy"
import { expect, it } from "vitest"
import { hostOnlyTheProxyKnows, proxyTo } from "../cli/support/proxied.js"
import { inWorld } from "../cli/support/World.js"

// As the library's README has it.
const ProxiedHttp = Layer.provide(
  NodeHttpClient.layerUndiciWithoutDispatcher,
  Layer.scoped(
    NodeHttpClient.Dispatcher,
    Effect.acquireRelease(
      Effect.sync(() => new Undici.EnvHttpProxyAgent()),
      (agent) => Effect.promise(() => agent.destroy())
    )
  )
)

it("the library's README shows the layer that is tested here", () => {
  const readme = readFileSync(new URL("../../../../packages/core/README.md", import.meta.url), "utf8")
  const here = readFileSync(new URL(import.meta.url), "utf8")
  const [shown] = /^const ProxiedHttp = [\s\S]*?^\)$/m.exec(here) ?? []
  expect(readme).toContain(shown)
})

it(
  "the library's README shows a layer that uses the proxy of the environment",
  inWorld(async (world) => {
    const proxy = await proxyTo(world, (_request, response) => response.end(), { credentials: "ada:secret" })
    const client = ActiveCampaignClient.layer({
      url: `https://${hostOnlyTheProxyKnows}`,
      apiToken: Redacted.make("token-of-nobody"),
      retry: RetryPolicy.none,
      proxy: proxy.host
    }).pipe(Layer.provide(ProxiedHttp))
    const before = process.env.HTTPS_PROXY
    process.env.HTTPS_PROXY = `http://ada:wrong@${proxy.host}`
    const error = await Effect.runPromise(
      Effect.flatMap(ActiveCampaignClient.ActiveCampaignClient, ({ importInfo }) =>
        Effect.flip(importInfo(BatchId.make("batch-1")))
      ).pipe(Effect.provide(client))
    ).finally(() => {
      if (before === undefined) delete process.env.HTTPS_PROXY
      else process.env.HTTPS_PROXY = before
    })
    expect(proxy.asked).toHaveLength(1)
    expect(error).toMatchObject({ _tag: "ApiUnavailable", isTransient: false })
    expect(error.message).toMatch(/through proxy .*Proxy response \(407\).*The account was not asked/)
  })
)
