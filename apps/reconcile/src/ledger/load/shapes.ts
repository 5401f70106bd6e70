import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { columnText } from "../schema/recordViews.js"

const places = ["email_at", "contact_id_at", "batch_id_at"] as const

/**
 * Before a row's contact ID or batch is taken away: the cell that it stood for is written among the others again, as the
 * source gave it. `which` selects `local_contact_id`.
 */
export const spellOut = (sql: SqlClient.SqlClient, place: "contact_id_at" | "batch_id_at", which: string) => {
  const kept = places.map((one) => (one === place ? "-1" : `h.${one}`))
  const staying = places.filter((one) => one !== place).map((one) => `h.${one}`)
  return Effect.gen(function* () {
    yield* sql.unsafe(`
      INSERT INTO row_shapes (local_source_id, names, email_at, contact_id_at, batch_id_at, is_payload)
      SELECT DISTINCT h.local_source_id, h.names, ${kept.join(", ")}, h.is_payload
      FROM (${which}) w CROSS JOIN local_rows l ON l.local_contact_id = w.local_contact_id
      CROSS JOIN row_shapes h ON h.shape_id = l.shape_id AND h.${place} >= 0
      WHERE true ON CONFLICT DO NOTHING`)
    yield* sql.unsafe(`
      UPDATE local_rows AS l SET (shape_id, cells) = (
        SELECT (SELECT other.shape_id FROM row_shapes other
            WHERE other.local_source_id = h.local_source_id AND other.names = h.names AND other.is_payload = h.is_payload
              AND (other.email_at, other.contact_id_at, other.batch_id_at) = (${kept.join(", ")})),
          '[' || coalesce((SELECT group_concat(${columnText}, ',')
            FROM json_each(h.names) n CROSS JOIN addresses a ON a.address_id = l.address_id
            WHERE n.key NOT IN (${staying.join(", ")})), '') || ']'
        FROM row_shapes h WHERE h.shape_id = l.shape_id)
      WHERE l.local_contact_id IN (${which})
        AND l.shape_id IN (SELECT shape_id FROM row_shapes WHERE ${place} >= 0)`)
  })
}
