/** When batches wrote to a contact, as far as that can be proved, and which of two came later. */
import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import type { SentMember } from "../../asSent/SentMember.js"
import { clockSkewMinutes } from "../conclusions/scope.js"
import { hasSettled } from "../schema/words.js"
import { isRefused, missingSince } from "./refusals.js"
import * as SentValues from "./SentValues.js"

/** What is known of the time of a batch. */
export interface Span {
  readonly batch: number
  readonly batchId: string
  /** NULL also if the time that was given cannot be right. */
  readonly submittedAt: string | null
  /** The time that was given is later than the settled answer. */
  readonly isSubmittedLate: 0 | 1
  /**
   * When the batch had not begun, by the last such answer: when that was asked for at the earliest. A pasted answer is older
   * than its time, by how much is not known.
   */
  readonly idleAt: string | null
  readonly settledAt: string | null
}

const settledOf = (batch: string) => `(SELECT r.received_at FROM answers r
  WHERE r.batch = ${batch}.batch AND ${hasSettled("r.status")} ORDER BY r.answer_id DESC LIMIT 1)`

/** The longest that a call waits for its answer, in seconds: what it says may be as old as that when it comes. */
const answerTime = 30

const shifted = (time: string, seconds: number) =>
  `strftime('%Y-%m-%dT%H:%M:%fZ', ${time}, '${seconds} seconds')`

const idleOf = (batch: string) => `(SELECT ${shifted("max(w.received_at)", -answerTime)} FROM answers w
  WHERE w.batch = ${batch}.batch AND w.status IN ('waiting', 'claimed') AND w.origin = 'account'
    AND NOT EXISTS (SELECT 1 FROM answers x
      WHERE x.batch = w.batch AND x.sequence < w.sequence AND ${hasSettled("x.status")}))`

const isSubmittedLate = (batch: string) => `coalesce(${batch}.submitted_at > ${settledOf(batch)}, 0)`

/** In SQL: when it was submitted; NULL also if the time that was given cannot be right. */
const submittedOf = (batch: string) =>
  `(CASE WHEN NOT ${isSubmittedLate(batch)} THEN ${batch}.submitted_at END)`

/** In SQL: the last time at which a batch is known not to have begun; empty if there is none. */
const notBegunOf = (batch: string) =>
  `max(coalesce(${submittedOf(batch)}, ''), coalesce(${idleOf(batch)}, ''))`

/** In SQL: whether a row of numbered_batches is known not to have begun at a time. */
export const hadNotBegun = (batch: string, at: string) => `(${notBegunOf(batch)} > ${at})`

/** In SQL: whether a row of numbered_batches may have written something that a look shows which began at a time. */
export const mayShow = (batch: string, lookedAt: string) =>
  `(${notBegunOf(batch)} <= ${shifted(lookedAt, answerTime)})`

/** In SQL: whether a look that began at a time shows nothing of an address that a batch wrote. */
export const wroteNothing = (
  batch: string,
  address: string,
  lookedAt: string
) => `(${isRefused(batch, address)}
  OR coalesce(${missingSince(batch, address)} <= ${shifted(lookedAt, -answerTime)}, 0))`

const spans = `
  SELECT b.batch, b.batch_id AS "batchId", ${submittedOf("b")} AS "submittedAt",
    ${isSubmittedLate("b")} AS "isSubmittedLate", ${idleOf("b")} AS "idleAt", ${settledOf("b")} AS "settledAt"
  FROM json_each(?) j CROSS JOIN numbered_batches b ON b.batch = j.value`

/** What is known of the times of these batches. */
export const spansOf = (sql: SqlClient.SqlClient, batches: Iterable<number>) =>
  Effect.map(
    sql.unsafe<Span>(spans, [JSON.stringify([...new Set(batches)])]),
    (rows) => new Map(rows.map((span) => [span.batch, span]))
  )

/** The allowance between two clocks. */
const allowance = clockSkewMinutes * 60_000

/** Whether a time is later than another also where one of two clocks is ahead. */
export const isAfter = (time: string, other: string): boolean =>
  Date.parse(time) > Date.parse(other) + allowance

/**
 * The latest time that is certain to be no later than the import's writing of a contact. A contact that was created after the
 * batch settled is another one, and says nothing. The clock of the account may be ahead of that by which the batch settled.
 */
export const writtenNotBefore = (
  { idleAt, settledAt, submittedAt }: Span,
  createdAt: string | null
): string | undefined =>
  settledAt === null
    ? undefined
    : [createdAt, submittedAt, idleAt]
        .flatMap((time) => (time === null || isAfter(time, settledAt) ? [] : [time]))
        .sort()
        .at(-1)

/** When a batch had not begun yet, as far as that is known. */
const notBegun = ({ idleAt, submittedAt }: Span): ReadonlyArray<string | null> => [submittedAt, idleAt]

