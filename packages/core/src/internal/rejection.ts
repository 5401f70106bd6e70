import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Reason } from "../SubmissionError.js"
import { countOf } from "./loose.js"

interface Rejection {
  readonly detail: string
  readonly reasons: ReadonlyArray<Reason>
}

const line = (text: string) => {
  const oneLine = text.replace(/\s+/g, " ").trim()
  return oneLine.length > 300 ? `${oneLine.slice(0, 300)}…` : oneLine
}

const stringOf = (value: unknown): string =>
  line(typeof value === "string" ? value : (JSON.stringify(value) ?? ""))

const Row = Schema.Struct({ contact: Schema.optional(Schema.Unknown), failureReason: Schema.Unknown })
const ErrorItem = Schema.Struct({
  title: Schema.optional(Schema.Unknown),
  detail: Schema.optional(Schema.Unknown)
})

/** Objects about one contact and strings about the whole come mixed; anything else is shown as it came. */
const reasonOf = (item: unknown): Reason => {
  if (Schema.is(Row)(item)) return { contact: countOf(item.contact), reason: stringOf(item.failureReason) }
  const { detail, title } = Schema.is(ErrorItem)(item) ? item : {}
  const words = [title, detail].filter((part) => typeof part === "string")
  return { contact: Option.none(), reason: words.length > 0 ? line(words.join(": ")) : stringOf(item) }
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
const readBody = Schema.decodeOption(Body)

/** The limit of imports a minute comes as a 400, too; only a complaint about a contact tells it apart. */
const isRateLimit = ({ detail, reasons }: Rejection) =>
  reasons.every(({ contact }) => Option.isNone(contact)) &&
  /rate limit|per minute/i.test([detail, ...reasons.map(({ reason }) => reason)].join(" "))

/** What the body of a 400 or 422 says about the submission; `None` where it is about something else. */
export const rejectionOf = (body: string): Option.Option<Rejection> =>
  Option.filterMap(readBody(body), ({ errors, failureReasons, message }) => {
    const reasons = [...listOf(failureReasons), ...listOf(errors)].map(reasonOf)
    if (message === undefined && reasons.length === 0) return Option.none()
    const rejection = { detail: stringOf(message ?? "no reason given"), reasons }
    return isRateLimit(rejection) ? Option.none() : Option.some(rejection)
  })
