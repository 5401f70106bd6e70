import { assert } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Filter } from "../../src/ledger/reports/ExportPages.js"
import * as ExportRows from "../../src/ledger/reports/ExportRows.js"
import { type Export, exports } from "../../src/ledger/reports/Exports.js"

export const named = (name: string): Export => {
  const found = exports.find((one) => one.name === name)
  assert.isDefined(found)
  return found
}

/** Every row of an export, by column. */
export const exported = (name: string, filter: Filter = {}, size?: number) =>
  Effect.gen(function* () {
    const { columns, rows } = yield* ExportRows.read(named(name), filter, size)
    const all = Chunk.toReadonlyArray(yield* Stream.runCollect(rows))
    return all.map((values) => Object.fromEntries(values.map((value, at) => [columns[at] ?? "", value])))
  })
