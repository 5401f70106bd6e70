/**
 * The status word of a bulk import, and what it means.
 *
 * Source of the words: ActiveCampaign's page "Bulk import status info".
 *
 * @since 0.1.0
 */
import * as order from "effect/Order"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { claimed } from "./internal/claimed.js"
import { wellFormed } from "./internal/text.js"

/**
 * The import has ended. ActiveCampaign will not change it again.
 *
 * @since 0.1.0
 * @category models
 */
export const SettledStatus = Schema.Literal("completed", "failed", "interrupted")

/**
 * @since 0.1.0
 * @category models
 */
export type SettledStatus = typeof SettledStatus.Type

/**
 * The import is queued (`waiting`), assigned (`claimed`) or running (`active`).
 *
 * @since 0.1.0
 * @category models
 */
export const InProgressStatus = Schema.Literal("waiting", "claimed", "active")

/**
 * @since 0.1.0
 * @category models
 */
export type InProgressStatus = typeof InProgressStatus.Type

/**
 * The six documented words.
 *
 * @since 0.1.0
 * @category models
 */
export const KnownStatus = Schema.Literal(...InProgressStatus.literals, ...SettledStatus.literals)

/**
 * @since 0.1.0
 * @category models
 */
export type KnownStatus = typeof KnownStatus.Type

const knownStatuses: ReadonlySet<string> = new Set(KnownStatus.literals)
const settledStatuses: ReadonlySet<string> = new Set(SettledStatus.literals)
const inProgressStatuses: ReadonlySet<string> = new Set(InProgressStatus.literals)
const fold = (word: string) => word.trim().toLowerCase()
const isReserved = (word: string) => knownStatuses.has(fold(word)) || fold(word) === "unset"

/**
 * Any other word than the documented six, kept exactly as received. Never final.
 *
 * @since 0.1.0
 * @category models
 */
export const UnrecognizedStatus = Schema.String.pipe(
  Schema.filter((word) => !isReserved(word)),
  Schema.brand("UnrecognizedStatus")
)

/**
 * @since 0.1.0
 * @category models
 */
export type UnrecognizedStatus = typeof UnrecognizedStatus.Type

/**
 * The word for JSON `false`: the batch has no status (yet).
 *
 * @since 0.1.0
 * @category models
 */
export type UnsetStatus = "unset"

const ImportStatusModel = Schema.Union(Schema.Literal("unset"), KnownStatus, UnrecognizedStatus)

/**
 * The status of a bulk import as a word.
 *
 * On the wire `false` or a string. Known words are matched without surrounding space and letter case.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { ImportStatus } from "effect-activecampaign"
 *
 * Schema.decodeUnknownSync(ImportStatus.ImportStatus)(false) // "unset"
 * ```
 *
 * @since 0.1.0
 * @category schemas
 */
export const ImportStatus: Schema.Schema<ImportStatus, string | false> = Schema.transformOrFail(
  Schema.Union(Schema.Literal(false), Schema.String),
  Schema.typeSchema(ImportStatusModel),
  {
    strict: true,
    decode: (wire) =>
      ParseResult.decodeUnknown(ImportStatusModel)(
        wire === false ? "unset" : isReserved(wire) ? fold(wire) : wellFormed(wire)
      ),
    encode: (status) => ParseResult.succeed(status === "unset" ? (false as const) : status)
  }
).annotations({
  identifier: "ImportStatus",
  jsonSchema: {
    anyOf: [{ type: "boolean", enum: [false] }, { type: "string" }],
    ...claimed("status-words", "status-false", "status-other-word", "status-always")
  }
})

/**
 * @since 0.1.0
 * @category models
 */
export type ImportStatus = UnsetStatus | KnownStatus | UnrecognizedStatus

/**
 * Whether the batch has settled: `completed`, `failed` or `interrupted`. Nothing else is final.
 *
 * @since 0.1.0
 * @category guards
 */
export const isFinal = (status: ImportStatus): status is SettledStatus => settledStatuses.has(status)

/**
 * Whether ActiveCampaign is still working on the batch: `waiting`, `claimed` or `active`.
 *
 * @since 0.1.0
 * @category guards
 */
export const isInProgress = (status: ImportStatus): status is InProgressStatus =>
  inProgressStatuses.has(status)

const stages: Record<UnsetStatus | KnownStatus, number> = {
  unset: 0,
  waiting: 1,
  claimed: 2,
  active: 3,
  completed: 4,
  failed: 4,
  interrupted: 4
}

/**
 * Orders statuses by progress: `unset`, `waiting`, `claimed`, `active`, then the three settled ones, which are equal. The
 * place of an unrecognized word is not known.
 *
 * @example
 * ```ts
 * import { ImportStatus } from "effect-activecampaign"
 *
 * ImportStatus.Order("waiting", "active") // -1
 * ```
 *
 * @since 0.1.0
 * @category instances
 */
export const Order: order.Order<UnsetStatus | KnownStatus> = order.mapInput(
  order.number,
  (status: UnsetStatus | KnownStatus) => stages[status]
)
