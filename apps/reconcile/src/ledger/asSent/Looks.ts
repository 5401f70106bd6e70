import type * as SqlClient from "@effect/sql/SqlClient"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { listStatus } from "effect-activecampaign/ContactDetails"
import type { Detailed } from "effect-activecampaign/ContactDetails"
import { ContactId } from "effect-activecampaign/ContactId"
import type { ResolvedInDetail } from "effect-activecampaign/Contacts"
import { compare, mayRepeat, opposed } from "../../asSent/compare.js"
import { partOf } from "../../asSent/partOf.js"
import type { SentMember } from "../../asSent/SentMember.js"
import { unknownNames } from "../../asSent/unknownNames.js"
import type { Moment } from "../facts/Lookups.js"
import { markAddresses, markBatches } from "../facts/stale.js"
import { Ledger } from "../Ledger.js"
import { hasSettled } from "../schema/words.js"
import * as AccountNames from "./AccountNames.js"
import { numberMembers } from "./members.js"
import * as SentValues from "./SentValues.js"

/** A sent contact, by key. */
interface SentKey {
  readonly batch: number
  readonly addressId: number
  readonly occurrence: number
}

/** A sent contact whose values are to be compared, and its contact in the account. */
export interface Wanted extends SentKey {
  readonly contactId: ContactId
}

const settledAnswer = (batch: string) =>
  `(SELECT max(r.answer_id) FROM answers r WHERE r.batch = ${batch} AND ${hasSettled("r.status")})`

/** A look counts if it came after the answer with which the batch settled. */
const isLookedAt = (key: string, answer: string, and = "") => `EXISTS (SELECT 1 FROM contact_looks k
  CROSS JOIN looks o ON o.look_id = k.look_id
  WHERE k.batch = ${key}.batch AND k.address_id = ${key}.address_id AND k.occurrence = ${key}.occurrence
    AND o.after_answer_id >= ${answer}${and})`

const idOf = (row: string) => `coalesce(${row}.contact_id,
  (SELECT l.contact_id FROM local_rows l WHERE l.address_id = ${row}.address_id AND l.contact_id IS NOT NULL LIMIT 1),
  (SELECT min(k.contact_id) FROM id_links k WHERE k.address_id = ${row}.address_id))`

/** Contacts that were not looked at, or whose look did not show all of what was sent. */
export type Which = "new" | "unseen"

const isUnseen = "coalesce(k.unseen, 'contact') <> 'contact'"

/**
 * Contacts of settled batches with values that were declared and not seen; `contact_id` is NULL if it is not known. In the
 * order of their keys, so that the next ones are read without those before or behind them.
 */
const waiting = (which: Which) => `
  SELECT v.batch, v.address_id, v.occurrence, ${idOf("v")} AS contact_id FROM verdicts v
  WHERE (v.batch, v.address_id, v.occurrence) > (?, ?, ?)
    AND v.batch IN (SELECT c.batch FROM value_counts c WHERE c.not_checked > 0)
    AND v.outcome IN ('imported', 'present')
    AND ${which === "new" ? "NOT" : ""} ${isLookedAt("v", settledAnswer("v.batch"), which === "new" ? "" : ` AND ${isUnseen}`)}`

/** How many contacts are to be looked at. */
export const countWanted = Ledger.number("contact_looks", (sql) =>
  sql.unsafe(`SELECT count(DISTINCT contact_id) AS number FROM (${waiting("new")})`, [0, 0, 0])
)

interface WantedRow extends SentKey {
  readonly contactId: string
}

/** Reads the key of verdicts in its order, as a test asserts. */
export const nextWaiting = (which: Which) => `
  SELECT batch, address_id AS "addressId", occurrence, contact_id AS "contactId" FROM (${waiting(which)})
  WHERE contact_id IS NOT NULL ORDER BY batch, address_id, occurrence LIMIT ?`

/** The next of them after `after`, in the order of their keys, with at most `limit` contacts. */
export const wanted = (which: Which, after: SentKey | null, limit: number) =>
  Ledger.use((sql) =>
    Effect.map(
      sql.unsafe<WantedRow>(nextWaiting(which), [
        after?.batch ?? 0,
        after?.addressId ?? 0,
        after?.occurrence ?? 0,
        limit
      ]),
      (rows): ReadonlyArray<Wanted> =>
        rows.map(({ contactId, ...key }) => ({ ...key, contactId: ContactId.make(contactId) }))
    )
  )

interface OpenRow extends SentKey {
  readonly email_key: string
}

