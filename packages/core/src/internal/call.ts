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
  MissingBatchId,
  RateLimited,
  RequestRejected
} from "../ActiveCampaignError.js"
import { parseRetryAfter } from "./retryAfter.js"

const bodyLimit = 2048

/** What ActiveCampaign said, in one line: the message of its JSON bodies, or the kind of anything else. */
const describe = (status: number, body: string): string => {
  try {
    const json: unknown = JSON.parse(body)
    if (typeof json === "object" && json !== null) {
      const { errors, message } = json as { errors?: unknown; message?: unknown }
      if (typeof message === "string") return oneLine(message, 200)
      const first: unknown = Array.isArray(errors) ? errors[0] : undefined
      if (typeof first === "object" && first !== null && "title" in first)
        return oneLine(String(first.title), 200)
    }
  } catch {}
  if (body.trim() === "") return status === 0 || (status >= 300 && status < 400) ? "a redirect" : "no body"
  return contentOf(body) === "html" ? "an HTML page" : oneLine(body, 120)
}

const oneLine = (text: string, limit: number) => {
  const line = text.replace(/\s+/g, " ").trim()
  return line.length > limit ? `${line.slice(0, limit)}…` : line
}

const contentOf = (body: string): ContractBroken["content"] => {
  const text = body.trimStart()
  if (text === "") return "empty"
  try {
    JSON.parse(text)
    return "json"
  } catch {
    return text.startsWith("<") ? "html" : "text"
  }
}

/** The bulk import limit arrives as a 400 with a validation-looking body. */
const speaksOfRateLimit = (body: string) => /rate limit|per minute/i.test(body)

/** Takes the API token out of a text that did not come from us. */
export type Hide = (text: string) => string

const fromStatus = (
  request: string,
  response: HttpClientResponse.HttpClientResponse,
  hide: Hide
): Effect.Effect<never, ActiveCampaignError> =>
  Effect.gen(function* () {
    const status = response.status
    const body = hide(yield* Effect.orElseSucceed(response.text, () => ""))
    const detail = describe(status, body)
    const retryAfter = parseRetryAfter(response.headers["retry-after"], yield* Clock.currentTimeMillis)
    if (status === 429 || status === 503) return yield* new RateLimited({ request, status, retryAfter })
    if (status === 408 || status >= 500) {
      return yield* new ApiUnavailable({
        request,
        reason: "Status",
        status: Option.some(status),
        detail,
        retryAfter
      })
    }
    if (status === 401 || status === 403) return yield* new AuthenticationFailed({ request, status, detail })
    if (status === 400 && speaksOfRateLimit(body))
      return yield* new RateLimited({ request, status, retryAfter })
    if (status === 400 && /batchId/.test(detail)) return yield* new MissingBatchId({ request, detail })
    // A redirect that was not followed has status 0 in browsers.
    if (status >= 200 && status < 300)
      return yield* brokenBody(request, status, body, "an undocumented status")
    return yield* new RequestRejected({ request, status, detail })
  })

const brokenBody = (request: string, status: number, body: string, detail: string) =>
  new ContractBroken({ request, status, content: contentOf(body), detail, body: body.slice(0, bodyLimit) })

/** The root issue of a failed decode holds the untouched body: HttpApiClient decodes from the bytes. */
const fromParseError = (request: string, error: ParseResult.ParseError, hide: Hide) => {
  const { actual } = error.issue
  const body = actual instanceof ArrayBuffer ? hide(new TextDecoder().decode(actual)) : ""
  const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
  const content = contentOf(body)
  const detail =
    content === "json"
      ? `${issue === undefined || issue.path.length === 0 ? "body" : issue.path.join(".")}: ${oneLine(hide(issue?.message ?? ""), 200)}`
      : content === "empty"
        ? "no body"
        : oneLine(body, 60)
  return brokenBody(request, 200, body, detail)
}

const causeOf = (cause: unknown): string => {
  // fetch wraps what happened ("fetch failed") around what went wrong (ECONNREFUSED, ENOTFOUND).
  if (!(cause instanceof Error)) return ""
  const inner = causeOf(cause.cause)
  if (inner !== "") return inner
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : ""
  return code !== "" && !cause.message.includes(code) ? `${code} ${cause.message}`.trim() : cause.message
}

const fromTransport = (request: string, error: HttpClientError.HttpClientError, hide: Hide) =>
  new ApiUnavailable({
    request,
    reason: "Transport",
    status: Option.none(),
    detail: oneLine(hide(causeOf(error.cause) || (error.description ?? "")), 200),
    retryAfter: Option.none()
  })

export type Failure =
  | HttpClientError.HttpClientError
  | ParseResult.ParseError
  | HttpApiDecodeError
  | BadRequestReply
  | ForbiddenReply

/** The one place where a failure of the platform becomes an error of ours. */
export const fromFailure = (
  request: string,
  failure: Failure,
  hide: Hide
): Effect.Effect<never, ActiveCampaignError> => {
  // Declared in the contract for the simulator; filterStatus leaves the derived client nothing but 200.
  if (failure instanceof BadRequestReply || failure instanceof ForbiddenReply) return Effect.die(failure)
  switch (failure._tag) {
    case "ResponseError":
      return failure.reason === "StatusCode"
        ? fromStatus(request, failure.response, hide)
        : Effect.fail(fromTransport(request, failure, hide))
    case "RequestError":
      return Effect.fail(fromTransport(request, failure, hide))
    case "ParseError":
      return Effect.fail(fromParseError(request, failure, hide))
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
