import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { changesOf } from "../file/transaction.js"
import { codeOf } from "../LedgerError.js"
import { areMost, dropIndexes, makeIndexes, withoutIndexes } from "./withoutIndexes.js"

const columns =
  "local_source_id, address_id, occurrence, shape_id, batch, email, contact_id, source_key, cells"

/** Of an address that several staged rows have: all but the first, each with that one and its turn. */
const createTwins: ReadonlyArray<string> = [
  `CREATE TEMP TABLE IF NOT EXISTS staged_twins (
    staged_row INTEGER PRIMARY KEY, first_row INTEGER NOT NULL, turn INTEGER NOT NULL
  ) STRICT`,
  "DELETE FROM staged_twins"
]

const findTwins = `
  INSERT INTO staged_twins
  SELECT staged_row, first_row, turn FROM (
    SELECT staged_row, first_value(staged_row) OVER same_address AS first_row, row_number() OVER same_address AS turn
    FROM staged_contacts
    WHERE email_key IN (SELECT email_key FROM staged_contacts GROUP BY email_key HAVING count(*) > 1)
    WINDOW same_address AS (PARTITION BY email_key ORDER BY coalesce(place, staged_row)))
  WHERE turn > 1 ORDER BY staged_row`

const isRepeated = (error: SqlError) => codeOf(error) === "SQLITE_CONSTRAINT_UNIQUE"

const take = (sourceId: number, address: string, joined: string) => `
  INSERT INTO local_rows (${columns})
  SELECT ${sourceId}, ${address}, coalesce(t.turn, 1), n.shape_id, n.batch, n.email, n.contact_id, n.source_key, n.cells
  FROM staged_contacts n ${joined} LEFT JOIN staged_twins t ON t.staged_row = n.staged_row
  ORDER BY n.staged_row`

const takeWithoutTwins = (sourceId: number) => `
  INSERT INTO local_rows
  SELECT staged_row, ${sourceId}, staged_row, 1, shape_id, batch, email, contact_id, source_key, cells
  FROM staged_contacts`

/** Into a file that knows no address: all are numbered as if each were there once, and their index shows if that is so. */
const takeFresh = (sql: SqlClient.SqlClient, sourceId: number) =>
  Effect.gen(function* () {
    const ofAddresses = yield* dropIndexes(sql, "addresses")
    yield* sql.unsafe(
      "INSERT INTO addresses (address_id, email_key) SELECT staged_row, email_key FROM staged_contacts"
    )
    const repeats = yield* makeIndexes(sql, ofAddresses).pipe(
      Effect.as(0),
      Effect.catchIf(isRepeated, () =>
        Effect.gen(function* () {
          const found = changesOf(yield* sql.unsafe(findTwins).raw)
          yield* sql.unsafe("DELETE FROM addresses WHERE address_id IN (SELECT staged_row FROM staged_twins)")
          yield* makeIndexes(sql, ofAddresses)
          return found
        })
      )
    )
    const ofRows = yield* dropIndexes(sql, "local_rows")
    yield* sql.unsafe(
      repeats === 0 ? takeWithoutTwins(sourceId) : take(sourceId, "coalesce(t.first_row, n.staged_row)", "")
    )
    yield* makeIndexes(sql, ofRows)
    return repeats
  })

const findNewAddresses: ReadonlyArray<string> = [
  "CREATE TEMP TABLE IF NOT EXISTS new_addresses (staged_row INTEGER PRIMARY KEY, email_key TEXT NOT NULL) STRICT",
  "DELETE FROM new_addresses",
  `INSERT INTO new_addresses
   SELECT min(staged_row), email_key FROM staged_contacts n
   WHERE NOT EXISTS (SELECT 1 FROM addresses a WHERE a.email_key = n.email_key) GROUP BY email_key ORDER BY 1`
]

/** Into a file that knows addresses. */
const takeBeside = (sql: SqlClient.SqlClient, sourceId: number, rows: number) =>
  Effect.gen(function* () {
    for (const statement of findNewAddresses.slice(0, -1)) yield* sql.unsafe(statement)
    const found = changesOf(yield* sql.unsafe(findNewAddresses.at(-1) ?? "").raw)
    yield* withoutIndexes(
      sql,
      "addresses",
      found,
      sql.unsafe("INSERT INTO addresses (email_key) SELECT email_key FROM new_addresses ORDER BY staged_row")
    )
    const repeats = changesOf(yield* sql.unsafe(findTwins).raw)
    yield* withoutIndexes(
      sql,
      "local_rows",
      rows,
      sql.unsafe(take(sourceId, "a.address_id", "CROSS JOIN addresses a ON a.email_key = n.email_key"))
    )
    return repeats
  })

/**
 * Takes all that is staged into a source that has no contacts yet: nothing to compare with, nothing to release.
 * How many repeat the address of another.
 */
export const takeAll = (sql: SqlClient.SqlClient, sourceId: number, rows: number) =>
  Effect.gen(function* () {
    for (const statement of createTwins) yield* sql.unsafe(statement)
    const [known] = yield* sql<{ readonly any: number }>`SELECT EXISTS (SELECT 1 FROM addresses) AS "any"`
    return known?.any === 0 && (yield* areMost(sql, "addresses", rows))
      ? yield* takeFresh(sql, sourceId)
      : yield* takeBeside(sql, sourceId, rows)
  })
