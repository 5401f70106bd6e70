/**
 * Settled answers as lines of JSON, for `ac-reconcile batches add --answer`: each account keeps its own ledger.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { SettledImport } from "./FollowImport.js"

const encode = Schema.encodeSync(Schema.parseJson(SettledImport))

/**
 * One line for each answer, each with its line break. Pass on answers of one account only: a ledger belongs to one.
 *
 * @example
 * ```ts
 * import * as FileSystem from "@effect/platform/FileSystem"
 * import * as Effect from "effect/Effect"
 * import { type FollowImport, SettledAnswers } from "effect-activecampaign-cluster"
 *
 * // Then: ac-reconcile batches add --answer settled.ndjson
 * const write = (settled: ReadonlyArray<FollowImport.SettledImport>) =>
 *   Effect.flatMap(FileSystem.FileSystem, (files) =>
 *     files.writeFileString("settled.ndjson", SettledAnswers.toNdjson(settled))
 *   )
 * ```
 *
 * @since 0.1.0
 * @category conversions
 */
export const toNdjson = (settled: Iterable<SettledImport>): string =>
  Array.from(settled, (one) => `${encode(one)}\n`).join("")
