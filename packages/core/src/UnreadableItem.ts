/**
 * What stood in a list of an answer and is not what the list holds.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { maybe } from "./internal/json.js"

/**
 * An item that could not be read, or a list that is no list.
 *
 * A success list holds contact IDs: whole numbers above 0, as text or as numbers that JavaScript reads exactly. A failure
 * list holds texts. Of a list that came as an object, as PHP writes one, each value counts as an item.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { ImportAnswer } from "effect-activecampaign"
 *
 * const answer = Schema.decodeUnknownSync(ImportAnswer.ImportAnswer)({
 *   status: "completed",
 *   success: ["9101", null],
 *   failure: []
 * })
 * const { success, unreadable } = ImportAnswer.lists(answer)
 * // success: Some(["9101"]); unreadable: [{ list: "success", position: Some(1), value: "null" }]
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const UnreadableItem = Schema.Struct({
  list: Schema.Literal("success", "failure"),
  /** Its place in the list as received, from 0. `None`: the list itself is something else than a list. */
  position: maybe(Schema.NonNegativeInt),
  /** What stood there, as JSON; where that is longer than 200 characters, what kind of thing it was. */
  value: Schema.String
}).annotations({ identifier: "UnreadableItem" })

/**
 * @since 0.1.0
 * @category models
 */
export interface UnreadableItem extends Schema.Schema.Type<typeof UnreadableItem> {}
