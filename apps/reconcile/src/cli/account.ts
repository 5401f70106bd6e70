import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as ActiveCampaignClient from "effect-activecampaign/ActiveCampaignClient"
import * as RateBudget from "effect-activecampaign/RateBudget"
import * as Attempts from "../job/Attempts.js"

/** The call lacks something, or asks for what cannot be. */
export class ConfigurationError extends Schema.TaggedError<ConfigurationError>(
  "ac-reconcile/ConfigurationError"
)("ConfigurationError", { problem: Schema.String, hint: Schema.String }) {
  override get message() {
    return `${this.problem} ${this.hint}`
  }
}

const setting = <A>(name: string, config: Config.Config<A>, hint: string) =>
  Effect.mapError(config, () => new ConfigurationError({ problem: `${name} is not set.`, hint }))

/** The account's client, from the environment. The token is read here and goes nowhere but into the header. */
export const layer = (options: { readonly requestsPerSecond: number }) =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const url = yield* setting(
        "ACTIVECAMPAIGN_URL",
        Config.nonEmptyString("ACTIVECAMPAIGN_URL"),
        "Set it to the URL that ActiveCampaign shows under Settings > Developer, such as https://ACCOUNT.api-us1.com."
      )
      const apiToken = yield* setting(
        "ACTIVECAMPAIGN_API_KEY",
        Config.redacted(Config.nonEmptyString("ACTIVECAMPAIGN_API_KEY")),
        "Set it to the key that ActiveCampaign shows under Settings > Developer."
      )
      return ActiveCampaignClient.layer({ url, apiToken, retry: Attempts.retry })
    })
  ).pipe(
    Layer.provide([
      NodeHttpClient.layerUndici,
      Attempts.budgetLayer.pipe(Layer.provide(RateBudget.layer(options)))
    ])
  )
