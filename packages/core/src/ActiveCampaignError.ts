/**
 * What can go wrong with a call, one error for each thing that the caller can do about it.
 *
 * No error contains the request's headers, so none can contain the API token. `requestId` is ActiveCampaign's ID of the
 * request, if the answer had one: its support can look it up.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Millis, maybe } from "./internal/json.js"
import { isRedirect } from "./internal/redirect.js"
import { isMendedByWaiting, remedyOf } from "./internal/remedy.js"
import { longestRetryAfter } from "./internal/waits.js"
import { NeverLeft } from "./NeverLeft.js"
import { InvalidApiToken } from "./SetupError.js"

const request = Schema.String.annotations({
  description: "Method, path and query of the call, and its proxy; never its headers"
})
const retryAfter = maybe(Millis)
const requestId = Schema.optionalWith(Schema.String, { exact: true }).annotations({
  description: "ActiveCampaign's ID of the request, if the answer had one: `X-Request-Id`, or else `Cf-Ray`"
})
const tag = <Tag extends string>(name: Tag) => `effect-activecampaign/${name}` as const

/**
 * 400 that says `batchId` is required or missing: the call arrived without one.
 *
 * @since 0.1.0
 * @category errors
 */
export class MissingBatchId extends Schema.TaggedError<MissingBatchId>(tag("MissingBatchId"))(
  "MissingBatchId",
  {
    request,
    detail: Schema.String,
    requestId
  }
) {
  readonly isTransient = false
  override get message() {
    return `${this.request}: ActiveCampaign says the batch ID is missing (${this.detail}).${named(this)}`
  }
}

/**
 * 401 or 403 from the API: the token is wrong, revoked, of another account, or may not do this. The same status from a
 * firewall or proxy in front of the API is `ApiUnavailable`.
 *
 * ActiveCampaign sometimes answers 403 to valid tokens. If calls of this client `workedBefore`, a 403 therefore counts as
 * transient.
 *
 * @since 0.1.0
 * @category errors
 */
export class AuthenticationFailed extends Schema.TaggedError<AuthenticationFailed>(
  tag("AuthenticationFailed")
)("AuthenticationFailed", {
  request,
  status: Schema.Int,
  detail: Schema.String,
  workedBefore: Schema.optionalWith(Schema.Literal(true), { exact: true }),
  requestId
}) {
  get isTransient() {
    return this.workedBefore === true && this.status === 403
  }
  override get message() {
    const answer = `${this.status}${suffix(this.detail)}`
    const refused =
      this.workedBefore === true
        ? `${this.request}: ActiveCampaign refused this with ${answer}, though the same API token has worked before. Its user may not be allowed to see this, or the token was replaced: see Settings > Developer.`
        : `${this.request}: ActiveCampaign refused the API token with ${answer}. Compare token and URL with those under Settings > Developer.`
    return `${refused}${named(this)}`
  }
}

/**
 * 429, 503 with `Retry-After`, or a 400 whose text is about a rate limit. `retryAfter` is what the server asked for.
 *
 * @since 0.1.0
 * @category errors
 */
export class RateLimited extends Schema.TaggedError<RateLimited>(tag("RateLimited"))("RateLimited", {
  request,
  status: Schema.Int,
  retryAfter,
  requestId
}) {
  readonly isTransient = true
  override get message() {
    const wait = Option.match(Option.filter(this.retryAfter, Duration.greaterThan(Duration.zero)), {
      onNone: () => "",
      onSome: (duration) => `, asking to wait ${waitOf(duration)}`
    })
    return `${this.request}: ActiveCampaign is limiting the rate (${this.status}${wait}). The limit of 5 requests a second is shared by everything that uses the account.${named(this)}`
  }
}

/**
 * No usable answer for now: 408 or 5xx (`Status`), no connection (`Transport`), or none in time (`Timeout`). A 503 that asks
 * to wait is `RateLimited`.
 *
 * `Status` also covers a 401 or 403 with a page that is not the API's, a 407, and any 4xx that a firewall marks as its own
 * (`cf-mitigated`, `error code: 1020`): these come from something in front of the API and say nothing about the token.
 *
 * `neverLeft` says why the request certainly never left, if that is known: then a submission was not queued.
 *
 * All are transient except those that waiting cannot fix: a proxy that refuses (with wrong credentials, trying again could
 * lock its user out), a certificate that is not accepted, and a port that does not speak TLS or that `fetch` refuses.
 *
 * @since 0.1.0
 * @category errors
 */
export class ApiUnavailable extends Schema.TaggedError<ApiUnavailable>(tag("ApiUnavailable"))(
  "ApiUnavailable",
  {
    request,
    reason: Schema.Literal("Status", "Transport", "Timeout"),
    status: Schema.optionalWith(Schema.Int, { as: "Option", exact: true }),
    detail: Schema.String,
    retryAfter,
    neverLeft: Schema.optionalWith(NeverLeft, { exact: true }),
    requestId
  }
) {
  get isTransient() {
    return isMendedByWaiting(this)
  }
  override get message() {
    const { detail, request } = this
    if (this.reason === "Timeout") return `${request}: no answer from ActiveCampaign within ${detail}.`
    if (this.reason === "Transport") {
      return `${request}: no connection to ActiveCampaign${suffix(detail)}. ${remedyOf(this)}`
    }
    if (isInFront(this))
      return `${request}: no answer from ActiveCampaign: ${detail}. This says nothing about the API token.${named(this)}`
    return `${request}: ActiveCampaign is unavailable (${Option.getOrElse(this.status, () => "5xx")}${suffix(detail)}).${named(this)}`
  }
}

