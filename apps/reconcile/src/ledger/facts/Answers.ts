import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BatchId } from "effect-activecampaign/BatchId"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { isSettled, lists } from "effect-activecampaign/ImportAnswer"
import type { ImportSnapshot } from "effect-activecampaign/ImportSnapshot"
import type { UnreadableItem } from "effect-activecampaign/UnreadableItem"
import { numberAddresses } from "./addresses.js"
import { markAddresses, markBatches, markSentTogether } from "./stale.js"
import { Ledger } from "../Ledger.js"
import { hasSettled } from "../schema/words.js"
import type { Prepare } from "../file/client.js"

const count = (list: Option.Option<ReadonlyArray<unknown>>) =>
  Option.getOrNull(Option.map(list, (items) => items.length))

const selectLast = `
  SELECT b.batch, a.sequence, a.status, a.raw_body, a.origin
  FROM numbered_batches b LEFT JOIN answers a ON a.batch = b.batch
  WHERE b.batch_id = ? ORDER BY a.sequence DESC LIMIT 1`

const insertAnswer = `
  INSERT INTO answers (batch, sequence, received_at, status, success_count, failure_count, raw_body, origin)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`

const insertSuccesses = `
  INSERT INTO answer_successes (answer_id, contact_id, position)
  SELECT ?, value, key FROM json_each(?) ORDER BY value`

const numberFailed = numberAddresses("SELECT value ->> 0 AS email_key FROM json_each(?)")

/** Those whose addresses have a number and that are not recorded yet. */
const insertFailures = `
  INSERT INTO answer_failures (answer_id, address_id, position, email)
  SELECT ?, a.address_id, j.key, j.value ->> 1 FROM json_each(?) j CROSS JOIN addresses a ON a.email_key = j.value ->> 0
  WHERE true ON CONFLICT DO NOTHING`

const insertUnreadable = `
  INSERT INTO unreadable_items (answer_id, list, position, value)
  SELECT ?, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)`

/** A list whose items keep their places beside unreadable ones: JSON with the places as keys. */
const inPlace = <A>(
  name: UnreadableItem["list"],
  items: ReadonlyArray<A>,
  unreadable: ReadonlyArray<UnreadableItem>
): string => {
  const taken = new Set(
    unreadable.flatMap(({ list, position }) => (list === name ? Option.toArray(position) : []))
  )
  if (taken.size === 0) return JSON.stringify(items)
  let place = -1
  const places = items.map((item) => {
    do place += 1
    while (taken.has(place))
    return [place, item] as const
  })
  return JSON.stringify(Object.fromEntries(places))
}

// An answer after a settled one is either the same or a finding.
const markStale = markBatches(`SELECT batch FROM answers WHERE batch = ? AND ${hasSettled("status")} LIMIT 1`)

/** Batches that were sent to a contact of this one, by number. */
const sentTogether = `sent_contacts s CROSS JOIN sent_contacts o INDEXED BY sent_contacts_by_address
  ON o.address_id = s.address_id AND o.batch <> s.batch`

const hasNotBegun = "status IN ('waiting', 'claimed')"

// A batch that settles again has not settled before looks that came between: another may be what changed a contact. One
// that settles before another was submitted or had begun came before that one.
const markAgain = markSentTogether(
  `SELECT batch FROM answers a WHERE batch = ? AND ${hasSettled("status")} GROUP BY batch
   HAVING count(*) > 1
     OR (EXISTS (SELECT 1 FROM looks) AND (max(received_at) <= (SELECT max(b.submitted_at) FROM numbered_batches b)
       OR EXISTS (SELECT 1 FROM ${sentTogether} CROSS JOIN answers w ON w.batch = o.batch
         WHERE s.batch = a.batch AND w.${hasNotBegun} AND w.received_at >= (SELECT max(y.received_at) FROM answers y
           WHERE y.batch = a.batch AND ${hasSettled("y.status")}))))`
)

// One that refused a contact did not write to it: others may have.
const markRefused = markAddresses(
  `SELECT DISTINCT f.address_id FROM answers a CROSS JOIN answer_failures f ON f.answer_id = a.answer_id
   WHERE a.batch = ? AND ${hasSettled("a.status")} AND EXISTS (SELECT 1 FROM looks)`
)

