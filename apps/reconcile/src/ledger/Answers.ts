import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BatchId } from "effect-activecampaign/BatchId"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { isSettled, lists } from "effect-activecampaign/ImportAnswer"
import type { ImportSnapshot } from "effect-activecampaign/ImportSnapshot"
import type { UnreadableItem } from "effect-activecampaign/UnreadableItem"
import { Ledger } from "./Ledger.js"
import { transactionConnection } from "./transactionConnection.js"

const count = (list: Option.Option<ReadonlyArray<unknown>>) =>
  Option.getOrNull(Option.map(list, (items) => items.length))

const selectLast =
  "SELECT sequence, status, raw_body, origin FROM batch_answers WHERE batch_id = ? ORDER BY sequence DESC LIMIT 1"

const insertAnswer = `
  INSERT INTO batch_answers (batch_id, sequence, received_at, status, success_count, failure_count, raw_body, origin)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`

const insertSuccesses = `
  INSERT INTO batch_successes (batch_id, sequence, contact_id, position)
  SELECT ?, ?, value, key FROM json_each(?)`

const insertFailures = `
  INSERT INTO batch_failures (batch_id, sequence, email_key, position, email)
  SELECT ?, ?, value ->> 0, key, value ->> 1 FROM json_each(?)`

const insertUnreadable = `
  INSERT INTO batch_unreadable_items (batch_id, sequence, list, position, value)
  SELECT ?, ?, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)`

/** A list whose items keep the places they had among those that could not be read: JSON in which the places are keys. */
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

// An answer behind a settled one is either the same or a finding.
const markStale = `
  INSERT INTO stale_batches
  SELECT batch_id FROM batch_answers
  WHERE batch_id = ? AND status IN ('completed', 'failed', 'interrupted') LIMIT 1
  ON CONFLICT DO NOTHING`

interface LastAnswer {
  readonly sequence: number
  readonly status: string
  readonly raw_body: string
  readonly origin: Origin
}

/** Whether the account gave an answer to a call, or the user one from elsewhere. */
export type Origin = "account" | "pasted"

/** What the account confirms of a pasted answer is news; what somebody pasted that is known already is not. */
const isSame = (last: LastAnswer, { answer, body }: ImportSnapshot, origin: Origin) =>
  last.raw_body === body && last.status === answer.status && (last.origin === origin || origin === "pasted")

/**
 * Records an answer if it says something new about its batch; a settled one with both its lists, item by item, in
 * one transaction that also marks the batch as to be decided. What could not be read of a list is written beside it.
 * Returns whether it was new.
 *
 * Lists of an unsettled answer may still grow; they stay in `raw_body` and are no facts about contacts yet.
 */
export const record = (snapshot: ImportSnapshot, origin: Origin = "account") =>
  Effect.flatMap(Ledger, ({ transact }) =>
    transact(
      Effect.gen(function* () {
        const { answer, batchId, body, receivedAt } = snapshot
        const connection = yield* transactionConnection
        const { failure, success, unreadable } = lists(answer)
        const [last]: ReadonlyArray<LastAnswer> = yield* connection.execute(selectLast, [batchId], undefined)
        if (last !== undefined && isSame(last, snapshot, origin)) return false

        const sequence = (last?.sequence ?? 0) + 1
        yield* connection.executeRaw(insertAnswer, [
          batchId,
          sequence,
          DateTime.formatIso(receivedAt),
          answer.status,
          count(success),
          count(failure),
          body,
          origin
        ])
        if (isSettled(answer)) {
          if (Option.isSome(success)) {
            const items = inPlace("success", success.value, unreadable)
            yield* connection.executeRaw(insertSuccesses, [batchId, sequence, items])
          }
          if (Option.isSome(failure)) {
            const rows = failure.value.map((email) => [fromAddress(email), email])
            const items = inPlace("failure", rows, unreadable)
            yield* connection.executeRaw(insertFailures, [batchId, sequence, items])
          }
          if (unreadable.length > 0) {
            const rows = unreadable.map(({ list, position, value }) => [
              list,
              Option.getOrNull(position),
              value
            ])
            yield* connection.executeRaw(insertUnreadable, [batchId, sequence, JSON.stringify(rows)])
          }
        }
        yield* connection.executeRaw(markStale, [batchId])
        return true
      })
    )
  )

/** The status with which a batch has settled, if it has. */
export const settledStatus = (batchId: BatchId) =>
  Effect.flatMap(Ledger, ({ sql, use }) =>
    use(
      Effect.map(
        sql<{ readonly status: string }>`SELECT status FROM batch_answers
          WHERE batch_id = ${batchId} AND status IN ('completed', 'failed', 'interrupted')
          ORDER BY sequence DESC LIMIT 1`,
        ([row]) => row?.status
      )
    )
  )
