import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ownNames } from "../../contacts/OwnColumns.js"
import { type Filter, type Key, page, passes } from "./ExportPages.js"
import type { Export } from "./Exports.js"
import { withTransaction } from "../file/transaction.js"
import { Ledger } from "../Ledger.js"
import { type Numbered, originalsOf, type Shapes, shapesOf, valuesOf } from "./originals.js"
import { sourceColumns } from "../load/SourceColumns.js"

const pageSize = 2000

/**
 * The columns of an export, those of the sources first, and its rows as a stream of values in that order: page
 * by page, since the driver cannot stream and a million rows need not be held.
 */
export const read = (definition: Export, filter: Filter = {}, size = pageSize) =>
  Effect.gen(function* () {
    const { sql, use } = yield* Ledger
    const originals = definition.ofSentContacts ? yield* sourceColumns : []
    const own = definition.columns.map(([name]) => name)
    const keyAt = own.length
    const behindKey = keyAt + definition.key.length
    const shapes: Shapes = originals.length === 0 ? new Map() : yield* use(shapesOf(sql, originals))
    const unknown = originals.map(() => null)
    const keyOf = (found: ReadonlyArray<unknown>): Key =>
      definition.start.map((start, at) => {
        const value = found[keyAt + at]
        return typeof value === "string" || typeof value === "number" ? value : start
      })
    /** The values of the sources, and of which rows they have to be looked for. */
    const originalsIn = (found: ReadonlyArray<ReadonlyArray<unknown>>) => {
      const values = new Map<number, ReadonlyArray<unknown>>()
      const open = new Map<number, Numbered>()
      for (const [at, row] of found.entries()) {
        const [batch, address, shape, email, contactId, batchId, cells] = row.slice(behindKey)
        if (shape == null) {
          open.set(at, {
            batch: Number(batch),
            address: Number(address),
            occurrence: Number(row[behindKey - 1])
          })
        } else {
          const original = {
            shape_id: Number(shape),
            email: String(email),
            contact_id: contactId == null ? null : String(contactId),
            batch_id: String(batchId),
            cells: String(cells)
          }
          values.set(at, valuesOf(shapes, original))
        }
      }
      return { values, open }
    }
    const pages = (filter: Filter) =>
      Stream.paginateChunkEffect(definition.start, (after: Key) => {
        const { parameters, sql: text } = page(definition, filter, after, size)
        return use(
          Effect.gen(function* () {
            const found: ReadonlyArray<ReadonlyArray<unknown>> = yield* sql.unsafe(text, parameters).values
            const last = found.length === size ? found.at(-1) : undefined
            const next = last === undefined ? Option.none() : Option.some(keyOf(last))
            if (originals.length === 0) {
              return [Chunk.unsafeFromArray(found.map((row) => row.slice(0, keyAt))), next] as const
            }
            const { open, values } = originalsIn(found)
            const searched = open.size === 0 ? new Map() : yield* originalsOf(sql, shapes, open)
            const rows = found.map(
              (row, at): ReadonlyArray<unknown> => [
                ...(values.get(at) ?? searched.get(at) ?? unknown),
                ...row.slice(0, keyAt)
              ]
            )
            return [Chunk.unsafeFromArray(rows), next] as const
          })
        )
      })
    const rows = Stream.flatMap(Stream.fromIterable(passes(definition, filter)), pages)
    return { columns: [...originals, ...ownNames(own, originals)], rows }
  })

/** Everything read within is of one moment, whatever a run writes meanwhile; no writer waits for it. */
export const atOneMoment = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Ledger, ({ sql, use }) => use(withTransaction(sql)(effect)))
