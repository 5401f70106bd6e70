import type { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import type { ContactId } from "effect-activecampaign/ContactId"
import { ContactId as contactId } from "effect-activecampaign/ContactId"
import type { Resolved, ResolvedInDetail } from "effect-activecampaign/Resolved"
import { numberAddresses } from "./addresses.js"
import { markLinked } from "./stale.js"
import { Ledger } from "../Ledger.js"
import { hasNoAddress } from "../schema/recordViews.js"

/** Whether an ID of `unmatched_ids x` has no known address. */
export const isUnknown = `${hasNoAddress("x.contact_id")}
    AND NOT EXISTS (SELECT 1 FROM gone_contacts g WHERE g.contact_id = x.contact_id)`

/** Successful IDs of decided batches that have no known address. */
const unknown = `
  FROM unmatched_ids x
  WHERE ${isUnknown}`

/** How many successful IDs have no known address. */
export const countUnknown = Ledger.number("unmatched_successes", (sql) =>
  sql.unsafe(`SELECT count(DISTINCT x.contact_id) AS number ${unknown}`)
)

/** Reads an index in its order, as a test asserts. */
export const allUnknown = `SELECT DISTINCT x.contact_id ${unknown} ORDER BY x.contact_id`

/** All of them, ordered as text. There may be a million, so rows are not decoded. */
export const unknownIds = Ledger.use((sql) =>
  Effect.map(
    sql.unsafe<{ readonly contact_id: string }>(allUnknown),
    (rows): ReadonlyArray<ContactId> => rows.map((row) => contactId.make(row.contact_id))
  )
)

/** The first of them. */
export const someUnknown = (limit: number) =>
  Ledger.use((sql) =>
    Effect.map(
      sql.unsafe<{ readonly contact_id: string }>(`${allUnknown} LIMIT ?`, [limit]),
      (rows): ReadonlyArray<ContactId> => rows.map((row) => contactId.make(row.contact_id))
    )
  )

/**
 * Records what the account said about IDs. Batches that reported them or were sent their addresses have to be decided
 * again.
 */
export const record = (resolved: ReadonlyArray<Resolved | ResolvedInDetail>, learntAt: string) =>
  Ledger.transact((sql) => {
    const links = resolved.flatMap(
      (one): ReadonlyArray<KnownLink> =>
        one._tag !== "Gone" ? [[one.id, one.emailKey, one.contact.email]] : []
    )
    const gone = resolved.flatMap((one) => (one._tag === "Gone" ? [one.id] : []))
    return Effect.gen(function* () {
      yield* add(sql, links, "resolve", learntAt)
      yield* sql`
          INSERT INTO gone_contacts (contact_id, asked_at)
          SELECT value, ${learntAt} FROM json_each(${JSON.stringify(gone)}) WHERE true ON CONFLICT DO NOTHING`
      yield* markKnown(sql, [...links, ...gone.map((id): KnownLink => [id, null, null])])
    })
  })

/** A contact ID, the key of its address and the address itself; null if the contact is gone. */
export type KnownLink = readonly [contactId: string, emailKey: string | null, email: string | null]

/** Adds those that are not known yet. */
export const add = (
  sql: SqlClient,
  links: ReadonlyArray<KnownLink>,
  learntFrom: "resolve" | "lookup",
  learntAt: string
) =>
  Effect.gen(function* () {
    const list = JSON.stringify(links)
    yield* sql.unsafe(numberAddresses("SELECT value ->> 1 AS email_key FROM json_each(?)"), [list])
    yield* sql`
      INSERT INTO id_links (contact_id, address_id, email, learnt_from, learnt_at)
      SELECT j.value ->> 0, a.address_id, nullif(j.value ->> 2, a.email_key), ${learntFrom}, ${learntAt}
      FROM json_each(${list}) j CROSS JOIN addresses a ON a.email_key = j.value ->> 1
      WHERE true ON CONFLICT DO NOTHING`
  })

/** Marks the batches that are affected by what the account says about IDs. */
export const markKnown = (sql: SqlClient, links: ReadonlyArray<KnownLink>) =>
  sql.unsafe(
    markLinked(`SELECT j.value ->> 0 AS contact_id, (SELECT a.address_id FROM addresses a WHERE a.email_key = j.value ->> 1) AS address_id
      FROM json_each(?) j`),
    [JSON.stringify(links)]
  )
