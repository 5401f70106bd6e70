import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as ActiveCampaignClient from "effect-activecampaign/ActiveCampaignClient"
import * as SharedRate from "../../account/SharedRate.js"
import * as reportedCalls from "../../job/reportedCalls.js"
import type { Account } from "../config/Account.js"
import { loggedCalls } from "../logs/loggedCalls.js"
import { printable } from "../output/text.js"
import { collector } from "../telemetry/collector.js"
import { wayTo } from "./wayTo.js"

/** Spans and metrics go to a collector if the environment names one. Its code is loaded only then. */
const telemetry = Layer.unwrapEffect(
  Effect.flatMap(
    collector,
    Option.match({
      onNone: () => Effect.succeed(Layer.empty),
      onSome: (named) =>
        Effect.map(
          Effect.promise(() => import("../telemetry/telemetry.js")),
          ({ layer }) => layer(named, (url) => Effect.map(wayTo(url), ({ http }) => http))
        )
    })
  )
)

export interface AccountOptions {
  readonly requestsPerSecond: number
  readonly accountLimit: number
  /** Receives messages about the shared rate. The default is standard error. */
  readonly tell?: (sentence: string) => Effect.Effect<void>
  /** In place of what all commands use. */
  readonly client?: Pick<ActiveCampaignClient.Options, "retry" | "timeout" | "transformClient">
}

/** The client of this account, within the rate that all commands of a user share. */
export const layer = (
  { key, url }: Account,
  folder: SharedRate.Options["folder"],
  { client, tell, ...rate }: AccountOptions
) =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const account = yield* ActiveCampaignClient.accountUrl(url.text)
      const sharedRate = SharedRate.layer({
        ...rate,
        account,
        folder,
        tell: tell ?? ((sentence) => Console.error(`ac-reconcile: ${printable(sentence)}`))
      })
      const { http, proxy } = yield* wayTo(account)
      return ActiveCampaignClient.layer({
        url: url.text,
        apiToken: key.token,
        proxy,
        retry: reportedCalls.retry,
        ...client
      }).pipe(
        Layer.provide(reportedCalls.budgetLayer),
        Layer.provide([sharedRate, loggedCalls(http)]),
        Layer.provideMerge(telemetry)
      )
    })
  )
