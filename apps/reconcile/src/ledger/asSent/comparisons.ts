import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { type AccountNames as Names, opposed } from "../../asSent/compare.js"
import type { Comparison, SentMember, SentRecord } from "../../asSent/SentMember.js"
import { clockSkewMinutes } from "../conclusions/scope.js"
import { hasSettled } from "../schema/words.js"
import * as AccountNames from "./AccountNames.js"
import { breakConsent } from "./consent.js"
import { type NumberOf, numberMembers } from "./members.js"
import { nameMembers } from "./nameMembers.js"
import * as SentValues from "./SentValues.js"

/** Batches compared at once: all that was sent in them is in memory. */
const batchesAtOnce = 10

interface Key {
  readonly batch: number
  readonly addressId: number
  readonly occurrence: number
}

const keyOf = ({ addressId, batch, occurrence }: Key) => `${batch} ${addressId} ${occurrence}`

interface CheckedRow extends Key {
  readonly settledAt: string
  /** NULL: it was not looked at since the batch settled. */
  readonly lookId: number | null
  readonly lookedAt: string | null
  readonly updatedAt: string | null
  readonly unseen: string | null
}

/** Contacts of settled batches that are in the account, with their look if there is one. */
const checked = `
  SELECT v.batch, v.address_id AS "addressId", v.occurrence, r.received_at AS "settledAt",
    o.look_id AS "lookId", o.looked_at AS "lookedAt", k.updated_at AS "updatedAt", k.unseen
  FROM json_each(?) j
  CROSS JOIN answers r ON r.answer_id = (SELECT max(x.answer_id) FROM answers x
    WHERE x.batch = j.value AND ${hasSettled("x.status")})
  CROSS JOIN verdicts v ON v.batch = j.value AND v.outcome IN ('imported', 'present')
  LEFT JOIN contact_looks k ON k.batch = v.batch AND k.address_id = v.address_id AND k.occurrence = v.occurrence
  LEFT JOIN looks o ON o.look_id = k.look_id AND o.after_answer_id >= r.answer_id`

interface FoundRow extends Key {
  readonly memberId: number
  readonly found: string | null
  readonly cannotTell: string | null
}

const found = `
  SELECT f.batch, f.address_id AS "addressId", f.occurrence, f.member_id AS "memberId", f.found,
    f.cannot_tell AS "cannotTell"
  FROM json_each(?) j CROSS JOIN found_values f ON f.batch = j.value`

/** Addresses of these batches that another batch was sent to, too. */
const sentElsewhere = `
  SELECT DISTINCT s.address_id AS id FROM json_each(?) j CROSS JOIN sent_contacts s ON s.batch = j.value
  WHERE EXISTS (SELECT 1 FROM sent_contacts o WHERE o.address_id = s.address_id AND o.batch <> s.batch)`

/** A batch that was sent to an address, with the time that it is ordered by. */
interface SentTime {
  readonly addressId: number
  readonly batch: number
  readonly time: string
  readonly batchId: string
}

const sentTimes = `
  SELECT DISTINCT s.address_id AS "addressId", s.batch, coalesce(b.submitted_at, b.added_at) AS time, b.batch_id AS "batchId"
  FROM json_each(?) j CROSS JOIN sent_contacts s INDEXED BY sent_contacts_by_address ON s.address_id = j.value
  CROSS JOIN numbered_batches b ON b.batch = s.batch`

const isLater = (one: SentTime, than: SentTime) =>
  one.time === than.time ? one.batchId > than.batchId : one.time > than.time

/** What came after a batch for one of its addresses. */
interface Later {
  readonly members: ReadonlyArray<SentMember>
  /** When the first of the later batches was submitted. */
  readonly since: string | undefined
}

const nothingLater: Later = { members: [], since: undefined }

