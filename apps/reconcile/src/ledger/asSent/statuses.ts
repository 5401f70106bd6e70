import type { Connection } from "@effect/sql/SqlConnection"
import * as Effect from "effect/Effect"
import { type Detailed, listStatus } from "effect-activecampaign/ContactDetails"
import { markAddresses } from "../facts/stale.js"

interface StatusRow {
  readonly addressId: number
  readonly listId: string
  readonly status: number
}

const statusesOf = `
  SELECT k.address_id AS "addressId", k.list_id AS "listId", k.status
  FROM json_each(?) j CROSS JOIN list_statuses k ON k.address_id = j.value ORDER BY k.look_id`

const insertStatuses = `INSERT OR REPLACE INTO list_statuses (address_id, list_id, look_id, status)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)`

const markSentTo = markAddresses("SELECT value AS address_id FROM json_each(?)")

/**
 * Records each sighting of a status that is not active, and the first of active after one: the last look at which somebody
 * was unsubscribed tells which batches cannot have changed it.
 */
export const recordStatuses = (
  connection: Connection,
  lookId: number,
  seen: ReadonlyArray<readonly [addressId: number, contact: Detailed]>
) =>
  Effect.gen(function* () {
    const before: ReadonlyArray<StatusRow> = yield* connection.execute(
      statusesOf,
      [JSON.stringify(seen.map(([addressId]) => addressId))],
      undefined
    )
    const last = new Map(before.map(({ addressId, listId, status }) => [`${addressId} ${listId}`, status]))
    const statuses: Array<readonly [addressId: number, listId: string, lookId: number, status: number]> = []
    const changed: Array<number> = []
    for (const [addressId, { details }] of seen) {
      if (details.lists._tag === "NotSideloaded") continue
      for (const { list, status } of details.lists.rows) {
        const known = last.get(`${addressId} ${list}`)
        const isActive = status === listStatus.active
        if (isActive && (known === undefined || known === listStatus.active)) continue
        statuses.push([addressId, list, lookId, status])
        if (known !== status) changed.push(addressId)
      }
    }
    if (statuses.length === 0) return
    yield* connection.executeRaw(insertStatuses, [JSON.stringify(statuses)])
    yield* connection.executeRaw(markSentTo, [JSON.stringify(changed)])
  })
