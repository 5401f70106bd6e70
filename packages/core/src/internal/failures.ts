import type { HttpApiDecodeError } from "@effect/platform/HttpApiError"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import { BadRequestReply, ForbiddenReply } from "../ActiveCampaignApi.js"
import {
  type ActiveCampaignError,
  ApiUnavailable,
  AuthenticationFailed,
  ContractBroken,
  isInFront,
  MissingBatchId,
  OutcomeUnknown,
  RateLimited,
  RequestRejected
} from "../ActiveCampaignError.js"
import * as NeverLeft from "../NeverLeft.js"
import { BodyTooLarge, NestedTooDeep, NotUtf8 } from "./boundedBody.js"
import { type Hide, keptOf } from "./hide.js"
import { mostLevels } from "./nesting.js"
import { contentOf, describe, inFrontOf, saysItIsMissing, speaksOfRateLimit } from "./replyBody.js"
import { retryAfterOf } from "./retryAfter.js"
import { oneLine } from "./text.js"

/** How much of a too large body becomes text: twice what an error keeps. */
const readOfTooLarge = 4096

/** What an error needs besides the failure itself. */
export interface Circumstances {
  /** Method, path and query of the call. */
  readonly request: string
  readonly hide: Hide
  /** Whether a call of this client has worked before. */
  readonly workedBefore: boolean
  /** ActiveCampaign's ID of the request, or nothing, to spread into an error. */
  readonly named: { readonly requestId?: string }
}

const fromStatus = (
  circumstances: Circumstances,
  response: HttpClientResponse.HttpClientResponse
): Effect.Effect<never, ActiveCampaignError> =>
  Effect.gen(function* () {
    const { hide, named, request, workedBefore } = circumstances
    const status = response.status
    const body = hide(yield* Effect.orElseSucceed(response.text, () => ""))
    const detail = describe(status, body, hide)
    const retryAfter = retryAfterOf(response.headers, yield* Clock.currentTimeMillis)
    // A 503 with Retry-After comes from a server that rejects calls. Without it, it may be anything.
    if (status === 429 || (status === 503 && Option.isSome(retryAfter))) {
      return yield* new RateLimited({ request, status, retryAfter, ...named })
    }
    const inFront = inFrontOf(response, body)
    if (status === 408 || status >= 500 || inFront !== undefined) {
      return yield* new ApiUnavailable({
        request,
        reason: "Status",
        status: Option.some(status),
        detail: inFront === undefined ? detail : hide(inFront),
        retryAfter,
        ...named
      })
    }
    if (status === 401 || status === 403) {
      return yield* new AuthenticationFailed({
        request,
        status,
        detail,
        ...(workedBefore ? { workedBefore } : {}),
        ...named
      })
    }
    if (status === 400 && speaksOfRateLimit(body))
      return yield* new RateLimited({ request, status, retryAfter, ...named })
    if (status === 400 && saysItIsMissing(detail))
      return yield* new MissingBatchId({ request, detail, ...named })
    // A redirect that was not followed has status 0 in browsers.
    if (status >= 200 && status < 300)
      return yield* brokenBody(circumstances, status, body, "an undocumented status")
    return yield* new RequestRejected({ request, status, detail, ...named })
  })

const brokenBody = ({ named, request }: Circumstances, status: number, body: string, detail: string) =>
  new ContractBroken({ request, status, content: contentOf(body), detail, body: keptOf(body), ...named })

const decodeUtf8 = (bytes: ArrayBuffer) => new TextDecoder().decode(bytes)

const fromTooLarge = ({ hide, named, request }: Circumstances, { limit, start, status }: BodyTooLarge) =>
  new ContractBroken({
    request,
    status,
    content: "too-large",
    detail: `a body of more than ${limit} bytes`,
    // Hidden before it is cut: half a token would not be recognised.
    body: keptOf(hide(decodeUtf8(start.slice(0, readOfTooLarge)))),
    ...named
  })

const fromNotUtf8 = (circumstances: Circumstances, { status, text }: NotUtf8) =>
  brokenBody(circumstances, status, circumstances.hide(text), "not UTF-8")

// Lazy: it loads the rules of every language.
const tooDeep = () => `nested deeper than ${mostLevels.toLocaleString("en")} levels`

const fromTooDeep = (circumstances: Circumstances, { status, text }: HttpClientResponse.HttpClientResponse) =>
  Effect.flatMap(
    Effect.orElseSucceed(text, () => ""),
    (body) => {
      const hidden = circumstances.hide(body)
      const isJson = contentOf(body) === "json"
      return brokenBody(circumstances, status, hidden, isJson ? tooDeep() : oneLine(hidden, 60))
    }
  )

