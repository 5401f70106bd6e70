/** What the sources of a batch declare about what its contacts were sent with. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type DeclaredMember, declaredMembers } from "../../asSent/declaredMembers.js"
import { Stored } from "../../asSent/Sends.js"
import { Ledger, rowOf } from "../Ledger.js"

export interface Declared {
  readonly source: string
  /** Whether its rows are contacts as in the body of the request, which says what was sent by itself. */
  readonly isBody: boolean
  /** Empty for the body of a request. */
  readonly members: ReadonlyArray<DeclaredMember>
}

const Declaring = rowOf("local_sources", { source: Schema.String, sends: Stored })

// Sources are few; of one that has no row of the batch, each contact of the batch is asked for.
const declaring = `
  SELECT r.name AS source, r.sends FROM numbered_batches b CROSS JOIN local_sources r
  WHERE b.batch_id = ? AND r.sends IS NOT NULL AND (
    EXISTS (SELECT 1 FROM sent_contacts s CROSS JOIN local_rows l
      ON l.address_id = s.address_id AND l.batch = s.batch AND l.local_source_id = r.local_source_id
      WHERE s.batch = b.batch)
    OR EXISTS (SELECT 1 FROM former_cells f CROSS JOIN row_shapes h ON h.shape_id = f.shape_id
      WHERE f.batch = b.batch AND h.local_source_id = r.local_source_id))
  ORDER BY EXISTS (SELECT 1 FROM row_shapes p WHERE p.local_source_id = r.local_source_id AND p.is_payload = 1) DESC,
    r.local_source_id`

/** The first that says something about a contact counts: bodies of requests, then others, in the order of their first loads. */
export const declaredFor = (batchId: string) =>
  Effect.map(
    Ledger.query(Declaring, (sql) => sql.unsafe(declaring, [batchId])),
    (rows) =>
      rows.map(
        ({ sends, source }): Declared => ({
          source,
          isBody: "payload" in sends,
          members: "payload" in sends ? [] : declaredMembers(sends)
        })
      )
  )
