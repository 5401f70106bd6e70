import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { rejected } from "../../contacts/ContactRow.js"
import { changesOf } from "../file/transaction.js"
import type { SourceKey } from "./Source.js"
import type { Staged } from "./staging.js"

const pageSize = 1000

const createRepeats =
  "CREATE TEMP TABLE IF NOT EXISTS staged_repeats (staged_row INTEGER PRIMARY KEY, first_line INTEGER NOT NULL) STRICT"

const findRepeats = `
  INSERT INTO staged_repeats
  SELECT staged_row, first_line FROM (
    SELECT s.staged_row, row_number() OVER same_key AS turn, first_value(line) OVER same_key AS first_line
    FROM staged_contacts s CROSS JOIN staged_records r ON r.staged_row = s.staged_row
    WHERE source_key IN (SELECT source_key FROM staged_contacts GROUP BY source_key HAVING count(*) > 1)
    WINDOW same_key AS (PARTITION BY source_key ORDER BY s.staged_row))
  WHERE turn > 1 ORDER BY staged_row`

interface Repeat {
  readonly row: number
  readonly line: number
  readonly first_line: number
  readonly source_key: string
  readonly batch: number | null
  readonly record: string
}

/**
 * Sets aside every row whose key an earlier row of the same load has. That shows only once all are staged: keys
 * kept in memory would not be flat.
 */
export const setRepeatsAside = (sql: SqlClient.SqlClient, key: SourceKey, staged: Staged) =>
  Effect.gen(function* () {
    yield* sql.unsafe(createRepeats)
    yield* sql`DELETE FROM staged_repeats`
    if (changesOf(yield* sql.unsafe(findRepeats).raw) === 0) return staged
    let { rows, sent } = staged
    let page: ReadonlyArray<Repeat> = []
    do {
      page = yield* sql<Repeat>`
        SELECT r.staged_row AS row, o.line, r.first_line, s.source_key, s.batch, o.record
        FROM staged_repeats r CROSS JOIN staged_records o ON o.staged_row = r.staged_row
        CROSS JOIN staged_contacts s ON s.staged_row = r.staged_row
        WHERE r.staged_row > ${page.at(-1)?.row ?? 0} ORDER BY r.staged_row LIMIT ${pageSize}`
      yield* key.setAside(
        page.map((repeat) => rejected(repeat.line, null, reasonOf(key, repeat), repeat.record))
      )
      rows -= page.length
      sent -= page.filter((repeat) => repeat.batch !== null).length
    } while (page.length === pageSize)
    yield* sql`DELETE FROM staged_contacts WHERE staged_row IN (SELECT staged_row FROM staged_repeats)`
    yield* sql`DELETE FROM staged_batches WHERE batch NOT IN (
      SELECT batch FROM staged_contacts WHERE batch IS NOT NULL)`
    const kept: Staged = { ...staged, rows, sent }
    return kept
  })

const reasonOf = ({ column, place }: SourceKey, { first_line, source_key }: Repeat): string =>
  `The key ${JSON.stringify(source_key)} in column ${JSON.stringify(column)} is that of ${place} ${first_line} already.`
