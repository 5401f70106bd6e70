import * as Schema from "effect/Schema"
import { claimed } from "./claimed.js"

/** An ID on the wire: documented as a decimal string, accepted as an integer. A whole number above 0. */
export const decimalId = Schema.Union(
  Schema.String.pipe(Schema.pattern(/^0*[1-9]\d*$/)),
  Schema.Int.pipe(Schema.positive())
).annotations({
  jsonSchema: {
    anyOf: [
      { type: "string", pattern: "^0*[1-9]\\d*$" },
      { type: "integer", exclusiveMinimum: 0 }
    ],
    ...claimed("ids-as-strings", "ids-as-numbers")
  }
})
