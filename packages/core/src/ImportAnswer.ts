/**
 * One decoded reply of the status call, as a union on what a caller may do next.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ContactId, ContactIdOnWire } from "./ContactId.js"
import {
  ImportStatus,
  InProgressStatus,
  isFinal,
  isInProgress,
  SettledStatus,
  type ImportStatus as Status,
  UnrecognizedStatus
} from "./ImportStatus.js"

/**
 * The two lists of an answer. `None` means the list was missing or null: not known, which is not empty.
 *
 * `success` holds contact IDs and `failure` e-mail addresses, each in the order received. Nothing joins an
 * ID to an address, least of all its position.
 *
 * @since 0.1.0
 * @category models
 */
export interface ReportedLists {
  readonly success: Option.Option<ReadonlyArray<ContactId>>
  readonly failure: Option.Option<ReadonlyArray<string>>
}

const listFields = {
  success: Schema.OptionFromSelf(Schema.Array(ContactId)),
  failure: Schema.OptionFromSelf(Schema.Array(Schema.String))
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

const Wire = Schema.Struct({
  status: ImportStatus,
  success: Schema.optionalWith(Schema.Array(ContactIdOnWire), { as: "Option", nullable: true }),
  failure: Schema.optionalWith(Schema.Array(Schema.String), { as: "Option", nullable: true })
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
 * IDs are accepted as strings or integers, lists may be missing or null, extra keys are ignored; a status
 * that is neither `false` nor a string, or a list of anything else, fails to decode.
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
    decode: ({ failure, status, success }) => fromParts(status, { failure, success }),
    encode: (answer) => {
      const { failure, success } = lists(answer)
      return { failure, status: answer.status, success }
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
  reported: { readonly success?: ReadonlyArray<ContactId>; readonly failure?: ReadonlyArray<string> } = {}
): ImportAnswer =>
  fromParts(status, {
    success: Option.fromNullable(reported.success),
    failure: Option.fromNullable(reported.failure)
  })
