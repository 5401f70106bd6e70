import * as Schema from "effect/Schema"

/** A text as one segment of a path. Escaping half a surrogate pair would throw. */
export const pathSegment = (text: string): string =>
  encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"))

/** The derived client does not escape path segments. The server's router removes the escapes again. */
export const PathSegment = Schema.transform(Schema.String, Schema.String, {
  strict: true,
  decode: (segment) => segment,
  encode: pathSegment
})
