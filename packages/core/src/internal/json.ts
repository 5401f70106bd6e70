import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

/** A duration in milliseconds. It is finite: JSON writes infinity as null. */
export const Millis = Schema.transform(
  Schema.NonNegative,
  Schema.DurationFromSelf.pipe(
    Schema.filter(Duration.isFinite, { description: "a finite duration" }),
    Schema.annotations({ arbitrary: () => (fc) => fc.maxSafeNat().map(Duration.millis) })
  ),
  { strict: true, decode: (millis) => Duration.millis(millis), encode: Duration.toMillis }
).annotations({ description: "milliseconds" })

/** A key that may be missing. */
export const maybe = <A, I>(schema: Schema.Schema<A, I>) =>
  Schema.optionalWith(schema, { as: "Option", exact: true })
