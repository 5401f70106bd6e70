import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { SentRecord } from "../../../../src/asSent/SentMember.js"
import type { Sends } from "../../../../src/asSent/Sends.js"
import type { ContactRow } from "../../../../src/contacts/ContactRow.js"
import { ofBatches } from "../../../../src/ledger/asSent/SentValues.js"
import * as LocalContacts from "../../../../src/ledger/load/LocalContacts.js"
import { inColumns, now, row } from "../../../support/ledger.js"

/** Loads a source, with what it declares its contacts were sent with. */
export const load = (rows: ReadonlyArray<ContactRow>, sends?: Sends, name = "crm") =>
  LocalContacts.load(
    { name, rejected: () => 0, ...(sends === undefined ? {} : { sends: () => sends }) },
    Stream.succeed(rows),
    now
  )

export const contact = (
  email: string,
  columns: Readonly<Record<string, unknown>>,
  batchId = "b"
): ContactRow => ({
  ...row(email, batchId),
  ...inColumns({ email, batch: batchId, ...columns })
})

export const said = ({ members }: SentRecord) => members.map(({ kind, name, value }) => [kind, name, value])

/** What was sent to each contact of the first three batches. */
export const all = Effect.map(ofBatches([1, 2, 3]), (records) => records.map(said))

export const mapping: Sends = { first_name: { column: "First" }, fields: { "12": { column: "Company" } } }
