import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { codeOf } from "../LedgerError.js"
import { changesOf } from "./changesOf.js"
import { stagedSourceId } from "./staging.js"
import { areMost, dropIndexes } from "./withoutIndexes.js"

const columns =
  "local_source_id, email_key, occurrence, email, contact_id, batch_id, source_key, source_columns"

// Almost every address is there once. To number them all takes a third of the whole; so the first of each is
// taken without, and only what is left over is numbered.
const insertFirsts = (sourceId: number) => `
  INSERT INTO local_contacts (${columns})
  SELECT ${sourceId}, email_key, 1, email, contact_id, batch_id, source_key, source_columns
  FROM staged_contacts WHERE true ORDER BY email_key, rowid
  ON CONFLICT (email_key, local_source_id, occurrence) DO NOTHING`

const insertRepeats = (sourceId: number) => `
  INSERT INTO local_contacts (${columns})
  SELECT ${sourceId}, email_key, turn, email, contact_id, batch_id, source_key, source_columns
  FROM (SELECT email_key, email, contact_id, batch_id, source_key, source_columns,
    row_number() OVER (PARTITION BY email_key ORDER BY rowid) AS turn FROM staged_contacts
    WHERE email_key IN (SELECT email_key FROM staged_contacts GROUP BY email_key HAVING count(*) > 1))
  WHERE turn > 1`

/** Beside a table that is larger: its indexes stay, and are searched in the order of the address. */
const takeFew = (sql: SqlClient.SqlClient, sourceId: number, rows: number) =>
  Effect.gen(function* () {
    const firsts = changesOf(yield* sql.unsafe(insertFirsts(sourceId)).raw)
    if (firsts < rows) yield* sql.unsafe(insertRepeats(sourceId))
    return rows - firsts
  })

/** SQLite copies rows whole, without looking into them, between tables of one shape, which a test sees to. */
export const transferAll = "INSERT INTO local_contacts SELECT * FROM staged_contacts"

const copyAll = (sourceId: number) => `
  INSERT INTO local_contacts (${columns})
  SELECT ${sourceId}, email_key, 1, email, contact_id, batch_id, source_key, source_columns
  FROM staged_contacts ORDER BY rowid`

const numberRepeats = (sourceId: number) => `
  UPDATE local_contacts SET occurrence = n.turn
  FROM (SELECT local_contact_id, row_number() OVER (PARTITION BY email_key ORDER BY local_contact_id) AS turn
    FROM local_contacts WHERE local_source_id = ${sourceId} AND email_key IN (
      SELECT email_key FROM local_contacts WHERE local_source_id = ${sourceId}
      GROUP BY email_key HAVING count(*) > 1)) n
  WHERE n.turn > 1 AND n.local_contact_id = local_contacts.local_contact_id`

const isRepeated = (error: SqlError) => codeOf(error) === "SQLITE_CONSTRAINT_UNIQUE"

/** All as they stand, and the indexes made anew behind them: that of the addresses shows whether one is repeated. */
const takeMost = (sql: SqlClient.SqlClient, sourceId: number) =>
  Effect.gen(function* () {
    const [others] = yield* sql<{ readonly any: number }>`
      SELECT EXISTS (SELECT 1 FROM local_contacts) AS "any"`
    const indexes = yield* dropIndexes(sql, "local_contacts")
    const isAlone = others?.any === 0 && sourceId === stagedSourceId
    yield* sql.unsafe(isAlone ? transferAll : copyAll(sourceId))
    let repeats = 0
    for (const index of indexes) {
      yield* sql.unsafe(index.sql).pipe(
        Effect.catchIf(
          (error) => index.name === "local_contacts_by_email_key" && isRepeated(error),
          () =>
            Effect.gen(function* () {
              repeats = changesOf(yield* sql.unsafe(numberRepeats(sourceId)).raw)
              yield* sql.unsafe(index.sql)
            })
        )
      )
    }
    return repeats
  })

/**
 * Takes all that is staged into a source that has no contacts yet: nothing to compare with, nothing to release.
 * How many repeat the address of another.
 */
export const takeAll = (sql: SqlClient.SqlClient, sourceId: number, rows: number) =>
  Effect.flatMap(areMost(sql, "local_contacts", rows), (most) =>
    most ? takeMost(sql, sourceId) : takeFew(sql, sourceId, rows)
  )
