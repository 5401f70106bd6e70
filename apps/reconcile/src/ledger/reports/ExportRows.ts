import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ownNames } from "../../contacts/OwnColumns.js"
import { type Filter, type Key, page, passes } from "./ExportPages.js"
import type { Export } from "./Exports.js"
import { withTransaction } from "../file/transaction.js"
import { Ledger } from "../Ledger.js"
import { originalCells, sourceColumns } from "../load/SourceColumns.js"
import { type Numbered, originalsOf, type Shapes, shapesOf, together, valuesOf } from "./originals.js"
import { portions, reader, sizes } from "./wholeBatches.js"

const pageSize = 2000

/** What is read next. */
type Step =
  | { readonly _tag: "Page"; readonly filter: Filter; readonly after: Key }
  /** Finds the batches and their sizes. */
  | { readonly _tag: "Batches"; readonly after: string }
  | { readonly _tag: "Whole"; readonly first: string; readonly last: string }

/**
 * The columns of an export, those of the sources first, and its rows as a stream of values in that order. They are read page
 * by page, because the driver cannot stream, and a million rows should not be held in memory.
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
    /** The values of the sources, and the rows for which they have to be searched. */
    const originalsIn = (found: ReadonlyArray<ReadonlyArray<unknown>>) => {
      const values = new Map<number, ReadonlyArray<unknown>>()
      const open = new Map<number, Numbered>()
      const cells = originalCells(together(found.map((row) => row[behindKey + 6] ?? "null")))
      for (const [at, row] of found.entries()) {
        const [batch, address, shape, email, contactId, batchId] = row.slice(behindKey)
        if (shape == null) {
          open.set(at, {
            batch: Number(batch),
            address: Number(address),
            occurrence: Number(row[behindKey - 1])
          })
        } else {
          const beside = {
            email: String(email),
            contactId: contactId == null ? null : String(contactId),
            batchId: String(batchId)
          }
          values.set(at, valuesOf(shapes, Number(shape), cells[at] ?? [], beside))
        }
      }
      return { values, open }
    }
    /** The rows of a page. */
    const rowsOf = (found: ReadonlyArray<ReadonlyArray<unknown>>) =>
      Effect.gen(function* () {
        if (originals.length === 0) return found.map((row) => row.slice(0, keyAt))
        const { open, values } = originalsIn(found)
        const searched = open.size === 0 ? new Map() : yield* originalsOf(sql, shapes, open)
        return found.map(
          (row, at): ReadonlyArray<unknown> => [
            ...(values.get(at) ?? searched.get(at) ?? unknown),
            ...row.slice(0, keyAt)
          ]
        )
      })
    const whole = reader(sql, definition, originals, shapes)
    const done = (step: Step) =>
      Effect.gen(function* () {
        switch (step._tag) {
          case "Page": {
            const { parameters, sql: text } = page(definition, step.filter, step.after, size)
            const found: ReadonlyArray<ReadonlyArray<unknown>> = yield* sql.unsafe(text, parameters).values
            const last = found.length === size ? found.at(-1) : undefined
            return {
              rows: yield* rowsOf(found),
              more: last === undefined ? [] : [{ ...step, after: keyOf(last) }]
            }
          }
          case "Batches": {
            const found = yield* sizes(sql, filter, step.after)
            const last = found.at(-1)
            return {
              rows: [],
              more: [
                ...portions(found, size).map(
                  (portion): Step =>
                    portion.contacts > size
                      ? {
                          _tag: "Page",
                          filter: { ...filter, batchId: portion.first },
                          after: definition.start
                        }
                      : { _tag: "Whole", ...portion }
                ),
                ...(last === undefined ? [] : [{ ...step, after: last.batch_id }])
              ]
            }
          }
          case "Whole":
            return { rows: yield* whole(step.first, step.last, filter.outcome), more: [] }
        }
      })
    const start: ReadonlyArray<Step> = definition.ofEverySentContact
      ? [{ _tag: "Batches", after: "" }]
      : passes(definition, filter).map((pass) => ({ _tag: "Page", filter: pass, after: definition.start }))
    const rows = Stream.paginateChunkEffect(start, ([step, ...rest]) =>
      step === undefined
        ? Effect.succeed([Chunk.empty<ReadonlyArray<unknown>>(), Option.none()] as const)
        : Effect.map(
            use(done(step)),
            ({ more, rows }) =>
              [Chunk.unsafeFromArray<ReadonlyArray<unknown>>(rows), Option.some([...more, ...rest])] as const
          )
    )
    return { columns: [...originals, ...ownNames(own, originals)], rows }
  })

/** Everything read within is of one moment, whatever a run writes meanwhile; no writer waits for it. */
export const atOneMoment = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Ledger, ({ sql, use }) => use(withTransaction(sql)(effect)))
