/**
 * A small invented account that shows every outcome of a reconciliation.
 *
 * @since 0.1.0
 */
import { type SampleRow, sampleBatches } from "./internal/sampleBatches.js"
import * as Scenario from "./Scenario.js"

/**
 * A contact as its sender knows it: a row of CSV.
 *
 * @since 0.1.0
 * @category models
 */
export interface SampleContact {
  readonly first_name: string
  readonly last_name: string
  readonly email: string
  readonly batch_id: string
  /** The contact's ID if the sender knows it, else empty. */
  readonly contact_id: string
}

const sent = (row: SampleRow) => ({
  email: row.email,
  becomes: row.becomes ?? "created",
  ...(row.contactId === undefined ? {} : { contactId: row.contactId })
})

/**
 * Seven batches, and an account with two contacts of its own. All but the last batch settle within four seconds of the start.
 *
 * 1. clean: six contacts, all created; 2. the vendor's own example, four created and two rejected; 3. numbers
 * that do not close: silent contacts, a contradiction, a strange ID and a misspelt failure address; 4. failed
 * with partial lists; 5. interrupted with nothing; 6. one address sent twice, in different letter case; 7. never
 * settles. The third call is answered 429 and the sixth 503; each asks to wait a second.
 *
 * @since 0.1.0
 * @category scenarios
 */
export const sampleScenario: Scenario.Scenario = Scenario.make({
  account: {
    existing: [
      // Sent in a batch that reports neither: one existed before, and the other had bounced.
      { email: "oskar.nyberg@example.com", contactId: "1650" },
      { email: "xavier.dubois@example.com", contactId: "1822", bounced: true }
    ]
  },
  batches: sampleBatches.map(({ rows, ...batch }) => ({ ...batch, contacts: rows.map(sent) })),
  faults: [
    { on: { calls: [3] }, fault: { _tag: "RateLimited", retryAfter: 1 } },
    { on: { calls: [6] }, fault: { _tag: "Unavailable", status: 503, retryAfter: 1 } }
  ]
})

/**
 * What was sent, in sending order, batch by batch.
 *
 * @since 0.1.0
 * @category scenarios
 */
export const sampleContacts: ReadonlyArray<SampleContact> = sampleBatches.flatMap(({ batchId, rows }) =>
  rows.map(({ contactId, email, idKnown, name: [first_name, last_name] }) => ({
    first_name,
    last_name,
    email,
    batch_id: batchId,
    contact_id: idKnown === true && contactId !== undefined ? contactId : ""
  }))
)
