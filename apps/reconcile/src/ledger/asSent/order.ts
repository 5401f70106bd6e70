/** When batches wrote to a contact, as far as that can be proved, and which of two came later. */
import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import type { SentMember } from "../../asSent/SentMember.js"
import { hasSettled } from "../schema/words.js"
import * as SentValues from "./SentValues.js"

/** What is known of the time of a batch. */
export interface Span {
  readonly batch: number
  readonly batchId: string
  readonly submittedAt: string | null
  /** When it was last answered that the batch had not begun. A pasted answer is older than its time, by how much is not known. */
  readonly idleAt: string | null
  readonly settledAt: string | null
}

const settledOf = (batch: string) => `(SELECT r.received_at FROM answers r
  WHERE r.batch = ${batch}.batch AND ${hasSettled("r.status")} ORDER BY r.answer_id DESC LIMIT 1)`

const spans = `
  SELECT b.batch, b.batch_id AS "batchId", b.submitted_at AS "submittedAt",
    (SELECT max(w.received_at) FROM answers w WHERE w.batch = b.batch AND w.status IN ('waiting', 'claimed')
      AND w.origin = 'account' AND NOT EXISTS (SELECT 1 FROM answers x
        WHERE x.batch = b.batch AND x.sequence < w.sequence AND ${hasSettled("x.status")})) AS "idleAt",
    ${settledOf("b")} AS "settledAt"
  FROM json_each(?) j CROSS JOIN numbered_batches b ON b.batch = j.value`

/** What is known of the times of these batches. */
export const spansOf = (sql: SqlClient.SqlClient, batches: Iterable<number>) =>
  Effect.map(
    sql.unsafe<Span>(spans, [JSON.stringify([...new Set(batches)])]),
    (rows) => new Map(rows.map((span) => [span.batch, span]))
  )

/**
 * The latest time that is certain to be no later than the import's writing of a contact. A contact that was created after the
 * batch settled is another one, and a batch that was submitted after that was not: neither says anything.
 */
export const writtenNotBefore = (
  { idleAt, settledAt, submittedAt }: Span,
  createdAt: string | null
): string | undefined =>
  [createdAt, submittedAt, idleAt]
    .filter((time) => time !== null && settledAt !== null && time <= settledAt)
    .sort()
    .at(-1) ?? undefined

/** Both times of submission are needed, or the one had settled when the other was submitted. */
const isProvedBefore = (one: Span, other: Span): boolean =>
  other.submittedAt !== null &&
  ((one.submittedAt !== null && one.submittedAt < other.submittedAt) ||
    (one.settledAt !== null && one.settledAt <= other.submittedAt))

/** Times that contradict each other prove nothing. */
const isBefore = (one: Span, other: Span): boolean =>
  isProvedBefore(one, other) && !isProvedBefore(other, one)

const provedBefore = (one: string, other: string) => `coalesce(${one}.submitted_at < ${other}.submitted_at
    OR ${settledOf(one)} <= ${other}.submitted_at, 0)`

/** In SQL: the same, of two rows of numbered_batches. */
export const isEarlier = (one: string, other: string) =>
  `(${provedBefore(one, other)} AND NOT ${provedBefore(other, one)})`

interface SentTo {
  readonly addressId: number
  readonly batch: number
}

/** Another batch that was sent to an address, and what it sent. */
interface Other {
  readonly span: Span
  readonly members: ReadonlyArray<SentMember>
}

/** The other batches of an address that are not known to come before a batch. */
export interface Others {
  readonly later: ReadonlyArray<Other>
  /** Those of which it is not known whether they came before or after. */
  readonly unordered: ReadonlyArray<Other>
}

const none: Others = { later: [], unordered: [] }

/** Whether any of them may have changed a contact by a time. */
export const mayHaveWritten = ({ later, unordered }: Others, by: string): boolean =>
  [...later, ...unordered].some(({ span: { submittedAt } }) => submittedAt === null || submittedAt <= by)

/** Addresses of these batches that another batch was sent to, too. */
const sentElsewhere = `
  SELECT DISTINCT s.address_id AS id FROM json_each(?) j CROSS JOIN sent_contacts s ON s.batch = j.value
  WHERE EXISTS (SELECT 1 FROM sent_contacts o WHERE o.address_id = s.address_id AND o.batch <> s.batch)`

const sentTo = `
  SELECT DISTINCT s.address_id AS "addressId", s.batch
  FROM json_each(?) j CROSS JOIN sent_contacts s INDEXED BY sent_contacts_by_address ON s.address_id = j.value
  ORDER BY s.address_id, s.batch`

/** What else was sent to the addresses of these batches. */
export const othersOf = (sql: SqlClient.SqlClient, batches: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const rows = yield* sql.unsafe<{ readonly id: number }>(sentElsewhere, [JSON.stringify(batches)])
    const addresses = rows.map(({ id }) => id)
    const members = new Map<string, Array<SentMember>>()
    for (const record of yield* SentValues.ofAddresses(addresses)) {
      const key = `${record.batch} ${record.addressId}`
      members.set(key, [...(members.get(key) ?? []), ...record.members])
    }
    const batchesOf = new Map<number, Array<number>>()
    for (const { addressId, batch } of yield* sql.unsafe<SentTo>(sentTo, [JSON.stringify(addresses)])) {
      const others = batchesOf.get(addressId)
      if (others === undefined) batchesOf.set(addressId, [batch])
      else others.push(batch)
    }
    const spanOf = yield* spansOf(sql, [...batches, ...[...batchesOf.values()].flat()])
    const of = ({ addressId, batch }: SentTo): Others => {
      const all = batchesOf.get(addressId)
      const own = spanOf.get(batch)
      if (all === undefined || own === undefined) return none
      const others = all.flatMap((one): ReadonlyArray<Other> => {
        const span = one === batch ? undefined : spanOf.get(one)
        return span === undefined ? [] : [{ span, members: members.get(`${one} ${addressId}`) ?? [] }]
      })
      return {
        later: others.filter(({ span }) => isBefore(own, span)),
        unordered: others.filter(({ span }) => !isBefore(own, span) && !isBefore(span, own))
      }
    }
    return { of, spanOf }
  })
