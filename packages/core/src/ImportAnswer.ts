/**
 * One decoded reply of the status call, as a union of what a caller can do next.
 *
 * @since 0.1.0
 */
import type * as equivalence from "effect/Equivalence"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ContactId } from "./ContactId.js"
import {
  ImportStatus,
  InProgressStatus,
  isFinal,
  isInProgress,
  SettledStatus,
  type ImportStatus as Status,
  UnrecognizedStatus
} from "./ImportStatus.js"
import { claimed } from "./internal/claimed.js"
import { maybe } from "./internal/json.js"
import { listOnWire, readLists } from "./internal/lists.js"
import { UnreadableItem } from "./UnreadableItem.js"

/**
 * The two lists of an answer. `None` means that the list was missing or null: not known, which is not the same as empty.
 *
 * `success` has contact IDs and `failure` has e-mail addresses, each in the order received. Nothing links an ID to an
 * address, least of all its position. Items that are neither are `unreadable`. If there are any, the list is incomplete,
 * and nothing can be concluded from its length.
 *
 * @since 0.1.0
 * @category models
 */
export interface ReportedLists {
  readonly success: Option.Option<ReadonlyArray<ContactId>>
  readonly failure: Option.Option<ReadonlyArray<string>>
  /**
   * The unreadable items of both lists, `success` first, each in the order received. If one list has more than 1,000, the
   * last stands for the rest. Empty for a documented answer.
   */
  readonly unreadable: ReadonlyArray<UnreadableItem>
}

const listFields = {
  success: maybe(Schema.Array(ContactId)),
  failure: maybe(Schema.Array(Schema.String)),
  // The items and their places must agree with the lists. Arbitrary ones would not.
  unreadable: Schema.Array(UnreadableItem).annotations({ arbitrary: () => (fc) => fc.constant([]) })
}

const Lists = Schema.Struct(listFields)

/**
 * The batch has no status: it was submitted less than a second ago, or the account does not know it.
 *
 * @since 0.1.0
 * @category models
 */
export class Unset extends Schema.TaggedClass<Unset>("effect-activecampaign/Unset")("Unset", {
  partial: Lists
}) {
  readonly status = "unset" as const
}

/**
 * The import is queued, assigned or running. Its lists, if any, are `partial`: they may still grow.
 *
 * @since 0.1.0
 * @category models
 */
export class InProgress extends Schema.TaggedClass<InProgress>("effect-activecampaign/InProgress")(
  "InProgress",
  {
    status: InProgressStatus,
    partial: Lists
  }
) {}

/**
 * The import has ended. `failed` and `interrupted` batches may have imported a part of their contacts.
 *
 * @since 0.1.0
 * @category models
 */
export class Settled extends Schema.TaggedClass<Settled>("effect-activecampaign/Settled")("Settled", {
  status: SettledStatus,
  ...listFields
}) {}

/**
 * An undocumented status word. It is not final, and is kept as received.
 *
 * @since 0.1.0
 * @category models
 */
export class Unrecognized extends Schema.TaggedClass<Unrecognized>("effect-activecampaign/Unrecognized")(
  "Unrecognized",
  { status: UnrecognizedStatus, partial: Lists }
) {}

/**
 * @since 0.1.0
 * @category models
 */
export type ImportAnswer = Unset | InProgress | Settled | Unrecognized

/** Any value is accepted. The contract documents a list, or null. */
const listOf = (items: object) =>
  Schema.optional(
    Schema.Unknown.annotations({
      jsonSchema: {
        anyOf: [{ type: "array", items }, { type: "null" }],
        ...claimed("lists-missing", "lists-null", "odd-lists")
      }
    })
  )

const Wire = Schema.Struct({
  status: ImportStatus,
  success: listOf({
    anyOf: [
      { type: "string", minLength: 1 },
      { type: "integer", minimum: 0 }
    ],
    ...claimed("ids-as-strings", "ids-as-numbers")
  }),
  failure: listOf({ type: "string", ...claimed("failure-addresses") })
})

const fromParts = (status: Status, lists: ReportedLists): ImportAnswer => {
  // Every part has been validated by its schema.
  if (status === "unset") return new Unset({ partial: lists }, { disableValidation: true })
  if (isFinal(status)) return new Settled({ status, ...lists }, { disableValidation: true })
  if (isInProgress(status)) return new InProgress({ status, partial: lists }, { disableValidation: true })
  return new Unrecognized({ status, partial: lists }, { disableValidation: true })
}

/**
 * The lists of any answer. Only those of a `Settled` one are complete.
 *
 * @since 0.1.0
 * @category getters
 */
export const lists = (answer: ImportAnswer): ReportedLists =>
  answer._tag === "Settled" ? answer : answer.partial

