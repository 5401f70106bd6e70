import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ClaimId } from "../Claim.js"
import { claimed } from "./claimed.js"
import { wellFormed } from "./text.js"

/** A text from the service. */
export const Text = Schema.transform(Schema.String, Schema.String, {
  strict: true,
  decode: wellFormed,
  encode: (text) => text
})

/** A count: a whole number, written as a number or as a string of digits. */
export const countOf = (value: unknown): Option.Option<number> => {
  const number = typeof value === "string" && /^\s*\d+\s*$/.test(value) ? Number(value) : value
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0
    ? Option.some(number)
    : Option.none()
}

const whole = Schema.NonNegativeInt.pipe(Schema.lessThanOrEqualTo(Number.MAX_SAFE_INTEGER))

/** A required count. The service writes it as a string; numbers are accepted, too. */
export const Count = Schema.transform(
  Schema.Union(Schema.String.pipe(Schema.pattern(/^\d{1,16}$/)), whole).annotations({
    jsonSchema: {
      anyOf: [
        { type: "string", pattern: "^\\d{1,16}$" },
        { type: "integer", minimum: 0 }
      ],
      ...claimed("daily-totals", "totals-as-numbers")
    }
  }),
  Schema.typeSchema(whole),
  { strict: true, decode: Number, encode: String }
)

type Claims = readonly [ClaimId, ...Array<ClaimId>]

/** Any value. The documentation of the contract shows these JSON types, and why. */
export const anyOf = (types: ReadonlyArray<string>, claims: Claims) =>
  Schema.Unknown.annotations({
    jsonSchema: { anyOf: types.map((type) => ({ type })), ...claimed(...claims) }
  })

/**
 * A key that an answer does not depend on: any value is accepted, and what `read` cannot read is not known.
 */
export const loose = <A>(
  item: Schema.Schema<A>,
  jsonTypes: ReadonlyArray<string>,
  claims: Claims,
  read: (value: unknown) => Option.Option<A>,
  write: (value: A) => unknown
) =>
  Schema.optionalToRequired(anyOf(jsonTypes, claims), Schema.OptionFromSelf(item), {
    decode: Option.flatMap(read),
    encode: Option.map(write)
  })

/** An optional count. */
export const looseCount = (...claims: Claims) =>
  loose(Schema.typeSchema(whole), ["string", "integer", "null"], claims, countOf, (count) => count)