/** The root issue of a failed decode holds the untouched body: as bytes where HttpApiClient has decoded it. */
const fromParseError = (circumstances: Circumstances, error: ParseResult.ParseError) => {
  const { hide } = circumstances
  const { actual } = error.issue
  const text = actual instanceof ArrayBuffer ? decodeUtf8(actual) : actual
  const body = typeof text === "string" ? hide(text) : ""
  const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
  const content = contentOf(body)
  const detail =
    content === "json"
      ? `${issue === undefined || issue.path.length === 0 ? "body" : issue.path.join(".")}: ${oneLine(hide(issue?.message ?? ""), 200)}`
      : content === "empty"
        ? "no body"
        : oneLine(body, 60)
  return brokenBody(circumstances, 200, body, detail)
}

const causeOf = (cause: unknown): string => {
  // fetch wraps its own error ("fetch failed") around the real one (ECONNREFUSED, ENOTFOUND).
  if (!(cause instanceof Error)) return ""
  const inner = causeOf(cause.cause)
  if (inner !== "") return inner
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : ""
  return code !== "" && !cause.message.includes(code) ? `${code} ${cause.message}`.trim() : cause.message
}

const neverLeftOf = (error: HttpClientError.HttpClientError) =>
  error._tag === "RequestError" && error.reason !== "Transport"
    ? Option.some<NeverLeft.NeverLeft>("not-made")
    : NeverLeft.fromCause(error.cause)

const fromTransport = ({ hide, named, request }: Circumstances, error: HttpClientError.HttpClientError) =>
  new ApiUnavailable({
    request,
    reason: "Transport",
    status: Option.none(),
    detail: oneLine(hide(causeOf(error.cause) || (error.description ?? "")), 200),
    retryAfter: Option.none(),
    // If an answer broke off, its request has left.
    ...(error._tag === "RequestError" &&
      Option.match(neverLeftOf(error), { onNone: () => ({}), onSome: (neverLeft) => ({ neverLeft }) })),
    ...named
  })

export type Failure =
  | HttpClientError.HttpClientError
  | ParseResult.ParseError
  | HttpApiDecodeError
  | BadRequestReply
  | ForbiddenReply

/** The one place where a failure of the platform becomes an `ActiveCampaignError`. */
export const fromFailure = (
  circumstances: Circumstances,
  failure: Failure
): Effect.Effect<never, ActiveCampaignError> => {
  // Declared in the contract for the simulator. The derived client gets only 200, because of filterStatus.
  if (failure instanceof BadRequestReply || failure instanceof ForbiddenReply) return Effect.die(failure)
  switch (failure._tag) {
    case "ResponseError":
      if (failure.cause instanceof BodyTooLarge) return fromTooLarge(circumstances, failure.cause)
      if (failure.cause instanceof NotUtf8) return fromNotUtf8(circumstances, failure.cause)
      if (failure.cause instanceof NestedTooDeep) return fromTooDeep(circumstances, failure.response)
      return failure.reason === "StatusCode"
        ? fromStatus(circumstances, failure.response)
        : fromTransport(circumstances, failure)
    case "RequestError":
      return fromTransport(circumstances, failure)
    case "ParseError":
      return fromParseError(circumstances, failure)
    case "HttpApiDecodeError":
      return Effect.die(failure)
  }
}

export const timedOut = (request: string, after: Duration.Duration) =>
  new ApiUnavailable({
    request,
    reason: "Timeout",
    status: Option.none(),
    detail: Duration.format(after),
    retryAfter: Option.none()
  })

/** The same error if the submission was certainly not queued, else `OutcomeUnknown`. */
export const fromSubmission = (error: ActiveCampaignError): ActiveCampaignError => {
  if (error._tag === "InvalidApiToken") return error
  const { request, requestId } = error
  const unknown = (detail: string) =>
    new OutcomeUnknown({ request, detail, ...(requestId === undefined ? {} : { requestId }) })
  switch (error._tag) {
    case "ApiUnavailable":
      if (error.neverLeft !== undefined) return error
      // If something answered instead of the API, the contacts did not reach it.
      if (isInFront(error)) return error
      if (error.reason === "Timeout") return unknown(`nothing came within ${error.detail}`)
      return unknown([...Option.toArray(error.status), error.detail].join(" "))
    case "ContractBroken":
      return unknown(`${error.status}, but ${error.content}: ${error.detail}`)
    default:
      return error
  }
}
