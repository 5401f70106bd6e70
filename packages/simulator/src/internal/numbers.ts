import * as Schema from "effect/Schema"

export const PositiveInt = Schema.Int.pipe(Schema.positive())

/** Durations and delays. JSON has no infinity. */
export const FiniteNonNegative = Schema.Finite.pipe(Schema.nonNegative())
