import type { Connection } from "@effect/sql/SqlConnection"
import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { insertBatches, insertShapes, rowsPerInsert } from "./stageTables.js"

/** How many numbers are kept in memory. The temporary database has all of them. */
const mostRemembered = 50_000

/** The numbers already used in the file, as far as they are kept in memory, and the first free one. */
export interface Given {
  readonly known: ReadonlyMap<string, number>
  readonly next: number
}

/** The key under which a shape is kept. */
export const shapeText = (names: string, places: ReadonlyArray<number>) => `${places.join()} ${names}`

/**
 * The numbers of batches and shapes in the file. They may change while a long source is read. Then the stage gets the new
 * ones at the end.
 */
export const givenNumbers = (sql: SqlClient.SqlClient, sourceId: number | undefined) =>
  Effect.gen(function* () {
    const batches = yield* sql<{ readonly batch_id: string; readonly batch: number }>`
      SELECT batch_id, batch FROM numbered_batches LIMIT ${mostRemembered}`
    const shapes =
      sourceId === undefined
        ? []
        : // Of two shapes that differ in nothing else, a load has the one for payloads: it is the later one.
          yield* sql<Shape>`SELECT * FROM row_shapes WHERE local_source_id = ${sourceId}
            ORDER BY is_payload LIMIT ${mostRemembered}`
    const [next] = yield* sql<{ readonly batch: number; readonly shape: number }>`
      SELECT (SELECT coalesce(max(batch), 0) + 1 FROM numbered_batches) AS batch,
        (SELECT coalesce(max(shape_id), 0) + 1 FROM row_shapes) AS shape`
    const given: { readonly batches: Given; readonly shapes: Given } = {
      batches: { known: new Map(batches.map((row) => [row.batch_id, row.batch])), next: next?.batch ?? 1 },
      shapes: { known: new Map(shapes.map((row) => [textOf(row), row.shape_id])), next: next?.shape ?? 1 }
    }
    return given
  })

interface Shape {
  readonly shape_id: number
  readonly names: string
  readonly email_at: number
  readonly contact_id_at: number
  readonly batch_id_at: number
}

const textOf = (shape: Shape) =>
  shapeText(shape.names, [shape.email_at, shape.contact_id_at, shape.batch_id_at])

/** A text cut out of a piece of the file would keep the whole piece in memory. */
const copied = (text: string) => Buffer.from(text).toString()

const numbered = (
  connection: Connection,
  given: Given,
  statements: { readonly insert: (rows: number) => string; readonly find: string }
) => {
  const numbers = new Map<string, number>()
  const full = statements.insert(rowsPerInsert)
  let next = given.next
  let hasAll = true
  let rows = 0
  const waiting: Array<string | number> = []
  const flush = Effect.suspend(() => {
    if (rows === 0) return Effect.void
    const write = connection.executeRaw(rows === rowsPerInsert ? full : statements.insert(rows), waiting)
    return Effect.map(write, () => {
      waiting.length = 0
      rows = 0
    })
  })
  const remember = (key: string, number: number) =>
    Effect.suspend(() => {
      const isFull = numbers.size >= mostRemembered
      if (isFull) hasAll = false
      return Effect.map(isFull ? flush : Effect.void, () => {
        if (isFull) numbers.clear()
        numbers.set(copied(key), number)
        return number
      })
    })
  const find = (values: ReadonlyArray<string | number>) =>
    hasAll
      ? Effect.succeed(undefined)
      : Effect.zipRight(flush, connection.execute(statements.find, values, undefined)).pipe(
          Effect.map((found): number | undefined => found[0]?.number)
        )
  return {
    flush,
    /** The number of a text that was asked for recently. */
    get: (key: string) => numbers.get(key),
    /** The number of any text. `values` are the other values of its row, after the number. */
    of: (key: string, values: ReadonlyArray<string | number>) =>
      Effect.gen(function* () {
        const found = yield* find(values)
        if (found !== undefined) return yield* remember(key, found)
        const number = given.known.get(key) ?? next++
        waiting.push(number)
        for (const value of values) waiting.push(typeof value === "string" ? copied(value) : value)
        rows += 1
        if (rows === rowsPerInsert) yield* flush
        return yield* remember(key, number)
      })
  }
}

export const numberedBatches = (connection: Connection, given: Given) =>
  numbered(connection, given, {
    insert: insertBatches,
    find: "SELECT batch AS number FROM staged_batches WHERE batch_id = ?"
  })

export const numberedShapes = (connection: Connection, given: Given) =>
  numbered(connection, given, {
    insert: insertShapes,
    find: `SELECT shape_id AS number FROM staged_shapes
      WHERE names = ? AND email_at = ? AND contact_id_at = ? AND batch_id_at = ?`
  })
