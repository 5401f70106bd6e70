/**
 * What keeps a client or a budget from being made: the account's URL, its API token, or an option.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const tag = <Tag extends string>(name: Tag) => `effect-activecampaign/${name}` as const

/**
 * The account's URL cannot be used. `reason` says why, without repeating credentials in it.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidAccountUrl extends Schema.TaggedError<InvalidAccountUrl>(tag("InvalidAccountUrl"))(
  "InvalidAccountUrl",
  { reason: Schema.String }
) {
  readonly isTransient = false
  override get message() {
    return `The ActiveCampaign URL cannot be used: ${this.reason}. It looks like https://ACCOUNT.api-us1.com and is shown in ActiveCampaign under Settings > Developer.`
  }
}

/**
 * The API token cannot be sent in a header: it is empty, or has a space, a line break or another invalid character. Making
 * the client fails with it, and so does a call that reads the token again. Nothing was sent.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidApiToken extends Schema.TaggedError<InvalidApiToken>(tag("InvalidApiToken"))(
  "InvalidApiToken",
  {}
) {
  readonly isTransient = false
  override get message() {
    return "The ActiveCampaign API token cannot be used: it is empty, or has a space, a line break or another character that no token has. Copy it again from Settings > Developer."
  }
}

/**
 * An option of the client or of a budget cannot be used. `reason` says what it must be.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidOption extends Schema.TaggedError<InvalidOption>(tag("InvalidOption"))("InvalidOption", {
  option: Schema.String,
  reason: Schema.String
}) {
  readonly isTransient = false
  override get message() {
    return `The option ${this.option} cannot be used: it must be ${this.reason}.`
  }
}

/**
 * Everything that making a client or a budget can fail with.
 *
 * @since 0.1.0
 * @category errors
 */
export type SetupError = InvalidAccountUrl | InvalidApiToken | InvalidOption
