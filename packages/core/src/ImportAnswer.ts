/**
 * One decoded reply of the status call, as a union on what a caller may do next.
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
 * The two lists of an answer. `None` means the list was missing or null: not known, which is not empty.
 *
 * `success` holds contact IDs and `failure` e-mail addresses, each in the order received. Nothing joins an
 * ID to an address, least of all its position. What stood in a list and is neither is `unreadable`; where there is such
 * an item, a list says less than it should, and nothing can be concluded from its length.
 *
 * @since 0.1.0
 * @category models
 */
export interface ReportedLists {
  readonly success: Option.Option<ReadonlyArray<ContactId>>
  readonly failure: Option.Option<ReadonlyArray<string>>
  /**
   * Of both lists, those of `success` first, each in the order received; of more than 1,000 in one list the last stands
   * for the rest. Empty for a documented answer.
   */
  readonly unreadable: ReadonlyArray<UnreadableItem>
}

const listFields = {
  success: maybe(Schema.Array(ContactId)),
  failure: maybe(Schema.Array(Schema.String)),
  // Which items there are and where has to agree with the lists; by chance it would not.
  unreadable: Schema.Array(UnreadableItem).annotations({ arbitrary: () => (fc) => fc.constant([]) })
}

const Lists = Schema.Struct(listFields)

/**
 * The system has not set a status on the batch: asked too soon after the submission, or unknown to it.
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
 * The import is queued, assigned or running. Lists that came along are `partial`: they may still grow.
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
 * A status word nobody documented. Not final; the word is kept as it came.
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

/** Whatever stands there is accepted; the contract documents this, or null. */
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
  // Every part has been checked by the schema it came through.
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
 * `{ "status": "completed", "success": ["123"], "failure": [] }` and its undocumented relatives.
 *
 * IDs are accepted as strings or integers, lists may be missing or null, extra keys are ignored. A list of another shape,
 * or one that holds something else, keeps what can be read of it; the rest is `unreadable`. Only a status that is neither
 * `false` nor a string fails to decode.
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
 * Whether the batch has settled, in which case its lists are as complete as they will ever be.
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
 * Whether two answers say the same: the same status, the same lists in the same order.
 *
 * @since 0.1.0
 * @category instances
 */
// Equal.equals compares the lists by reference.
export const Equivalence: equivalence.Equivalence<ImportAnswer> = Schema.equivalence(
  Schema.typeSchema(ImportAnswer)
)

/**
 * What one answer of a batch means after another.
 *
 * `Impossible` is what ActiveCampaign says cannot happen: a settled batch that is `unsettled` again or settled
 * otherwise (`resettled`), or a list that no longer holds what it held (`success-shrank`, `failure-shrank`).
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

/** A list that is not known now, or not wholly, may still be what it was. */
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
 * Compares an answer with the one before of the same batch. Pure: decides nothing about what to do.
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