/**
 * `{ "status": "completed", "success": ["123"], "failure": [] }` and undocumented variants of it.
 *
 * IDs are accepted as strings or integers, lists may be missing or null, and extra keys are ignored. What can be read of a
 * list of another shape or with other items is kept; the rest is `unreadable`. Only a status that is neither `false` nor a
 * string fails to decode.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { ImportAnswer } from "effect-activecampaign"
 *
 * const answer = Schema.decodeUnknownSync(ImportAnswer.ImportAnswer)({ status: "active" })
 * answer._tag // "InProgress"
 * ```
 *
 * @since 0.1.0
 * @category schemas
 */
export const ImportAnswer: Schema.Schema<ImportAnswer, typeof Wire.Encoded> = Schema.transform(
  Wire,
  Schema.typeSchema(Schema.Union(Unset, InProgress, Settled, Unrecognized)),
  {
    strict: true,
    decode: ({ status, ...wire }) => fromParts(status, readLists(wire)),
    encode: (answer) => {
      const { failure, success, unreadable } = lists(answer)
      return {
        status: answer.status,
        ...(Option.isSome(success) ? { success: listOnWire("success", success.value, unreadable) } : {}),
        ...(Option.isSome(failure) ? { failure: listOnWire("failure", failure.value, unreadable) } : {})
      }
    }
  }
)

/**
 * Whether the batch has settled. Then its lists will not grow.
 *
 * @since 0.1.0
 * @category guards
 */
export const isSettled = (answer: ImportAnswer): answer is Settled => isFinal(answer.status)

/**
 * An answer of any kind, made from its parts.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  status: Status,
  reported: {
    readonly success?: ReadonlyArray<ContactId>
    readonly failure?: ReadonlyArray<string>
    readonly unreadable?: ReadonlyArray<UnreadableItem>
  } = {}
): ImportAnswer =>
  fromParts(status, {
    success: Option.fromNullable(reported.success),
    failure: Option.fromNullable(reported.failure),
    unreadable: reported.unreadable ?? []
  })

/**
 * Whether two answers are the same: the same status, and the same lists in the same order.
 *
 * @since 0.1.0
 * @category instances
 */
// Equal.equals compares the lists by reference.
export const Equivalence: equivalence.Equivalence<ImportAnswer> = Schema.equivalence(
  Schema.typeSchema(ImportAnswer)
)

/**
 * What changed from one answer of a batch to the next.
 *
 * `Impossible` is what ActiveCampaign says cannot happen: a settled batch that is `unsettled` again or has another final
 * status (`resettled`), or a list that lost items (`success-shrank`, `failure-shrank`).
 *
 * @since 0.1.0
 * @category models
 */
export type Transition =
  | { readonly _tag: "Same" }
  | { readonly _tag: "Progress" }
  | { readonly _tag: "Impossible"; readonly reason: ImpossibleReason }

/**
 * @since 0.1.0
 * @category models
 */
export type ImpossibleReason = "unsettled" | "resettled" | "success-shrank" | "failure-shrank"

/** A list that is not known, or not completely, may still be the same. */
const shrank = (list: "success" | "failure", before: ReportedLists, after: ReportedLists): boolean => {
  const [held, holds] = [before[list], after[list]]
  if (Option.isNone(held) || Option.isNone(holds)) return false
  if (after.unreadable.some((item) => item.list === list)) return false
  const left = new Map<string, number>()
  for (const item of holds.value) left.set(item, (left.get(item) ?? 0) + 1)
  return held.value.some((item) => {
    const count = left.get(item) ?? 0
    left.set(item, count - 1)
    return count === 0
  })
}

/**
 * Compares an answer with the one before it about the same batch. Pure.
 *
 * @example
 * ```ts
 * import { ImportAnswer } from "effect-activecampaign"
 *
 * const before = ImportAnswer.make("completed")
 * ImportAnswer.transition(before, ImportAnswer.make("active")) // { _tag: "Impossible", reason: "unsettled" }
 * ```
 *
 * @since 0.1.0
 * @category guards
 */
export const transition = (before: ImportAnswer, after: ImportAnswer): Transition => {
  if (Equivalence(before, after)) return { _tag: "Same" }
  const impossible = (reason: ImpossibleReason): Transition => ({ _tag: "Impossible", reason })
  if (isSettled(before) && !isSettled(after)) return impossible("unsettled")
  if (isSettled(before) && before.status !== after.status) return impossible("resettled")
  if (shrank("success", lists(before), lists(after))) return impossible("success-shrank")
  if (shrank("failure", lists(before), lists(after))) return impossible("failure-shrank")
  return { _tag: "Progress" }
}
