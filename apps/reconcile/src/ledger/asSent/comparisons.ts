import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { type AccountNames as Names, incomplete, opposed } from "../../asSent/compare.js"
import type { Comparison, SentMember, SentRecord } from "../../asSent/SentMember.js"
import { hasSettled } from "../schema/words.js"
import * as AccountNames from "./AccountNames.js"
import { breakConsent } from "./consent.js"
import { ofAnother } from "./lookAt.js"
import { type NumberOf, numberMembers } from "./members.js"
import { nameMembers } from "./nameMembers.js"
import { isAfter, mayHaveWritten, type Others, othersOf, type Span, writtenNotBefore } from "./order.js"
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
  /** NULL: it was not looked at since the batch settled. */
  readonly lookId: number | null
  readonly lookedAt: string | null
  readonly createdAt: string | null
  readonly updatedAt: string | null
  readonly unseen: string | null
}

/** Contacts of settled batches that are in the account, with their look if there is one. */
const checked = `
  SELECT v.batch, v.address_id AS "addressId", v.occurrence, o.look_id AS "lookId", o.looked_at AS "lookedAt",
    k.created_at AS "createdAt", k.updated_at AS "updatedAt", k.unseen
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

interface Judged {
  readonly comparison: Comparison
  readonly found: string | null
  readonly why: string | null
}

const same: Judged = { comparison: "same", found: null, why: null }
const notLooked: Judged = { comparison: "not-checked", found: null, why: null }
const notChecked = (why: string, found: string | null): Judged => ({ comparison: "not-checked", found, why })

const sentSince =
  "another batch may have been sent to the contact between this one and the look, and have changed it"
const perhapsAgain = "another batch may have sent it under another name: the names of fields are not known"
const otherAddress = "this ID has another address in the account"
const undated = "the account does not say when the contact changed"
const changedBefore =
  "the contact changed before the batch was seen to be settled, perhaps after the import: "
const askedLate = `${changedBefore}asking sooner after a batch is sent would help`
const submissionUnknown = `${changedBefore}giving the time of submission with --submitted-at may help`
const submissionWrong = `${changedBefore}the time of submission cannot be right, as it is later than the settled answer`

/** Why it is not known what happened between the writing and the settled answer, and what helps. */
const whyChangedBefore = ({ isSubmittedLate, submittedAt }: Span) => {
  if (isSubmittedLate === 1) return submissionWrong
  return submittedAt === null ? submissionUnknown : askedLate
}

const isOfAnother = ({ lookId, unseen }: CheckedRow) => lookId !== null && unseen === ofAnother.unseen

/** What is not as it was sent, and was so when the batch had written it. Undefined: it may have changed since. */
const whyUnsure = (
  { createdAt, lookedAt, updatedAt }: CheckedRow,
  span: Span,
  others: Others
): { readonly edited: true } | { readonly why: string } | undefined => {
  if (updatedAt === null) return { why: undated }
  if (span.settledAt !== null && isAfter(updatedAt, span.settledAt)) return { edited: true }
  const from = writtenNotBefore(span, createdAt)
  if (from === undefined || isAfter(updatedAt, from)) return { why: whyChangedBefore(span) }
  // It may have set off an automation, or gone wrong, within the allowance.
  return lookedAt !== null && mayHaveWritten(others, lookedAt) ? { why: sentSince } : undefined
}

/** What is concluded about one sent value. `row`: what the look found in its place; it has none if it was found as sent. */
const judge = (
  member: SentMember,
  look: CheckedRow,
  row: FoundRow | undefined,
  { others, span }: { readonly others: Others; readonly span: Span },
  names: Names
): Judged => {
  const { lookId, unseen } = look
  if (lookId === null) return notLooked
  if (unseen !== null && (unseen === "contact" || unseen.split(" ").includes(member.kind))) return notLooked
  if (isOfAnother(look)) return notChecked(otherAddress, null)
  if (row === undefined) return same
  const { cannotTell, found } = row
  const against = (those: Others["later"]) => those.map((one) => opposed(member, one.members, names))
  const later = against(others.later)
  if (later.includes("opposed")) return { comparison: "sent-again", found, why: null }
  if (cannotTell !== null) return notChecked(cannotTell, found)
  const unordered = against(others.unordered)
  const opposing = others.unordered[unordered.indexOf("opposed")]
  if (opposing !== undefined) {
    return notChecked(
      `batch ${opposing.span.batchId} sent another value, and it is not known which came later`,
      found
    )
  }
  if (later.includes("perhaps") || unordered.includes("perhaps")) return notChecked(perhapsAgain, found)
  const unsure = whyUnsure(look, span, others)
  if (unsure === undefined) return { comparison: found === null ? "absent" : "different", found, why: null }
  return "why" in unsure ? notChecked(unsure.why, found) : { comparison: "edited-since", found, why: null }
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

/** An address may have IDs that are in conflict, too. Then one row is enough. */
const insertConflicts = `
  INSERT OR IGNORE INTO batch_findings (batch, finding, subject, detail)
  SELECT j.value ->> 0, 'id-conflict', a.email_key,
    'the contact ID that is known for this address has another address in the account, so what it holds is not compared'
  FROM json_each(?) j CROSS JOIN addresses a ON a.address_id = j.value ->> 1`

const unlooked = (record: SentRecord): CheckedRow => ({
  ...record,
  lookId: null,
  lookedAt: null,
  createdAt: null,
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
  times: { readonly others: Others; readonly span: Span },
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
      times,
      names
    )
    const before = counts.get(id)
    const all = before ?? noCounts()
    if (before === undefined) counts.set(id, all)
    all[comparison] += 1
    const isLacking = row.lookId !== null && row.unseen?.split(" ").includes(member.kind) === true
    if (isLacking || (comparison === "not-checked" && why === incomplete)) all.unseen += 1
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
    const { of, spanOf } = yield* othersOf(sql, batches)
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
      const span = spanOf.get(record.batch)
      if (span === undefined) return []
      const row = looks.get(key) ?? unlooked(record)
      const times = { others: of(record, row.lookedAt), span }
      return judgeRecord(record, row, values.get(key) ?? [], times, known, ofBatch)
    })
    const members = new Set([...counts.values()].flatMap((ofBatch) => [...ofBatch.keys()]))
    yield* nameMembers(sql, members, known.names)
    const conflicts = [...looks.values()].filter(isOfAnother)
    if (conflicts.length > 0) {
      yield* sql.unsafe(insertConflicts, [
        JSON.stringify(conflicts.map(({ addressId, batch }) => [batch, addressId]))
      ])
    }
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
