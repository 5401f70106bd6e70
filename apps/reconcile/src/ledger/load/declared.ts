import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { markBatches } from "../facts/stale.js"

/**
 * What rows had when they were sent, before they are written over: loading a source again does not change what was sent.
 * The first values stay.
 */
export const keepCells = `
  INSERT INTO former_cells (batch, address_id, occurrence, shape_id, email, contact_id, cells)
  SELECT l.batch, l.address_id, (SELECT count(*) FROM local_rows o
      WHERE o.address_id = l.address_id AND o.batch = l.batch
        AND (o.local_source_id, o.occurrence) <= (l.local_source_id, l.occurrence)) AS turn,
    l.shape_id, l.email, l.contact_id, l.cells
  FROM contact_changes c CROSS JOIN local_rows l ON l.local_contact_id = c.local_contact_id
  WHERE l.batch IS NOT NULL AND EXISTS (SELECT 1 FROM sent_contacts s WHERE s.batch = l.batch
    AND s.address_id = l.address_id AND s.occurrence = (SELECT count(*) FROM local_rows o
      WHERE o.address_id = l.address_id AND o.batch = l.batch
        AND (o.local_source_id, o.occurrence) <= (l.local_source_id, l.occurrence)))
  ON CONFLICT DO NOTHING`

const isOfSource = (sourceId: number) => `EXISTS (SELECT 1 FROM local_rows l
  WHERE l.address_id = k.address_id AND l.batch = k.batch AND l.local_source_id = ${sourceId})`

/** Looks compared what was declared then. With another declaration, contacts are looked at again. */
export const declaredAnew = (sql: SqlClient.SqlClient, sourceId: number) =>
  Effect.gen(function* () {
    for (const table of ["found_values", "contact_looks"]) {
      yield* sql.unsafe(`DELETE FROM ${table} AS k WHERE ${isOfSource(sourceId)}`)
    }
    yield* sql.unsafe(
      markBatches(
        `SELECT DISTINCT batch FROM local_rows WHERE local_source_id = ${sourceId} AND batch IS NOT NULL`
      )
    )
  })
