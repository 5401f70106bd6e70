import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ownNames } from "../contacts/OwnColumns.js"
import { type Filter, type Key, page, passes } from "./ExportPages.js"
import type { Export } from "./Exports.js"
import { withTransaction } from "./immediate.js"
import { Ledger } from "./Ledger.js"
import { originalsOf, shapesOf } from "./originals.js"
import { sourceColumns } from "./SourceColumns.js"

const pageSize = 2000

type Found = Readonly<Record<string, string | number | null>>

/**
 * The columns of an export, those of the sources first, and its rows as a stream of values in that order: page
 * by page, since the driver cannot stream and a million rows need not be held.
 */
export const read = (definition: Export, filter: Filter = {}, size = pageSize) =>
  Effect.gen(function* () {
    const { sql, use } = yield* Ledger
    const originals = definition.ofSentContacts ? yield* sourceColumns : []
    const own = definition.columns.map(([name]) => name)
    const shapes = originals.length === 0 ? new Map() : yield* use(shapesOf(sql, originals))
    const unknown = originals.map(() => null)
    const rowOf = (found: Found, values: ReadonlyArray<unknown>): ReadonlyArray<unknown> => [
      ...values,
      ...own.map((_, at) => found[`c${at}`] ?? null)
    ]
    const numbersOf = (found: Found) => ({
      batch: Number(found.batch),
      address: Number(found.address),
      occurrence: Number(found.k2)
    })
    const keyOf = (found: Found): Key => definition.start.map((start, at) => found[`k${at}`] ?? start)
    const pages = (filter: Filter) =>
      Stream.paginateChunkEffect(definition.start, (after: Key) => {
        const { parameters, sql: text } = page(definition, filter, after, size)
        return use(
          Effect.gen(function* () {
            const found = yield* sql.unsafe<Found>(text, parameters)
            const sources =
              originals.length === 0 ? new Map() : yield* originalsOf(sql, shapes, found.map(numbersOf))
            const last = found.length === size ? found.at(-1) : undefined
            return [
              Chunk.unsafeFromArray(found.map((one, at) => rowOf(one, sources.get(at) ?? unknown))),
              last === undefined ? Option.none() : Option.some(keyOf(last))
            ] as const
          })
        )
      })
    const rows = Stream.flatMap(Stream.fromIterable(passes(definition, filter)), pages)
    return { columns: [...originals, ...ownNames(own, originals)], rows }
  })

/** Everything read within is of one moment, whatever a run writes meanwhile; no writer waits for it. */
export const atOneMoment = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Ledger, ({ sql, use }) => use(withTransaction(sql)(effect)))
