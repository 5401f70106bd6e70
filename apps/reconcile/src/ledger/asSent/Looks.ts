import * as Effect from "effect/Effect"
import type { Detailed } from "effect-activecampaign/ContactDetails"
import { ContactId } from "effect-activecampaign/ContactId"
import type { ResolvedInDetail } from "effect-activecampaign/Resolved"
import type { SentMember, SentRecord } from "../../asSent/SentMember.js"
import type { Moment } from "../facts/Lookups.js"
import { markBatches } from "../facts/stale.js"
import { transactionConnection } from "../file/transaction.js"
import { Ledger } from "../Ledger.js"
import { hasSettled } from "../schema/words.js"
import * as AccountNames from "./AccountNames.js"
import { declares, declaring, declaringColumns } from "./declaring.js"
import { gone, lookAt, ofAnother } from "./lookAt.js"
import { numberMembers } from "./members.js"
import * as SentValues from "./SentValues.js"
import { isLess, isMore, showsAny } from "./shown.js"
import { recordStatuses } from "./statuses.js"

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

/** Of a contact that was found by its address, the account has said the ID. */
const idOf = (row: string) => `coalesce(${row}.contact_id,
  (SELECT min(k.contact_id) FROM id_links k WHERE k.address_id = ${row}.address_id))`

/**
 * Contacts that were not looked at, or whose look did not show all of what was sent. `named`: not looked at, in batches with
 * names or phone numbers, which every answer has.
 */
export type Which = "new" | "named" | "unseen"

const isUnseen = "coalesce(k.unseen, 'contact') NOT IN ('contact', 'address')"

const named = `JOIN sent_members m ON m.member_id = c.member_id
      AND m.kind IN ('first_name', 'last_name', 'phone', 'customer_acct_name')`

/**
 * Contacts of settled batches with values that were declared and not seen; `contact_id` is NULL if it is not known. In the
 * order of their keys, so that the next ones are read without those before or behind them.
 */
const waiting = (which: Which) => `
  WITH ${declaring}
  SELECT v.batch, v.address_id, v.occurrence, ${idOf("v")} AS contact_id FROM verdicts v
  WHERE (v.batch, v.address_id, v.occurrence) > (?, ?, ?)
    AND v.batch IN (SELECT c.batch FROM value_counts c ${which === "named" ? named : ""} WHERE c.not_checked > 0)
    AND v.outcome IN ('imported', 'present')
    AND ${which === "unseen" ? "" : "NOT"} ${isLookedAt("v", settledAnswer("v.batch"), which === "unseen" ? ` AND ${isUnseen}` : "")}
    AND ${declares("v")}`

const count = (which: Which) =>
  Effect.flatMap(declaringColumns, (columns) =>
    Ledger.number("contact_looks", (sql) =>
      sql.unsafe(`SELECT count(DISTINCT contact_id) AS number FROM (${waiting(which)})`, [columns, 0, 0, 0])
    )
  )

/** How many contacts are to be looked at. */
export const countWanted = count("new")

/** How many of them were sent in batches with names or phone numbers. */
export const countNamed = count("named")

/** How many contacts were looked at, and the answer did not show all of what was sent. */
export const countUnseen = count("unseen")

/** How many others were looked at, and will be looked at again once these names are known. */
export const countUntold = (parts: ReadonlyArray<AccountNames.Part>) =>
  Ledger.number("found_values", (sql) =>
    sql.unsafe(`SELECT count(DISTINCT ${idOf("v")}) AS number
      FROM (SELECT DISTINCT batch, address_id, occurrence FROM found_values
        WHERE ${["0", ...parts.map(AccountNames.isForLackOf)].join(" OR ")}) f
      CROSS JOIN verdicts v ON v.batch = f.batch AND v.address_id = f.address_id AND v.occurrence = f.occurrence
      WHERE v.outcome IN ('imported', 'present') AND NOT ${isLookedAt("v", settledAnswer("v.batch"), ` AND ${isUnseen}`)}`)
  )

interface WantedRow extends SentKey {
  readonly contactId: string
}

const wantedOf = (rows: ReadonlyArray<WantedRow>): ReadonlyArray<Wanted> =>
  rows.map(({ contactId, ...key }) => ({ ...key, contactId: ContactId.make(contactId) }))

/** Reads the key of verdicts in its order, as a test asserts. */
export const nextWaiting = (which: Which) => `
  SELECT batch, address_id AS "addressId", occurrence, contact_id AS "contactId" FROM (${waiting(which)})
  WHERE contact_id IS NOT NULL ORDER BY batch, address_id, occurrence LIMIT ?`

/** The next of them after `after`, in the order of their keys, with at most `limit` contacts. */
export const wanted = (which: Which, after: SentKey | null, limit: number) =>
  Ledger.use((sql) =>
    Effect.gen(function* () {
      const rows = yield* sql.unsafe<WantedRow>(nextWaiting(which), [
        yield* declaringColumns,
        after?.batch ?? 0,
        after?.addressId ?? 0,
        after?.occurrence ?? 0,
        limit
      ])
      return wantedOf(rows)
    })
  )