const laterBatches = (sql: SqlClient.SqlClient, batches: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const rows = yield* sql.unsafe<{ readonly id: number }>(sentElsewhere, [JSON.stringify(batches)])
    const addresses = rows.map(({ id }) => id)
    const records = yield* SentValues.ofAddresses(addresses)
    const members = new Map<string, Array<SentMember>>()
    for (const record of records) {
      const key = `${record.batch} ${record.addressId}`
      members.set(key, [...(members.get(key) ?? []), ...record.members])
    }
    const times = new Map<number, Array<SentTime>>()
    for (const row of yield* sql.unsafe<SentTime>(sentTimes, [JSON.stringify(addresses)])) {
      const others = times.get(row.addressId)
      if (others === undefined) times.set(row.addressId, [row])
      else others.push(row)
    }
    return ({ addressId, batch }: SentRecord): Later => {
      const all = times.get(addressId) ?? []
      const own = all.find((one) => one.batch === batch)
      const later = own === undefined ? [] : all.filter((one) => isLater(one, own))
      if (later.length === 0) return nothingLater
      return {
        members: later.flatMap((one) => members.get(`${one.batch} ${addressId}`) ?? []),
        since: later.map(({ time }) => time).sort()[0]
      }
    }
  })

/** The allowance between two clocks after which a change of the contact is later than the import. */
const allowance = clockSkewMinutes * 60_000

const isEditedSince = (updatedAt: string, settledAt: string) =>
  Date.parse(updatedAt) > Date.parse(settledAt) + allowance

interface Judged {
  readonly comparison: Comparison
  readonly found: string | null
  readonly why: string | null
}

const same: Judged = { comparison: "same", found: null, why: null }
const notLooked: Judged = { comparison: "not-checked", found: null, why: null }

const sentSince = "a later batch was sent to the contact before it was looked at, and may have changed it"
const perhapsAgain = "a later batch may have sent it under another name: the names of fields are not known"

/** What is concluded about one sent value. `row`: what the look found in its place; it has none if it was found as sent. */
const judge = (
  member: SentMember,
  { lookId, lookedAt, settledAt, unseen, updatedAt }: CheckedRow,
  row: FoundRow | undefined,
  later: Later,
  names: Names
): Judged => {
  if (lookId === null) return notLooked
  if (unseen !== null && (unseen === "contact" || unseen.split(" ").includes(member.kind))) return notLooked
  if (row === undefined) return same
  const { cannotTell, found } = row
  const again = opposed(member, later.members, names)
  if (again === "opposed") return { comparison: "sent-again", found, why: null }
  if (cannotTell !== null) return { comparison: "not-checked", found, why: cannotTell }
  if (again === "perhaps") return { comparison: "not-checked", found, why: perhapsAgain }
  if (updatedAt === null) {
    return { comparison: "not-checked", found, why: "the account does not say when the contact changed" }
  }
  if (isEditedSince(updatedAt, settledAt)) return { comparison: "edited-since", found, why: null }
  // It may have set off an automation, or gone wrong, within the allowance.
  if (later.since !== undefined && lookedAt !== null && later.since < lookedAt) {
    return { comparison: "not-checked", found, why: sentSince }
  }
  return { comparison: found === null ? "absent" : "different", found, why: null }
}

/** `unseen`: those not checked because the answer did not have them. */
type Counts = Record<Comparison | "unseen", number>

const noCounts = (): Counts => ({
  same: 0,
  different: 0,
  absent: 0,
  "edited-since": 0,
  "sent-again": 0,
  "not-checked": 0,
  unseen: 0
})

const insertVerdicts = `
  INSERT INTO value_verdicts (batch, address_id, occurrence, member_id, comparison, sent, found, why)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7
  FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`

const insertCounts = `
  INSERT INTO value_counts (batch, member_id, sent, same, different, absent, edited_since, sent_again, not_checked, unseen)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8, value ->> 9
  FROM json_each(?)`

const unlooked = (record: SentRecord): CheckedRow => ({
  ...record,
  settledAt: "",
  lookId: null,
  lookedAt: null,
  updatedAt: null,
  unseen: null
})

