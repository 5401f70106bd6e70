/** What the body of a reply is and says, where it is not the documented answer. */
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type { ContractBroken } from "../ActiveCampaignError.js"
import type { Hide } from "./hide.js"
import { isTooDeep } from "./nesting.js"
import { isRedirect } from "./redirect.js"
import { oneLine } from "./text.js"

type Content = ContractBroken["content"]

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
export const describe = (status: number, body: string, hide: Hide): string => {
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

export const contentOf = (body: string): Content => {
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
export const speaksOfRateLimit = (body: string) => /rate limit|per minute/i.test(body)

/** Whether the batch ID is missing. For other complaints about it, ActiveCampaign's own words say more. */
export const saysItIsMissing = (message: string) =>
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
export const inFrontOf = (
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
