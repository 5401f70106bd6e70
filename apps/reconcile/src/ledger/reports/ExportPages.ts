import type { Export } from "./Exports.js"
import { addressOf } from "../facts/addresses.js"
import { firstOriginal } from "./originals.js"
import { Outcome } from "../schema/words.js"

export interface Filter {
  readonly batchId?: string | undefined
  readonly outcome?: Outcome | undefined
}

export type Key = ReadonlyArray<string | number>

export interface Statement {
  readonly sql: string
  readonly parameters: ReadonlyArray<string | number>
}

/** Only exports keyed by batch can be narrowed to one. */
export const isByBatch = (definition: Export): boolean => definition.key[0] === "batch_id"

/** The filters under which an export is read, one after the other: whatever outcomes its view has, no row is left out. */
export const passes = (definition: Export, filter: Filter): ReadonlyArray<Filter> =>
  definition.oneOutcomeATime && filter.outcome === undefined
    ? Outcome.literals.map((outcome) => ({ ...filter, outcome }))
    : [filter]

/**
 * One page of an export, from behind a key on. A batch asked for is left out of the comparison, which it would bound too
 * late.
 */
export const page = (definition: Export, filter: Filter, after: Key, size: number): Statement => {
  const oneBatch = filter.batchId !== undefined && isByBatch(definition)
  const first = oneBatch ? 1 : 0
  const byBatch = isByBatch(definition)
  const key = definition.key.map((name) => (name === "batch_id" ? "w.batch_id" : `x.${name}`))
  const compared = key.slice(first).join(", ")
  const conditions = [
    ...(filter.outcome === undefined ? [] : ["x.outcome = ?"]),
    ...(oneBatch ? ["w.batch_id = ?"] : []),
    `(${compared}) > (${key
      .slice(first)
      .map(() => "?")
      .join(", ")})`
  ]
  const address = definition.address ?? addressOf("x.email_key")
  const selected = [
    ...definition.columns.map(([, sql]) => sql),
    ...key,
    ...(definition.ofSentContacts
      ? [
          "w.batch",
          address,
          "l.shape_id",
          "coalesce(l.email, x.email_key)",
          "l.contact_id",
          "w.batch_id",
          "l.cells"
        ]
      : [])
  ]
  // Batch after batch: numbers of addresses, which indexes are ordered by, are in no order that a reader would know.
  const from = byBatch
    ? `numbered_batches w CROSS JOIN ${definition.from} x ON x.batch_id = w.batch_id`
    : `${definition.from} x`
  const original = definition.ofSentContacts
    ? `LEFT JOIN local_rows l ON l.local_contact_id = CASE WHEN x.occurrence = 1 THEN ${firstOriginal(address)} END`
    : ""
  return {
    sql: `SELECT ${selected.join(", ")} FROM ${from} ${original}
      WHERE ${conditions.join(" AND ")} ORDER BY ${compared} LIMIT ${size}`,
    parameters: [
      ...(filter.outcome === undefined ? [] : [filter.outcome]),
      ...(filter.batchId !== undefined && oneBatch ? [filter.batchId] : []),
      ...after.slice(first)
    ]
  }
}