const mapBy = <Row extends Key>(rows: ReadonlyArray<Row>) => {
  const map = new Map<string, Array<Row>>()
  for (const row of rows) {
    const key = keyOf(row)
    const others = map.get(key)
    if (others === undefined) map.set(key, [row])
    else others.push(row)
  }
  return map
}

/** Adds the values of one record to the counts of its batch, and returns those that are worth a row. */
const judgeRecord = (
  record: SentRecord,
  row: CheckedRow,
  rows: ReadonlyArray<FoundRow>,
  later: Later,
  { names, numberOf }: { readonly names: Names; readonly numberOf: NumberOf },
  counts: Map<number, Counts>
) => {
  const verdicts: Array<ReadonlyArray<string | number | null>> = []
  const counted = new Set<number>()
  for (const member of record.members) {
    const id = numberOf(member)
    if (counted.has(id)) continue
    counted.add(id)
    const { comparison, found, why } = judge(
      member,
      row,
      rows.find(({ memberId }) => memberId === id),
      later,
      names
    )
    const before = counts.get(id)
    const all = before ?? noCounts()
    if (before === undefined) counts.set(id, all)
    all[comparison] += 1
    if (row.lookId !== null && row.unseen?.split(" ").includes(member.kind) === true) all.unseen += 1
    if (comparison !== "same" && (comparison !== "not-checked" || why !== null)) {
      const { addressId, batch, occurrence } = record
      verdicts.push([batch, addressId, occurrence, id, comparison, member.value, found, why])
    }
  }
  return verdicts
}

const compareSome = (sql: SqlClient.SqlClient, batches: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const records = yield* SentValues.ofBatches(batches)
    if (records.length === 0) return
    const list = JSON.stringify(batches)
    const looks = new Map((yield* sql.unsafe<CheckedRow>(checked, [list])).map((row) => [keyOf(row), row]))
    const values = mapBy(yield* sql.unsafe<FoundRow>(found, [list]))
    const later = yield* laterBatches(sql, batches)
    const known = {
      names: yield* AccountNames.read,
      numberOf: yield* numberMembers(
        sql,
        records.map(({ members }) => members)
      )
    }
    const counts = new Map<number, Map<number, Counts>>()
    const verdicts = records.flatMap((record) => {
      const ofBatch = counts.get(record.batch) ?? new Map<number, Counts>()
      counts.set(record.batch, ofBatch)
      const key = keyOf(record)
      const row = looks.get(key) ?? unlooked(record)
      return judgeRecord(record, row, values.get(key) ?? [], later(record), known, ofBatch)
    })
    const members = new Set([...counts.values()].flatMap((ofBatch) => [...ofBatch.keys()]))
    yield* nameMembers(sql, members, known.names)
    yield* sql.unsafe(insertVerdicts, [JSON.stringify(verdicts)])
    yield* sql.unsafe(insertCounts, [
      JSON.stringify(
        [...counts].flatMap(([batch, ofBatch]) =>
          [...ofBatch].map(([id, all]) => [
            batch,
            id,
            Object.values(all).reduce((sum, one) => sum + one, 0) - all.unseen,
            all.same,
            all.different,
            all.absent,
            all["edited-since"],
            all["sent-again"],
            all["not-checked"],
            all.unseen
          ])
        )
      )
    ])
  })

const ofScope = "batch IN (SELECT batch FROM reconcile_scope)"

/**
 * Compares what was sent in the batches of the scope with what looks found, over what was concluded before. No outcome
 * depends on it.
 */
export const compareScope = (sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    for (const table of ["value_verdicts", "value_counts", "consent_breaks"]) {
      yield* sql.unsafe(`DELETE FROM ${table} WHERE ${ofScope}`)
    }
    if (!(yield* SentValues.hasAny)) return
    yield* breakConsent(sql)
    const rows = yield* sql<{ readonly batch: number }>`SELECT batch FROM reconcile_scope ORDER BY batch`
    for (let at = 0; at < rows.length; at += batchesAtOnce) {
      yield* compareSome(
        sql,
        rows.slice(at, at + batchesAtOnce).map(({ batch }) => batch)
      )
    }
  })
