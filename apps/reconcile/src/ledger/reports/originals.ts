import type { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { ColumnNames, originalCells } from "../load/SourceColumns.js"

/** A sent contact by its numbers. */
export interface Numbered {
  readonly batch: number
  readonly address: number
  readonly occurrence: number
}

interface Found {
  /** The place of its batch and address among those asked for. */
  readonly pair: number
  readonly source: number
  readonly shape_id: number
  readonly occurrence: number
  readonly email: string
  readonly contact_id: string | null
  readonly batch_id: string | null
  readonly cells: string
}

const found = (which: string) => `
  SELECT j.key AS pair, l.local_source_id AS source, l.shape_id, l.occurrence, coalesce(l.email, a.email_key) AS email, l.contact_id,
    b.batch_id, l.cells
  FROM json_each(?) j
  CROSS JOIN local_rows l INDEXED BY local_rows_by_address ON l.address_id = j.value ->> 1 ${which}
  CROSS JOIN addresses a ON a.address_id = l.address_id
  LEFT JOIN numbered_batches b ON b.batch = l.batch`

/** Rows of the address that name the batch, the oldest source first. `?` is a list of `[batch, address]`. */
export const fromItsBatch = `${found("AND l.batch = j.value ->> 0")}
  ORDER BY j.key, l.local_source_id, l.occurrence`

/** All rows of the address, those of a source that names the batch first, then those last loaded. */
export const lastLoaded = `${found("")}
  CROSS JOIN local_sources s ON s.local_source_id = l.local_source_id
  ORDER BY j.key, l.batch IS j.value ->> 0 DESC, s.loaded_at DESC, l.local_source_id DESC, l.occurrence`

/**
 * In SQL: the row behind the first contact of an address in a batch `w`, the first of `fromItsBatch`. Most contacts have
 * one.
 */
export const firstOriginal = (
  address: string
) => `(SELECT f.local_contact_id FROM local_rows f INDEXED BY local_rows_by_address
  WHERE f.address_id = ${address} AND f.batch = w.batch ORDER BY f.local_source_id, f.occurrence LIMIT 1)`

/** Lists of rows in order, one for each pair and source. */
const grouped = (rows: ReadonlyArray<Found>) => {
  const pairs = new Map<number, Array<Array<Found>>>()
  for (const row of rows) {
    const lists = pairs.get(row.pair)
    const last = lists?.at(-1)
    if (lists === undefined) pairs.set(row.pair, [[row]])
    else if (last?.[0]?.source === row.source) last.push(row)
    else lists.push([row])
  }
  return pairs
}

interface ShapeRow {
  readonly shape_id: number
  readonly names: string
  readonly email_at: number
  readonly contact_id_at: number
  readonly batch_id_at: number
}

const none = -1
const ofEmail = -2
const ofContactId = -3
const ofBatchId = -4

export type Shapes = ReadonlyMap<number, ReadonlyArray<number>>

/** For each shape of a row, where the wanted names are: the index of a cell, or a number below 0 for another column. */
export const shapesOf = (sql: SqlClient, wanted: ReadonlyArray<string>) =>
  Effect.map(
    sql<ShapeRow>`SELECT shape_id, names, email_at, contact_id_at, batch_id_at FROM row_shapes`,
    (rows): Shapes => new Map(rows.map((row) => [row.shape_id, slotsOf(row, wanted)]))
  )

const slotsOf = (row: ShapeRow, wanted: ReadonlyArray<string>): ReadonlyArray<number> => {
  const beside = new Map([
    [row.email_at, ofEmail],
    [row.contact_id_at, ofContactId],
    [row.batch_id_at, ofBatchId]
  ])
  let cell = 0
  const slots = new Map(
    Schema.decodeSync(ColumnNames)(row.names).map((name, at) => [name, beside.get(at) ?? cell++])
  )
  return wanted.map((name) => slots.get(name) ?? none)
}

/** The columns of a row besides its cells. */
export interface Beside {
  readonly email: string
  readonly contactId: string | null
  readonly batchId: string | null
}

/** The values of a row under the wanted names. */
export const valuesOf = (
  shapes: Shapes,
  shape: number,
  cells: ReadonlyArray<unknown>,
  { batchId, contactId, email }: Beside
): ReadonlyArray<unknown> =>
  (shapes.get(shape) ?? []).map((slot) => {
    if (slot >= 0) return cells[slot]
    if (slot === ofEmail) return email
    if (slot === ofContactId) return contactId
    return slot === ofBatchId ? batchId : null
  })

/** The cells of many rows as one JSON text, as `originalCells` reads it. */
export const together = (cells: ReadonlyArray<unknown>): string => `[${cells.join()}]`

/** The values that sent contacts had in their sources, each under its place. */
export const originalsOf = (sql: SqlClient, shapes: Shapes, sent: ReadonlyMap<number, Numbered>) =>
  Effect.gen(function* () {
    const originals = new Map<number, ReadonlyArray<unknown>>()
    for (const statement of [fromItsBatch, lastLoaded]) {
      const open = [...sent].filter(([at]) => !originals.has(at))
      if (open.length === 0) break
      const numbers = new Map<string, number>()
      const pairs: Array<readonly [number, number]> = []
      const asked = open.map(([at, { address, batch, occurrence }]) => {
        const name = `${batch} ${address}`
        const known = numbers.get(name)
        if (known === undefined) {
          numbers.set(name, pairs.length)
          pairs.push([batch, address])
        }
        return { at, pair: known ?? pairs.length - 1, occurrence }
      })
      const rows = grouped(yield* sql.unsafe<Found>(statement, [JSON.stringify(pairs)]))
      const chosen = asked.flatMap(({ at, occurrence, pair }) => {
        const lists = rows.get(pair) ?? []
        const row =
          statement === fromItsBatch
            ? lists.find((list) => list.length >= occurrence)?.[occurrence - 1]
            : (lists[0]?.find((one) => one.occurrence === occurrence) ?? lists[0]?.[0])
        return row === undefined ? [] : [{ at, row }]
      })
      const cells = originalCells(together(chosen.map(({ row }) => row.cells)))
      for (const [number, { at, row }] of chosen.entries()) {
        const { batch_id: batchId, contact_id: contactId, email, shape_id } = row
        originals.set(at, valuesOf(shapes, shape_id, cells[number] ?? [], { batchId, contactId, email }))
      }
    }
    return originals
  })