/** Those looked at longest ago come first, so that no contact keeps others from being asked for again. */
const longestUnseen = `
  SELECT batch, address_id AS "addressId", occurrence, contact_id AS "contactId"
  FROM (SELECT w.*, k.look_id FROM (${waiting("unseen")}) w CROSS JOIN contact_looks k
    ON k.batch = w.batch AND k.address_id = w.address_id AND k.occurrence = w.occurrence)
  WHERE contact_id IS NOT NULL ORDER BY look_id, batch, address_id, occurrence LIMIT ?`

/** Of the contacts whose look did not show all of what was sent, those looked at longest ago. */
export const unseenLongest = (limit: number) =>
  Ledger.use((sql) =>
    Effect.flatMap(declaringColumns, (columns) =>
      Effect.map(sql.unsafe<WantedRow>(longestUnseen, [columns, 0, 0, 0, limit]), wantedOf)
    )
  )

interface OpenRow extends SentKey {
  /** Whether an earlier look left something that this one replaces. */
  readonly hasLook: 0 | 1
  /** What it did not show, if it still counts. */
  readonly unseenBefore: string | null
  readonly emailKey: string
}

/** The sent contacts of these addresses that a look after this answer counts for, unless one has shown all of it. */
const openOf = `
  SELECT s.batch, s.address_id AS "addressId", s.occurrence, k.look_id IS NOT NULL AS "hasLook",
    CASE WHEN o.after_answer_id >= r.answer_id THEN k.unseen END AS "unseenBefore",
    a.email_key AS "emailKey"
  FROM json_each(?) j CROSS JOIN addresses a ON a.address_id = j.value
  CROSS JOIN sent_contacts s INDEXED BY sent_contacts_by_address ON s.address_id = a.address_id
  CROSS JOIN answers r ON r.answer_id = ${settledAnswer("s.batch")} AND r.answer_id <= ?
  LEFT JOIN contact_looks k ON k.batch = s.batch AND k.address_id = s.address_id AND k.occurrence = s.occurrence
  LEFT JOIN looks o ON o.look_id = k.look_id
  WHERE o.after_answer_id IS NULL OR o.after_answer_id < r.answer_id OR ${isUnseen} OR k.unseen = 'address'`

const addressesOf = `
  SELECT a.address_id AS id, a.email_key AS "emailKey"
  FROM json_each(?) j CROSS JOIN addresses a ON a.email_key = j.value`

const keyOf = ({ addressId, batch, occurrence }: SentKey) => `${batch} ${addressId} ${occurrence}`

const insertLook = "INSERT INTO looks (looked_at, after_answer_id) VALUES (?, ?) RETURNING look_id AS id"

const insertLooks = `INSERT OR REPLACE INTO contact_looks (batch, address_id, occurrence, look_id, created_at, updated_at, unseen, bounced)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7 FROM json_each(?)`

const insertFound = `INSERT INTO found_values (batch, address_id, occurrence, member_id, found, cannot_tell)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?)
  WHERE true ON CONFLICT DO NOTHING`

const deleteFound = `DELETE FROM found_values WHERE (batch, address_id, occurrence) IN
  (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))`

const markSeen = markBatches("SELECT value AS batch FROM json_each(?)")

const isOf = (contact: ResolvedInDetail, emailKey: string) =>
  contact._tag === "Gone" || contact.emailKey === emailKey

/** What was found of each sent contact; that of `wanted` by its contact ID, unless it has another address. */
const matched = (
  found: ReadonlyArray<ResolvedInDetail>,
  wanted: ReadonlyArray<Wanted>,
  addresses: ReadonlyArray<{ readonly id: number; readonly emailKey: string }>
) => {
  const idOfKey = new Map(addresses.map(({ emailKey, id }) => [emailKey, id]))
  const ofAddress = new Map<number, ResolvedInDetail>()
  for (const one of found) {
    const address = one._tag === "Detailed" ? idOfKey.get(one.emailKey) : undefined
    if (address !== undefined) ofAddress.set(address, one)
  }
  const byId = new Map(found.map((one) => [String(one.id), one]))
  const own = new Map<string, ResolvedInDetail>()
  for (const sent of wanted) {
    const one = byId.get(sent.contactId)
    if (one !== undefined) own.set(keyOf(sent), one)
  }
  return {
    addresses: [...new Set([...ofAddress.keys(), ...wanted.map(({ addressId }) => addressId)])],
    of: (sent: OpenRow) => {
      const contact = own.get(keyOf(sent))
      return contact !== undefined && isOf(contact, sent.emailKey)
        ? contact
        : (ofAddress.get(sent.addressId) ?? contact)
    }
  }
}