/**
 * The one had settled when the other had not begun. Which was submitted first proves nothing: it may have waited longer, and
 * have written last.
 */
const isProvedBefore = ({ settledAt }: Span, other: Span): boolean =>
  settledAt !== null && notBegun(other).some((time) => time !== null && settledAt <= time)

/** Times that contradict each other prove nothing. */
export const isBefore = (one: Span, other: Span): boolean =>
  isProvedBefore(one, other) && !isProvedBefore(other, one)

const provedBefore = (one: string, other: string) => `coalesce(${settledOf(one)} <= ${notBegunOf(other)}, 0)`

/** In SQL: the same, of two rows of numbered_batches. */
export const isEarlier = (one: string, other: string) =>
  `(${provedBefore(one, other)} AND NOT ${provedBefore(other, one)})`

interface SentTo {
  readonly addressId: number
  readonly batch: number
}

interface SentToRow extends SentTo {
  readonly isRefused: 0 | 1
  readonly missingSince: string | null
}

/** Another batch that was sent to an address, and what it sent. */
interface Other {
  readonly span: Span
  readonly members: ReadonlyArray<SentMember>
}

/** The other batches that may have written to an address, and are not known to come before a batch. */
export interface Others {
  readonly later: ReadonlyArray<Other>
  /** Those of which it is not known whether they came before or after. */
  readonly unordered: ReadonlyArray<Other>
}

const none: Others = { later: [], unordered: [] }

/** Whether any of them may have written something that a look shows which began at a time. */
export const mayHaveWritten = ({ later, unordered }: Others, lookedAt: string): boolean => {
  const shownBy = Date.parse(lookedAt) + answerTime * 1000
  return [...later, ...unordered].some(({ span }) =>
    notBegun(span).every((time) => time === null || Date.parse(time) <= shownBy)
  )
}

/** Addresses of these batches that another batch was sent to, too. */
const sentElsewhere = `
  SELECT DISTINCT s.address_id AS id FROM json_each(?) j CROSS JOIN sent_contacts s ON s.batch = j.value
  WHERE EXISTS (SELECT 1 FROM sent_contacts o WHERE o.address_id = s.address_id AND o.batch <> s.batch)`

const sentTo = `
  SELECT s.address_id AS "addressId", s.batch, ${isRefused("s.batch", "s.address_id")} AS "isRefused",
    ${missingSince("s.batch", "s.address_id")} AS "missingSince"
  FROM json_each(?) j CROSS JOIN sent_contacts s INDEXED BY sent_contacts_by_address ON s.address_id = j.value
  WHERE s.occurrence = 1 ORDER BY s.address_id, s.batch`

/** By when an answer had come that says so. */
const isBy = (time: string, lookedAt: string) => Date.parse(time) + answerTime * 1000 <= Date.parse(lookedAt)

/** What else may have been written to the addresses of these batches, as far as a look shows it which began at a time. */
export const othersOf = (sql: SqlClient.SqlClient, batches: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const rows = yield* sql.unsafe<{ readonly id: number }>(sentElsewhere, [JSON.stringify(batches)])
    const addresses = rows.map(({ id }) => id)
    const members = new Map<string, Array<SentMember>>()
    for (const record of yield* SentValues.ofAddresses(addresses)) {
      const key = `${record.batch} ${record.addressId}`
      members.set(key, [...(members.get(key) ?? []), ...record.members])
    }
    const rowsOf = new Map<number, Array<SentToRow>>()
    for (const row of yield* sql.unsafe<SentToRow>(sentTo, [JSON.stringify(addresses)])) {
      const others = rowsOf.get(row.addressId)
      if (others === undefined) rowsOf.set(row.addressId, [row])
      else others.push(row)
    }
    const sentIn = [...rowsOf.values()].flatMap((all) => all.map(({ batch }) => batch))
    const spanOf = yield* spansOf(sql, [...batches, ...sentIn])
    const of = ({ addressId, batch }: SentTo, lookedAt: string | null): Others => {
      const all = rowsOf.get(addressId)
      const own = spanOf.get(batch)
      if (all === undefined || own === undefined || lookedAt === null) return none
      const others = all.flatMap((one): ReadonlyArray<Other> => {
        const span = one.batch === batch ? undefined : spanOf.get(one.batch)
        if (span === undefined || one.isRefused === 1) return []
        if (one.missingSince !== null && isBy(one.missingSince, lookedAt)) return []
        return [{ span, members: members.get(`${one.batch} ${addressId}`) ?? [] }]
      })
      return {
        later: others.filter(({ span }) => isBefore(own, span)),
        unordered: others.filter(({ span }) => !isBefore(own, span) && !isBefore(span, own))
      }
    }
    return { of, spanOf }
  })