/** The sent contacts of these addresses that a look at this moment counts for. */
const openOf = (sql: SqlClient.SqlClient, addresses: ReadonlyArray<number>, afterAnswer: number) =>
  sql.unsafe<OpenRow>(
    `SELECT s.batch, s.address_id AS "addressId", s.occurrence, a.email_key
     FROM json_each(?) j CROSS JOIN sent_contacts s INDEXED BY sent_contacts_by_address ON s.address_id = j.value
     CROSS JOIN addresses a ON a.address_id = s.address_id
     WHERE ${settledAnswer("s.batch")} <= ? AND NOT ${isLookedAt("s", settledAnswer("s.batch"), ` AND NOT (${isUnseen})`)}`,
    [JSON.stringify(addresses), afterAnswer]
  )

const addressesOf = (sql: SqlClient.SqlClient, found: ReadonlyArray<ResolvedInDetail>) =>
  Effect.map(
    sql<{ readonly id: number; readonly emailKey: string }>`
      SELECT a.address_id AS id, a.email_key AS "emailKey"
      FROM json_each(${JSON.stringify(found.flatMap((one) => (one._tag === "Detailed" ? [one.emailKey] : [])))}) j
      CROSS JOIN addresses a ON a.email_key = j.value`,
    (rows) => new Map(rows.map(({ emailKey, id }) => [emailKey, id]))
  )

/** What a look found that has to be stored. */
interface Seen {
  readonly updatedAt: string | null
  readonly unseen: string | null
  readonly rows: ReadonlyArray<{
    readonly member: SentMember
    readonly found: string | null
    readonly cannotTell: string | null
  }>
}

const sentTwice = "it was sent more than once in the batch, with unlike values"

const lookAt = (
  { contact, details }: Detailed,
  members: ReadonlyArray<SentMember>,
  inBatch: ReadonlyArray<SentMember>,
  names: AccountNames.AccountNames
): Seen => {
  const rows: Array<Seen["rows"][number]> = []
  const unseen = new Set<string>()
  const isRepeated = mayRepeat(inBatch, names)
  for (const member of members) {
    const one = compare(member, details, names)
    const other = isRepeated ? opposed(member, inBatch, names) : "no"
    if (one._tag === "Unseen") unseen.add(partOf(member.kind))
    else if (other === "opposed") rows.push({ member, found: null, cannotTell: sentTwice })
    else if (one._tag === "NotSame" && other === "perhaps") {
      rows.push({ member, found: one.found, cannotTell: unknownNames.fields.twice })
    } else if (one._tag === "NotSame") rows.push({ member, found: one.found, cannotTell: null })
    else if (one._tag === "CannotTell") rows.push({ member, found: one.found, cannotTell: one.why })
  }
  return {
    updatedAt: rows.length === 0 ? null : Option.getOrNull(Option.map(contact.udate, DateTime.formatIso)),
    unseen: unseen.size === 0 ? null : [...unseen].join(" "),
    rows
  }
}

/** A contact that is gone shows nothing. */
const gone: Seen = { updatedAt: null, unseen: "contact", rows: [] }

interface StatusRow {
  readonly addressId: number
  readonly listId: string
  readonly status: number
}

/**
 * Records each sighting of a status that is not active, and the first of active after one: the last look at which somebody
 * was unsubscribed tells which batches cannot have changed it.
 */
const recordStatuses = (
  sql: SqlClient.SqlClient,
  lookId: number,
  seen: ReadonlyArray<readonly [addressId: number, contact: Detailed]>
) =>
  Effect.gen(function* () {
    const addresses = JSON.stringify(seen.map(([addressId]) => addressId))
    const before = yield* sql<StatusRow>`
      SELECT k.address_id AS "addressId", k.list_id AS "listId", k.status FROM json_each(${addresses}) j
      CROSS JOIN list_statuses k ON k.address_id = j.value ORDER BY k.look_id`
    const last = new Map(before.map(({ addressId, listId, status }) => [`${addressId} ${listId}`, status]))
    const changed = seen.flatMap(([addressId, { details }]) => {
      const rows = details.lists._tag === "NotSideloaded" ? [] : details.lists.rows
      return rows.flatMap(({ list, status }) => {
        const known = last.get(`${addressId} ${list}`)
        const isActive = status === listStatus.active
        if (isActive && (known === undefined || known === listStatus.active)) return []
        return [[addressId, list, status] as const]
      })
    })
    if (changed.length === 0) return
    yield* sql`INSERT OR REPLACE INTO list_statuses (address_id, list_id, look_id, status)
      SELECT value ->> 0, value ->> 1, ${lookId}, value ->> 2 FROM json_each(${JSON.stringify(changed)})`
    yield* sql.unsafe(markAddresses("SELECT value ->> 0 AS address_id FROM json_each(?)"), [
      JSON.stringify(changed.filter(([address, list, status]) => last.get(`${address} ${list}`) !== status))
    ])
  })