/**
 * Any other 4xx, or a redirect, which is never followed because the token would be sent along. Asking again will not help.
 *
 * @since 0.1.0
 * @category errors
 */
export class RequestRejected extends Schema.TaggedError<RequestRejected>(tag("RequestRejected"))(
  "RequestRejected",
  {
    request,
    status: Schema.Int,
    detail: Schema.String,
    requestId
  }
) {
  readonly isTransient = false
  override get message() {
    const hint = isRedirect(this.status)
      ? " A redirect usually means the URL is not that of an account's API."
      : ""
    return `${this.request}: ActiveCampaign rejected the call with ${this.status}${suffix(this.detail)}.${hint}${named(this)}`
  }
}

/**
 * A 2xx whose body is not the documented JSON. `body` holds its first 2 KiB.
 *
 * `content` is `html`, `empty` or `text` (also for JSON that was cut off) if the body is not JSON, and `json` if it has
 * another shape or is nested deeper than 1,000 levels. Both count as transient: the first has been seen to pass by itself;
 * the second is asked for only once more, under any policy. A body above the client's `maxBodyBytes` is `too-large`; it
 * was not read to its end.
 *
 * @since 0.1.0
 * @category errors
 */
export class ContractBroken extends Schema.TaggedError<ContractBroken>(tag("ContractBroken"))(
  "ContractBroken",
  {
    request,
    status: Schema.Int,
    content: Schema.Literal("json", "html", "empty", "text", "too-large"),
    detail: Schema.String,
    body: Schema.String,
    requestId
  }
) {
  get isTransient() {
    return this.content !== "too-large"
  }
  override get message() {
    return `${this.request}: ActiveCampaign answered ${this.status} with something other than its documented JSON (${this.content}: ${this.detail}).${named(this)}`
  }
}

/**
 * A submission whose answer was lost: no reply in time, a broken connection, 5xx, or a 2xx that cannot be read, names
 * no batch, or says that it failed.
 *
 * The batch may have been queued under an unknown ID. Never retried: updating contacts twice does no harm, but automations
 * and list subscriptions may run twice.
 *
 * @since 0.1.0
 * @category errors
 */
export class OutcomeUnknown extends Schema.TaggedError<OutcomeUnknown>(tag("OutcomeUnknown"))(
  "OutcomeUnknown",
  { request, detail: Schema.String, requestId }
) {
  readonly isTransient = false
  override get message() {
    return `${this.request}: the answer was lost${suffix(this.detail)}. The contacts may still have been queued. Look them up in the account before sending them again.${named(this)}`
  }
}

/**
 * Whether a proxy could not be reached or made no connection: the account was not asked. It is recognised by Node's code
 * `ERR_PROXY_TUNNEL`, or by the messages of undici's agents.
 *
 * @since 0.1.0
 * @category guards
 */
export const isProxyTrouble = ({ neverLeft }: ApiUnavailable): boolean => neverLeft === "proxy"

/**
 * Whether something in front of the API answered instead: a firewall or a proxy that rejected the call.
 *
 * @since 0.1.0
 * @category guards
 */
export const isInFront = ({ reason, status }: ApiUnavailable): boolean =>
  reason === "Status" && Option.exists(status, (code) => code < 500 && code !== 408)

/** The longest wait: a broken header may ask for days. */
const waitOf = (duration: Duration.Duration) =>
  Duration.greaterThan(duration, longestRetryAfter)
    ? `more than ${Duration.format(longestRetryAfter)}`
    : Duration.format(duration)

const named = (error: { readonly requestId?: string }) =>
  error.requestId === undefined ? "" : ` ActiveCampaign calls this request ${error.requestId}.`

const suffix = (detail: string) => (detail === "" ? "" : `: ${detail}`)

/**
 * Everything a single call can fail with, as a schema.
 *
 * @since 0.1.0
 * @category errors
 */
export const ActiveCampaignError = Schema.Union(
  InvalidApiToken,
  MissingBatchId,
  AuthenticationFailed,
  RateLimited,
  ApiUnavailable,
  RequestRejected,
  ContractBroken,
  OutcomeUnknown
)

/**
 * @since 0.1.0
 * @category errors
 */
export type ActiveCampaignError = typeof ActiveCampaignError.Type

/**
 * Whether asking again later may give an answer.
 *
 * @since 0.1.0
 * @category guards
 */
export const isTransient = (error: ActiveCampaignError): boolean => error.isTransient

/**
 * How long the server asked to wait, if it did.
 *
 * @since 0.1.0
 * @category getters
 */
export const retryAfterOf = (error: ActiveCampaignError): Option.Option<Duration.Duration> =>
  "retryAfter" in error ? error.retryAfter : Option.none()
