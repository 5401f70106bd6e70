import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { isSettled, lists } from "effect-activecampaign/ImportAnswer"
import type { ImportSnapshot } from "effect-activecampaign/ImportSnapshot"
import { Ledger } from "./Ledger.js"
import { transactionConnection } from "./transactionConnection.js"

const count = (list: Option.Option<ReadonlyArray<unknown>>) =>
  Option.getOrNull(Option.map(list, (items) => items.length))

const selectLast =
  "SELECT sequence, status, raw_body FROM batch_answers WHERE batch_id = ? ORDER BY sequence DESC LIMIT 1"

const insertAnswer = `
  INSERT INTO batch_answers (batch_id, sequence, received_at, status, success_count, failure_count, raw_body)
  VALUES (?, ?, ?, ?, ?, ?, ?)`

const insertSuccesses = `
  INSERT INTO batch_successes (batch_id, sequence, contact_id, position)
  SELECT ?, ?, value, key FROM json_each(?)`

const insertFailures = `
  INSERT INTO batch_failures (batch_id, sequence, email_key, position, email)
  SELECT ?, ?, value ->> 0, key, value ->> 1 FROM json_each(?)`

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
}

/**
 * Records an answer if it says something new about its batch; a settled one with both its lists, item by item, in
 * one transaction that also marks the batch as to be decided. Returns whether it was new.
 *
 * Lists of an unsettled answer may still grow; they stay in `raw_body` and are no facts about contacts yet.
 */
export const record = ({ answer, batchId, body, receivedAt }: ImportSnapshot) =>
  Effect.flatMap(Ledger, ({ transact }) =>
    transact(
      Effect.gen(function* () {
        const connection = yield* transactionConnection
        const { failure, success } = lists(answer)
        const [last]: ReadonlyArray<LastAnswer> = yield* connection.execute(selectLast, [batchId], undefined)
        if (last !== undefined && last.raw_body === body && last.status === answer.status) return false

        const sequence = (last?.sequence ?? 0) + 1
        yield* connection.executeRaw(insertAnswer, [
          batchId,
          sequence,
          DateTime.formatIso(receivedAt),
          answer.status,
          count(success),
          count(failure),
          body
        ])
        if (isSettled(answer)) {
          if (Option.isSome(success)) {
            yield* connection.executeRaw(insertSuccesses, [batchId, sequence, JSON.stringify(success.value)])
          }
          if (Option.isSome(failure)) {
            const rows = failure.value.map((email) => [fromAddress(email), email])
            yield* connection.executeRaw(insertFailures, [batchId, sequence, JSON.stringify(rows)])
          }
        }
        yield* connection.executeRaw(markStale, [batchId])
        return true
      })
    )
  )
