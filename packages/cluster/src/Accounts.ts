/**
 * How a workflow reaches an account: by its name, which is all that is stored. The key is read where the work is done.
 *
 * @since 0.1.0
 */
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { ActiveCampaignClient } from "effect-activecampaign/ActiveCampaignClient"

/**
 * The name of an account, as your service calls it: at most 200 characters. It is stored and logged, so never use a key.
 *
 * @since 0.1.0
 * @category models
 */
export const AccountName = Schema.NonEmptyString.pipe(Schema.maxLength(200)).annotations({
  identifier: "AccountName",
  description: "The name of an account, as your service calls it"
})

/**
 * Makes the client of an account, where it is needed. On a runner, all who use it at the same time share one. When nobody
 * uses it any more, or the account has refused its key, the next one gets a new client, so that a key can be replaced. The
 * `RateBudget` that all runners share is provided to it. The message of its error is stored, so it must not contain the key.
 *
 * @example
 * ```ts
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Config from "effect/Config"
 * import * as Layer from "effect/Layer"
 * import { ActiveCampaignClient } from "effect-activecampaign"
 * import type { Accounts } from "effect-activecampaign-cluster"
 *
 * // The account "ACME" has its address in ACME_URL and its key in ACME_KEY.
 * const accounts: Accounts.Accounts = (account) =>
 *   ActiveCampaignClient.layerConfig({
 *     url: Config.string(`${account}_URL`),
 *     apiToken: Config.redacted(`${account}_KEY`)
 *   }).pipe(Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export type Accounts<R = never> = (account: string) => Layer.Layer<ActiveCampaignClient, unknown, R>

/**
 * No client could be made for the account, for instance because its key could not be read. Nothing was sent.
 *
 * @since 0.1.0
 * @category errors
 */
export class AccountUnavailable extends Schema.TaggedError<AccountUnavailable>(
  "effect-activecampaign-cluster/AccountUnavailable"
)("AccountUnavailable", { account: AccountName, detail: Schema.String }) {
  readonly isTransient = false
  override get message() {
    return `No client could be made for the account ${this.account}, and nothing was sent. Check its address and key where the runners read them: ${this.detail}`
  }
}
