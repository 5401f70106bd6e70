import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Ledger } from "../Ledger.js"
import type { LedgerError } from "../LedgerError.js"

/** What `local_sources.columns` holds. */
export const ColumnNames = Schema.parseJson(Schema.Array(Schema.String))

/** The columns of all sources, each once, in the order in which they were first seen. */
export const sourceColumns: Effect.Effect<ReadonlyArray<string>, LedgerError, Ledger> = Effect.flatMap(
  Ledger,
  ({ sql, use }) =>
    Effect.gen(function* () {
      const sources = yield* use(sql<{ readonly columns: string }>`
        SELECT columns FROM local_sources ORDER BY local_source_id`)
      const names = yield* Effect.forEach(sources, ({ columns }) =>
        Effect.orDie(Schema.decode(ColumnNames)(columns))
      )
      return [...new Set(names.flat())]
    })
)

// At the beginning of a value: enough digits to be rounded, or an exponent that may be out of range.
const riskyNumber = /[[,:]\s*-?(?:\d[\d.eE+-]{15}|[\d.]+[eE][+-]?\d{3})/

const isKept = (token: string) => {
  const value = Number(token)
  if (token.length > 15) return String(value) === token
  return Number.isFinite(value) && (value !== 0 || !/[1-9].*[eE]/.test(token))
}

/** A number that JavaScript would take for another is taken as text, so that no digit is lost. */
const exactly = (json: string) =>
  json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') || isKept(token) ? token : `"${token}"`
  )

/** The cell values of rows. Each row is a JSON array, and all of them together are read as one. */
export const originalCells = (json: string): ReadonlyArray<ReadonlyArray<unknown>> =>
  JSON.parse(riskyNumber.test(json) ? exactly(json) : json)
