import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { maximumContacts } from "../Submission.js"
import type { Reason } from "../SubmissionError.js"
import type { Hide } from "./hide.js"
import { countOf } from "./loose.js"
import { isTooDeep } from "./nesting.js"
import { oneLine } from "./text.js"

/** One for each contact, and as many about the whole submission. The service's list could be longer. */
const mostReasons = 2 * maximumContacts

interface Rejection {
  readonly detail: string
  readonly reasons: ReadonlyArray<Reason>
}

/** Hidden here, not in the body: escapes of JSON are resolved only now. */
const line = (text: string, hide: Hide) => oneLine(hide(text), 300)

const stringOf = (value: unknown, hide: Hide): string =>
  line(typeof value === "string" ? value : (JSON.stringify(value) ?? ""), hide)

const Row = Schema.Struct({ contact: Schema.optional(Schema.Unknown), failureReason: Schema.Unknown })
const ErrorItem = Schema.Struct({
  title: Schema.optional(Schema.Unknown),
  detail: Schema.optional(Schema.Unknown)
})

/** Objects about one contact and strings about the whole submission come mixed. Anything else is shown as received. */
const reasonOf =
  (hide: Hide) =>
  (item: unknown): Reason => {
    if (Schema.is(Row)(item))
      return { contact: countOf(item.contact), reason: stringOf(item.failureReason, hide) }
    const { detail, title } = Schema.is(ErrorItem)(item) ? item : {}
    const words = [title, detail].filter((part) => typeof part === "string")
    return {
      contact: Option.none(),
      reason: words.length > 0 ? line(words.join(": "), hide) : stringOf(item, hide)
    }
  }

const listOf = (value: unknown): ReadonlyArray<unknown> => {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

const Body = Schema.parseJson(
  Schema.Struct({
    message: Schema.optional(Schema.Unknown),
    failureReasons: Schema.optional(Schema.Unknown),
    errors: Schema.optional(Schema.Unknown)
  })
)
const decodeBody = Schema.decodeOption(Body)
const readBody = (body: string) => (isTooDeep(body) ? Option.none() : decodeBody(body))

/** The limit of imports a minute is also a 400. Only a complaint about a contact shows that it is not that limit. */
const isRateLimit = ({ detail, reasons }: Rejection) =>
  reasons.every(({ contact }) => Option.isNone(contact)) &&
  /rate limit|per minute/i.test([detail, ...reasons.map(({ reason }) => reason)].join(" "))

/** What the body of a 400 or 422 says about the submission; `None` if it is about something else. */
export const rejectionOf = (body: string, hide: Hide): Option.Option<Rejection> =>
  Option.filterMap(readBody(body), ({ errors, failureReasons, message }) => {
    const reasons = [...listOf(failureReasons), ...listOf(errors)].slice(0, mostReasons).map(reasonOf(hide))
    if (message === undefined && reasons.length === 0) return Option.none()
    const rejection = { detail: stringOf(message ?? "no reason given", hide), reasons }
    return isRateLimit(rejection) ? Option.none() : Option.some(rejection)
  })
