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
import { isTooDeep, mostLevels } from "./nesting.js"
import { isRedirect } from "./redirect.js"
import { retryAfterOf } from "./retryAfter.js"
import { oneLine } from "./text.js"

/** How much of a too large body becomes text: twice what an error keeps. */
const readOfTooLarge = 4096

/** The keys of ActiveCampaign's JSON errors, if this is one. */
const messageOf = (body: string): string | undefined => {
  if (isTooDeep(body)) return undefined
  try {
    const json: unknown = JSON.parse(body)
    if (typeof json !== "object" || json === null) return undefined
    if ("message" in json && typeof json.message === "string") return json.message
    const first: unknown = "errors" in json && Array.isArray(json.errors) ? json.errors[0] : undefined
    return typeof first === "object" && first !== null && "title" in first ? String(first.title) : undefined
  } catch {
    return undefined
  }
}

/** What ActiveCampaign said, in one line: the message of a JSON body, or the kind of any other body. */
const describe = (status: number, body: string, hide: Hide): string => {
  const message = messageOf(body)
  // Hidden once more: escapes of JSON are resolved only now.
  if (message !== undefined) return oneLine(hide(message), 200)
  if (status === 304) return "not modified, although nothing older was asked about"
  if (body.trim() === "") return isRedirect(status) ? "a redirect" : "no body"
  return contentOf(body) === "html" ? "an HTML page" : oneLine(body, 120)
}

/** XML begins like HTML, but is not HTML. */
const isHtml = (text: string) =>
  text.startsWith("<") &&
  /<(!doctype\s+html|html|head|body|title|meta|script|style|center|div|h[1-6]|p)\b/i.test(text.slice(0, 1024))

const contentOf = (body: string): ContractBroken["content"] => {
  const text = body.trimStart()
  if (text === "") return "empty"
  try {
    JSON.parse(text)
    return "json"
  } catch {
    return isHtml(text) ? "html" : "text"
  }
}

/** The bulk import limit arrives as a 400 with a validation-looking body. */
const speaksOfRateLimit = (body: string) => /rate limit|per minute/i.test(body)

/** Whether the batch ID is missing. For other complaints about it, ActiveCampaign's own words say more. */
const saysItIsMissing = (message: string) =>
  /batchId/i.test(message) && /\b(is (a )?required\b(?! to\b)|missing\b)/i.test(message)

/** The names of firewalls and proxies that answer instead of the API. */
const guards = ["cf-mitigated", "x-amzn-waf-action"] as const

/** Cloudflare's errors in plain text and in JSON. With this body, the API was not asked. */
const guardIn = (body: string): string | undefined => {
  if (/^\s*error code: \d{3,4}\s*$/.test(body)) return body.trim()
  if (!body.includes('"cloudflare_error"') || isTooDeep(body)) return undefined
  try {
    const json: unknown = JSON.parse(body)
    const isOurs = typeof json === "object" && json !== null && "cloudflare_error" in json
    return isOurs && json.cloudflare_error === true ? "an error of Cloudflare" : undefined
  } catch {
    return undefined
  }
}

/**
 * What answered instead of the API, in words, if anything did: a firewall or proxy that says so, or a page where the API
 * would refuse with JSON, plain text or an empty body.
 */
const inFrontOf = (
  { headers, status }: HttpClientResponse.HttpClientResponse,
  body: string
): string | undefined => {
  const words = (what: string) => `something in front of the API answered ${status}${what}`
  // Only a proxy answers 407.
  if (status === 407) return words(", as a proxy does that wants other credentials")
  const content = contentOf(body)
  const isPage =
    body.trimStart().startsWith("<") ||
    (content !== "json" && /^text\/html\b/i.test(headers["content-type"] ?? ""))
  const page = content === "html" ? " with an HTML page" : " with a page that is not the API's"
  if (status < 400 || status >= 500) return undefined
  const header = guards.find((name) => headers[name] !== undefined)
  const guard = header === undefined ? guardIn(body) : `${header}: ${headers[header]}`
  if (guard === undefined) return isPage && (status === 401 || status === 403) ? words(page) : undefined
  return words(isPage ? page : ` (${oneLine(guard, 60)})`)
}

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
    if (status === 429 || status === 503) {
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
    case "RateLimited":
      // A 503 with Retry-After comes from a server that rejects calls. Without it, it may be anything.
      return error.status === 503 && Option.isNone(error.retryAfter) ? unknown("503") : error
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
