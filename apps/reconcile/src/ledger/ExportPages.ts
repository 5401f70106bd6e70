import type { Export } from "./Exports.js"
import { type OutcomeWord, outcomeWords } from "./outcomeWords.js"

export interface Filter {
  readonly batchId?: string | undefined
  readonly outcome?: OutcomeWord | undefined
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
    ? outcomeWords.map((outcome) => ({ ...filter, outcome }))
    : [filter]

/** One page of an export, from behind a key on. A batch asked for is left out of the comparison, which it would bound too late. */
export const page = (definition: Export, filter: Filter, after: Key, size: number): Statement => {
  const oneBatch = filter.batchId !== undefined && isByBatch(definition)
  const from = oneBatch ? 1 : 0
  const key = definition.key.map((name) => `x.${name}`)
  const compared = key.slice(from).join(", ")
  const conditions = [
    ...(filter.outcome === undefined ? [] : ["x.outcome = ?"]),
    ...(oneBatch ? ["x.batch_id = ?"] : []),
    `(${compared}) > (${key
      .slice(from)
      .map(() => "?")
      .join(", ")})`
  ]
  const selected = [
    ...definition.columns.map(([, sql], at) => `${sql} AS c${at}`),
    ...key.map((sql, at) => `${sql} AS k${at}`)
  ]
  return {
    sql: `SELECT ${selected.join(", ")} FROM ${definition.from} x
      WHERE ${conditions.join(" AND ")} ORDER BY ${compared} LIMIT ${size}`,
    parameters: [
      ...(filter.outcome === undefined ? [] : [filter.outcome]),
      ...(filter.batchId !== undefined && oneBatch ? [filter.batchId] : []),
      ...after.slice(from)
    ]
  }
}
