import * as Effect from "effect/Effect"
import type { Detailed } from "effect-activecampaign/ContactDetails"
import type { ResolvedInDetail } from "effect-activecampaign/Resolved"
import type { SentMember, SentRecord } from "../../asSent/SentMember.js"
import type { Moment } from "../facts/Lookups.js"
import { markBatches } from "../facts/stale.js"
import { transactionConnection } from "../file/transaction.js"
import { Ledger } from "../Ledger.js"
import * as AccountNames from "./AccountNames.js"
import { gone, lookAt, ofAnother } from "./lookAt.js"
import { numberMembers } from "./members.js"
import { settledAnswerOf } from "./refusals.js"
import * as SentValues from "./SentValues.js"
import { isLess, isMore, showsAny } from "./shown.js"
import { recordStatuses } from "./statuses.js"
import { isUnseen, type SentKey, type Wanted } from "./Wanted.js"

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
  CROSS JOIN answers r ON r.answer_id = ${settledAnswerOf("s.batch")} AND r.answer_id <= ?
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