const keyOf = ({ addressId, batch, occurrence }: SentKey) => `${batch} ${addressId} ${occurrence}`

const insertLooks = `INSERT OR REPLACE INTO contact_looks (batch, address_id, occurrence, look_id, updated_at, unseen)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?)`

const insertFound = `INSERT INTO found_values (batch, address_id, occurrence, member_id, found, cannot_tell)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?)
  WHERE true ON CONFLICT DO NOTHING`

const deleteFound = `DELETE FROM found_values WHERE (batch, address_id, occurrence) IN
  (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))`

/**
 * Records what contacts hold, compared with all that was sent for them in batches that have settled. Only what is not as it
 * was sent takes a row. `wanted` names sent contacts by their contact ID, which may have another address by now. Returns how
 * many sent contacts were seen with all that was sent.
 */
export const record = (
  found: ReadonlyArray<ResolvedInDetail>,
  { afterAnswer, askedAt }: Omit<Moment, "afterLookup">,
  wanted: ReadonlyArray<Wanted> = []
) =>
  Ledger.transact((sql) =>
    Effect.gen(function* () {
      const byKey = yield* addressesOf(sql, found)
      const byId = new Map(found.map((one) => [String(one.id), one]))
      const ofAddress = new Map<number, ResolvedInDetail>()
      const own = new Map<string, ResolvedInDetail>()
      for (const one of found) {
        const address = one._tag === "Detailed" ? byKey.get(one.emailKey) : undefined
        if (address !== undefined) ofAddress.set(address, one)
      }
      for (const sent of wanted) {
        const one = byId.get(sent.contactId)
        if (one !== undefined) own.set(keyOf(sent), one)
      }
      const addresses = [...new Set([...ofAddress.keys(), ...wanted.map(({ addressId }) => addressId)])]
      const open = yield* openOf(sql, addresses, afterAnswer)
      const sent = open.flatMap((key) => {
        const contact = own.get(keyOf(key)) ?? ofAddress.get(key.addressId)
        return contact === undefined ? [] : [{ key, contact }]
      })
      if (sent.length === 0) return 0
      const records = yield* SentValues.ofAddresses(addresses)
      const membersOf = new Map(records.map((one) => [keyOf(one), one.members]))
      const together = new Map<string, Array<SentMember>>()
      for (const { addressId, batch, members } of records) {
        const key = `${batch} ${addressId}`
        together.set(key, [...(together.get(key) ?? []), ...members])
      }
      const names = yield* AccountNames.read
      const seen = sent.map(({ contact, key }) => {
        const members = membersOf.get(keyOf(key)) ?? []
        const inBatch = together.get(`${key.batch} ${key.addressId}`) ?? []
        return { key, seen: contact._tag === "Gone" ? gone : lookAt(contact, members, inBatch, names) }
      })
      const [look] = yield* sql<{ readonly id: number }>`
        INSERT INTO looks (looked_at, after_answer_id) VALUES (${askedAt}, ${afterAnswer}) RETURNING look_id AS id`
      const lookId = look?.id ?? 0
      const looks = seen.map(({ key, seen: one }) => [
        key.batch,
        key.addressId,
        key.occurrence,
        lookId,
        one.updatedAt,
        one.unseen
      ])
      yield* sql.unsafe(deleteFound, [JSON.stringify(looks)])
      yield* sql.unsafe(insertLooks, [JSON.stringify(looks)])
      const numberOf = yield* numberMembers(
        sql,
        seen.flatMap((one) => one.seen.rows.map(({ member }) => member))
      )
      yield* sql.unsafe(insertFound, [
        JSON.stringify(
          seen.flatMap(({ key, seen: { rows } }) =>
            rows.map(({ cannotTell, found: value, member }) => [
              key.batch,
              key.addressId,
              key.occurrence,
              numberOf(member),
              value,
              cannotTell
            ])
          )
        )
      ])
      const contacts = new Map<number, Detailed>()
      for (const { contact, key } of sent)
        if (contact._tag === "Detailed") contacts.set(key.addressId, contact)
      yield* recordStatuses(sql, lookId, [...contacts])
      yield* sql.unsafe(markBatches("SELECT DISTINCT value ->> 0 AS batch FROM json_each(?)"), [
        JSON.stringify(looks)
      ])
      return seen.filter((one) => one.seen.unseen === null).length
    })
  )
