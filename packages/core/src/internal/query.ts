import type * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/** An endpoint of the contract that is given nothing but a query. */
type QueryEndpoint<UrlParams, Success, Error> = HttpApiEndpoint.HttpApiEndpoint<
  string,
  "GET",
  never,
  UrlParams,
  never,
  never,
  Success,
  Error
>

export interface Answered<A> {
  readonly answer: A
  /** What it was decoded from. */
  readonly body: string
}

const wordsOf = (query: unknown): ReadonlyArray<readonly [string, string]> => {
  const words: Array<readonly [string, string]> = []
  if (!Predicate.isReadonlyRecord(query)) return words
  for (const [key, value] of Object.entries(query)) {
    for (const word of Array.isArray(value) ? value : [value]) {
      if (typeof word === "string") words.push([key, word])
    }
  }
  return words
}

/** JSON has no byte order mark, but some servers have. */
const withoutMark = (body: string) => (body.startsWith("\uFEFF") ? body.slice(1) : body)

/**
 * What `HttpApiClient` derives from such an endpoint, at a third of its cost: nothing of the context is merged, no
 * generator run, and the body is turned into text once, which is kept.
 */
export const makeQuery = <UrlParams, Success, Error>(
  endpoint: QueryEndpoint<UrlParams, Success, Error>,
  send: (
    request: HttpClientRequest.HttpClientRequest
  ) => Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>
) => {
  const bare = HttpClientRequest.get(endpoint.path)
  const encode = Option.match(endpoint.urlParamsSchema, {
    onNone: () => () => Effect.succeed<unknown>({}),
    onSome: (schema) => Schema.encode(schema)
  })
  const decode = Schema.decode(Schema.parseJson(endpoint.successSchema))

  return (
    query: UrlParams
  ): Effect.Effect<Answered<Success>, HttpClientError.HttpClientError | ParseResult.ParseError> =>
    Effect.flatMap(encode(query), (encoded) => {
      const request = HttpClientRequest.setUrlParams(bare, wordsOf(encoded))
      return Effect.flatMap(
        Effect.flatMap(send(request), (response) => response.text),
        (body) => Effect.map(decode(withoutMark(body)), (answer) => ({ answer, body }))
      )
    })
}