/** The members of each sent contact, and of all those of its address in its batch. */
const membersOf = (records: ReadonlyArray<SentRecord>) => {
  const ofRecord = new Map<string, ReadonlyArray<SentMember>>()
  const inBatch = new Map<string, ReadonlyArray<SentMember>>()
  for (const record of records) {
    const { addressId, batch, members } = record
    const key = `${batch} ${addressId}`
    const others = inBatch.get(key)
    ofRecord.set(keyOf(record), members)
    inBatch.set(key, others === undefined ? members : [...others, ...members])
  }
  return (sent: SentKey) => ({
    members: ofRecord.get(keyOf(sent)) ?? [],
    inBatch: inBatch.get(`${sent.batch} ${sent.addressId}`) ?? []
  })
}

/** Sent contacts of a look. */
export interface Recorded {
  /** Keys of those of which something was compared that no earlier look had shown. */
  readonly compared: ReadonlyArray<string>
  /** How many were shown with more than in the look before. */
  readonly more: number
  /** Keys of those that were not in the account. */
  readonly gone: ReadonlyArray<string>
}

const nothing: Recorded = { compared: [], more: 0, gone: [] }

/**
 * Records what contacts hold, compared with all that was sent for them in batches that have settled. Only what is not as it
 * was sent takes a row. `wanted` names sent contacts by their contact ID. One that has another address shows nothing. Returns
 * the sent contacts of which something new was compared, and those that are gone.
 */
export const record = (
  found: ReadonlyArray<ResolvedInDetail>,
  { afterAnswer, askedAt }: Omit<Moment, "afterLookup">,
  wanted: ReadonlyArray<Wanted> = []
) =>
  Ledger.transact((sql) =>
    Effect.gen(function* () {
      const connection = yield* transactionConnection
      const emailKeys = found.flatMap((one) => (one._tag === "Detailed" ? [one.emailKey] : []))
      const contacts = matched(
        found,
        wanted,
        yield* connection.execute(addressesOf, [JSON.stringify(emailKeys)], undefined)
      )
      const open: ReadonlyArray<OpenRow> = yield* connection.execute(
        openOf,
        [JSON.stringify(contacts.addresses), afterAnswer],
        undefined
      )
      const sent = open.flatMap((key) => {
        const contact = contacts.of(key)
        return contact === undefined ? [] : [{ key, contact }]
      })
      if (sent.length === 0) return nothing
      const sentFor = membersOf(yield* SentValues.ofAddresses(contacts.addresses))
      const names = yield* AccountNames.read
      const [look]: ReadonlyArray<{ readonly id: number }> = yield* connection.execute(
        insertLook,
        [askedAt, afterAnswer],
        undefined
      )
      const lookId = look?.id ?? 0
      const seen = sent
        .map(({ contact, key }) => ({
          key,
          ...(contact._tag === "Gone"
            ? gone
            : isOf(contact, key.emailKey)
              ? lookAt(contact, sentFor(key), names)
              : ofAnother)
        }))
        .filter(({ key, unseen }) => !isLess(unseen, key.unseenBefore))
      const again = seen.flatMap(({ key: { addressId, batch, hasLook, occurrence } }) =>
        hasLook === 1 ? [[batch, addressId, occurrence]] : []
      )
      if (again.length > 0) yield* connection.executeRaw(deleteFound, [JSON.stringify(again)])
      const looks = seen.map(
        ({ bounced, createdAt, key: { addressId, batch, occurrence }, unseen, updatedAt }) => [
          batch,
          addressId,
          occurrence,
          lookId,
          createdAt,
          updatedAt,
          unseen,
          bounced
        ]
      )
      yield* connection.executeRaw(insertLooks, [JSON.stringify(looks)])
      const notSame = seen.filter(({ rows: others }) => others.length > 0)
      if (notSame.length > 0) {
        const numberOf = yield* numberMembers(
          sql,
          notSame.map((one) => one.rows.map(({ member }) => member))
        )
        const values = notSame.flatMap(({ key: { addressId, batch, occurrence }, rows: others }) =>
          others.map(({ cannotTell, found: value, member }) => [
            batch,
            addressId,
            occurrence,
            numberOf(member),
            value,
            cannotTell
          ])
        )
        yield* connection.executeRaw(insertFound, [JSON.stringify(values)])
      }
      const statuses = new Map<number, Detailed>()
      for (const { contact, key } of sent)
        if (contact._tag === "Detailed" && isOf(contact, key.emailKey)) statuses.set(key.addressId, contact)
      yield* recordStatuses(connection, lookId, [...statuses])
      const batches = new Set(sent.map(({ key }) => key.batch))
      yield* connection.executeRaw(markSeen, [JSON.stringify([...batches])])
      const recorded: Recorded = {
        compared: seen
          .filter(
            ({ key, unseen }) =>
              (key.unseenBefore === null || isMore(unseen, key.unseenBefore)) &&
              showsAny(unseen, sentFor(key).members)
          )
          .map(({ key }) => keyOf(key)),
        gone: seen.filter(({ unseen }) => unseen === gone.unseen).map(({ key }) => keyOf(key)),
        more: seen.filter(({ key, unseen }) => isMore(unseen, key.unseenBefore)).length
      }
      return recorded
    })
  )
