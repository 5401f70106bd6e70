import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Endpoint, Fault, FaultTrigger } from "../Fault.js"
import * as Reply from "../Reply.js"
import type { Scenario } from "../Scenario.js"
import { rateHeaders } from "./rateWindow.js"
import { forbidden, tooManyImports } from "./wire.js"

const hits = ({ batchId, calls, endpoint }: FaultTrigger, call: CountedCall) => {
  if (endpoint !== call.endpoint) return false
  const count = batchId === undefined ? call.ofAll : batchId === call.batchId ? call.ofBatch : 0
  return "from" in calls ? count >= calls.from && count <= calls.to : calls.includes(count)
}

/** A call and its number, counted from 1. */
export interface CountedCall {
  readonly endpoint: Endpoint
  readonly batchId: string
  readonly ofAll: number
  readonly ofBatch: number
}

/** The fault that hits a call: the first planned one that applies. */
export const faultOf = (scenario: Scenario, call: CountedCall): Fault | undefined =>
  scenario.faults.find((planned) => hits(planned.on, call))?.fault

const htmlPage = (title: string) =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`

const html = (title: string, status: number, headers: Record<string, string> = {}) =>
  HttpServerResponse.text(htmlPage(title), { status, headers, contentType: "text/html" })

/** A `Retry-After` this many seconds ahead. Dates have whole seconds only, and are rounded up. */
const retryAfter = (seconds: number | null, as: "seconds" | "date", now: number): Record<string, string> => {
  if (seconds === null) return {}
  const date = new Date(Math.ceil(now / 1000 + seconds) * 1000)
  return { "Retry-After": as === "date" ? date.toUTCString() : String(seconds) }
}

/** The 429 of the budget and of the fault. Its body is not documented. */
export const tooManyRequests = (headers: Record<string, string>) =>
  HttpServerResponse.unsafeJson({ message: "Too Many Requests" }, { status: 429, headers })

const decodeLists = Schema.decodeUnknownOption(
  Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
)

/** The same answer, with each list as an object or with one invalid item more. */
const withOddLists = (
  response: HttpServerResponse.HttpServerResponse,
  as: "object" | "odd-items"
): HttpServerResponse.HttpServerResponse => {
  const { body, headers, status } = response
  if (status !== 200 || body._tag !== "Uint8Array") return response
  const odd = (value: unknown) => {
    if (!Array.isArray(value)) return value
    return as === "object" ? { ...value } : [...value, null]
  }
  return Option.match(decodeLists(new TextDecoder().decode(body.body)), {
    onNone: () => response,
    onSome: (answer) =>
      HttpServerResponse.unsafeJson(
        Object.fromEntries(Object.entries(answer).map(([key, value]) => [key, odd(value)])),
        { status, headers }
      )
  })
}

/** The same page, without the contacts that its total counts. */
const withoutContacts = (
  response: HttpServerResponse.HttpServerResponse
): HttpServerResponse.HttpServerResponse => {
  const { body, headers, status } = response
  if (status !== 200 || body._tag !== "Uint8Array") return response
  return Option.match(decodeLists(new TextDecoder().decode(body.body)), {
    onNone: () => response,
    onSome: (page) => HttpServerResponse.unsafeJson({ ...page, contacts: [] }, { status, headers })
  })
}

const whole = (response: HttpServerResponse.HttpServerResponse) =>
  Effect.succeed(Reply.Reply.Whole({ response }))

/** Answers a call with the fault. Some faults need the `right` answer to change it. */
export const applyFault = <R>(
  fault: Fault,
  scenario: Scenario,
  now: number,
  right: Effect.Effect<HttpServerResponse.HttpServerResponse, never, R>
): Effect.Effect<Reply.Reply, never, R> => {
  switch (fault._tag) {
    case "RateLimited": {
      const limit = scenario.rateLimit?.requests ?? 5
      return whole(
        tooManyRequests(
          fault.headers
            ? {
                ...rateHeaders({ limit, remaining: 0 }),
                ...retryAfter(fault.retryAfter, fault.retryAfterAs, now)
              }
            : {}
        )
      )
    }
    case "RateLimitAs400":
      return whole(tooManyImports)
    case "Unavailable":
      return whole(
        html(
          `${fault.status} Service Unavailable`,
          fault.status,
          retryAfter(fault.retryAfter, "seconds", now)
        )
      )
    case "Cut":
      return Effect.map(right, Reply.cut)
    case "Empty":
      return whole(HttpServerResponse.text("", { contentType: "application/json" }))
    case "HtmlWith200":
      return whole(html("Please log in", 200))
    case "Challenge":
      return whole(html("Just a moment...", 403, { "cf-mitigated": "challenge" }))
    case "Nested":
      return whole(
        HttpServerResponse.text(`{"status":${"[".repeat(fault.levels)}${"]".repeat(fault.levels)}}`, {
          contentType: "application/json"
        })
      )
    case "OddLists":
      return Effect.map(right, (response) =>
        Reply.Reply.Whole({ response: withOddLists(response, fault.as) })
      )
    case "Withheld":
      return Effect.map(right, (response) => Reply.Reply.Whole({ response: withoutContacts(response) }))
    case "WrongShape":
      return whole(HttpServerResponse.unsafeJson({ status: 7, success: { "0": "9101" } }))
    case "Slow":
      return Effect.sleep(fault.millis).pipe(
        Effect.interruptible,
        Effect.zipRight(right),
        Effect.map((response) => Reply.Reply.Whole({ response }))
      )
    case "Redirect":
      return whole(HttpServerResponse.empty({ status: fault.status, headers: { Location: fault.location } }))
    case "Forbidden":
      return whole(forbidden)
    case "Reset":
      return Effect.succeed(Reply.Reply.Reset())
  }
}
