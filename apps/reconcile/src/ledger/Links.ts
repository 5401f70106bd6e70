import * as Effect from "effect/Effect"
import type { ContactId } from "effect-activecampaign/ContactId"
import { ContactId as contactId } from "effect-activecampaign/ContactId"
import type { Resolved } from "effect-activecampaign/Contacts"
import { Ledger } from "./Ledger.js"

/** IDs that a decided batch reported as successes, and of which nobody knows whose they are. */
const unknown = `
  FROM unmatched_successes x
  WHERE NOT EXISTS (SELECT 1 FROM local_contacts l WHERE l.contact_id = x.contact_id)
    AND NOT EXISTS (SELECT 1 FROM links k WHERE k.contact_id = x.contact_id)
    AND NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = x.contact_id)`

/** How many successful IDs there are whose addresses nobody knows. */
export const countUnknown = Effect.flatMap(Ledger, ({ sql, use }) =>
  use(
    Effect.map(
      sql.unsafe<{ readonly ids: number }>(`SELECT count(DISTINCT x.contact_id) AS ids ${unknown}`),
      ([row]) => row?.ids ?? 0
    )
  )
)

/** Read from an index in its order; a test asks SQLite. */
export const allUnknown = `SELECT DISTINCT x.contact_id ${unknown} ORDER BY x.contact_id`

/** All of them, in the order of their text. */
export const unknownIds = Effect.flatMap(Ledger, ({ sql, use }) =>
  use(
    Effect.map(
      sql.unsafe<{ readonly contact_id: string }>(allUnknown),
      (rows): ReadonlyArray<ContactId> => rows.map((row) => contactId.make(row.contact_id))
    )
  )
)

/** Records what the account said of IDs. Batches that reported them, or were sent their addresses, are to be decided anew. */
export const record = (resolved: ReadonlyArray<Resolved>, learntAt: string) =>
  Effect.flatMap(Ledger, ({ sql, transact }) => {
    const links = resolved.flatMap((one) =>
      one._tag === "Link" ? [[one.id, one.emailKey, one.contact.email]] : []
    )
    const gone = resolved.flatMap((one) => (one._tag === "Gone" ? [one.id] : []))
    return transact(
      Effect.gen(function* () {
        yield* sql`
          INSERT INTO links (contact_id, email_key, email, learnt_from, learnt_at)
          SELECT value ->> 0, value ->> 1, value ->> 2, 'resolve', ${learntAt} FROM json_each(${JSON.stringify(links)})
          WHERE true ON CONFLICT DO NOTHING`
        yield* sql`
          INSERT INTO gone_contacts (contact_id, asked_at)
          SELECT value, ${learntAt} FROM json_each(${JSON.stringify(gone)}) WHERE true ON CONFLICT DO NOTHING`
        yield* markLinked(JSON.stringify([...links, ...gone.map((id) => [id])]))
      })
    )
  })

/** `links` is a JSON list of `[contact ID, email key, …]`, or of the ID alone where it is gone. */
export const markLinked = (links: string) =>
  Effect.flatMap(
    Ledger,
    ({ sql }) => sql`
      INSERT INTO stale_batches
      SELECT x.batch_id FROM json_each(${links}) j CROSS JOIN unmatched_successes x ON x.contact_id = j.value ->> 0
      UNION
      SELECT s.batch_id FROM (
        SELECT j.value ->> 1 AS email_key FROM json_each(${links}) j
        UNION SELECT l.email_key FROM json_each(${links}) j CROSS JOIN local_contacts l ON l.contact_id = j.value ->> 0
        UNION SELECT k.email_key FROM json_each(${links}) j CROSS JOIN links k ON k.contact_id = j.value ->> 0) known
      CROSS JOIN batch_sent s ON s.email_key = known.email_key
      ON CONFLICT DO NOTHING`
  )
