/**
 * An item in a list of an answer that is not what the list should contain.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { maybe } from "./internal/json.js"

/**
 * An item that could not be read, or a list that is not a list.
 *
 * A success list has contact IDs: whole numbers above 0, as text or as numbers that JavaScript reads exactly. A failure
 * list has texts. If a list came as an object, as PHP may write it, each value counts as an item.
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
  /** Its place in the received list, from 0. `None`: the whole list is something else. */
  position: maybe(Schema.NonNegativeInt),
  /** The item as JSON, or the kind of value it is if that is longer than 200 characters. */
  value: Schema.String
}).annotations({ identifier: "UnreadableItem" })

/**
 * @since 0.1.0
 * @category models
 */
export interface UnreadableItem extends Schema.Schema.Type<typeof UnreadableItem> {}