// One that has not begun comes after those that had settled, and changed nothing that was seen before: no consent, either.
const markIdle = markBatches(
  `SELECT o.batch FROM sent_contacts s CROSS JOIN sent_contacts o INDEXED BY sent_contacts_by_address
     ON o.address_id = s.address_id
   WHERE s.batch = ? AND (EXISTS (SELECT 1 FROM value_verdicts v
       WHERE v.batch = o.batch AND v.address_id = o.address_id AND v.comparison = 'not-checked')
     OR EXISTS (SELECT 1 FROM consent_breaks c WHERE c.batch = o.batch AND c.address_id = o.address_id))`
)

/** A batch and its last answer. The answer's columns are null if there is none. */
interface LastAnswer {
  readonly batch: number
  readonly sequence: number | null
  readonly status: string | null
  readonly raw_body: string | null
  readonly origin: Origin | null
}

const isLast = (row: unknown): row is LastAnswer =>
  typeof row === "object" && row !== null && "raw_body" in row

/** Whether the account answered a call, or the user pasted an answer. */
export type Origin = "account" | "pasted"

/** The account's confirmation of a pasted answer is new. Pasting a known answer again is not. */
const isSame = (last: LastAnswer, { answer, body }: ImportSnapshot, origin: Origin) =>
  last.raw_body === body && last.status === answer.status && (last.origin === origin || origin === "pasted")

/** Records each item of the lists of a settled answer, unreadable ones apart. */
const recordLists = (prepare: Prepare, answerId: number, answer: ImportSnapshot["answer"]) => {
  const { failure, success, unreadable } = lists(answer)
  if (Option.isSome(success)) {
    prepare(insertSuccesses).run(answerId, inPlace("success", success.value, unreadable))
  }
  if (Option.isSome(failure)) {
    const rows = failure.value.map((email) => {
      const key = fromAddress(email)
      return [key, key === email ? null : email]
    })
    const items = inPlace("failure", rows, unreadable)
    // Usually each was sent, and has a number already.
    if (prepare(insertFailures).run(answerId, items).changes < rows.length) {
      prepare(numberFailed).run(items)
      prepare(insertFailures).run(answerId, items)
    }
  }
  if (unreadable.length > 0) {
    const rows = unreadable.map(({ list, position, value }) => [list, Option.getOrNull(position), value])
    prepare(insertUnreadable).run(answerId, JSON.stringify(rows))
  }
}

/**
 * Records an answer if it says something new about its batch, and returns whether it did. A settled answer is recorded
 * with each item of its lists, unreadable ones apart, in one transaction that also marks the batch as stale.
 *
 * Lists of an unsettled answer may still grow. They stay in `raw_body` and are not yet facts about contacts.
 */
export const record = (snapshot: ImportSnapshot, origin: Origin = "account") =>
  Effect.flatMap(Ledger, ({ atOnce }) =>
    atOnce((prepare) => {
      const { answer, batchId, body, receivedAt } = snapshot
      const row = prepare(selectLast).get(batchId)
      const last = isLast(row) ? row : undefined
      if (last !== undefined && isSame(last, snapshot, origin)) return false

      const { failure, success } = lists(answer)
      // An unknown batch has no number, so its answer is refused.
      const batch = last?.batch ?? 0
      const { lastInsertRowid } = prepare(insertAnswer).run(
        batch,
        (last?.sequence ?? 0) + 1,
        DateTime.formatIso(receivedAt),
        answer.status,
        count(success),
        count(failure),
        body,
        origin
      )
      if (isSettled(answer)) recordLists(prepare, Number(lastInsertRowid), answer)
      prepare(markStale).run(batch)
      if (isSettled(answer)) {
        prepare(markAgain).run(batch)
        prepare(markRefused).run(batch)
      } else if (answer.status === "waiting" || answer.status === "claimed") prepare(markIdle).run(batch)
      return true
    })
  )

/** The final status of a batch, if it has settled. */
export const settledStatus = (batchId: BatchId) =>
  Effect.flatMap(Ledger, ({ sql, use }) =>
    use(
      Effect.map(
        sql<{
          readonly status: string
        }>`SELECT a.status FROM numbered_batches b CROSS JOIN answers a ON a.batch = b.batch
          WHERE b.batch_id = ${batchId} AND ${sql.literal(hasSettled("a.status"))}
          ORDER BY a.sequence DESC LIMIT 1`,
        ([row]) => row?.status
      )
    )
  )
