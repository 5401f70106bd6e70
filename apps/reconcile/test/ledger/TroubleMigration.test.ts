import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { BatchId } from "effect-activecampaign/BatchId"
import * as Ledger from "../../src/ledger/Ledger.js"
import * as Trouble from "../../src/ledger/Trouble.js"
import { select } from "../support/ledger.js"
import { olderLedger } from "../support/olderLedger.js"

const day = (hour: number) => `2031-01-02T0${hour}:00:00.000Z`

const fifthLedger = olderLedger(
  5,
  `
    INSERT INTO batches (batch_id, added_at) VALUES ('b1', '${day(0)}');
    INSERT INTO batch_answers (batch_id, sequence, received_at, status, raw_body) VALUES ('b1', 1, '${day(3)}', 'active', '{}');
    INSERT INTO batch_errors (batch_id, occurred_at, error, message, raw_body) VALUES
      ('b1', '${day(1)}', 'ApiUnavailable', 'first', NULL),
      ('b1', '${day(2)}', 'ContractBroken', 'second', '<p>'),
      ('b1', '${day(4)}', 'ApiUnavailable', 'third', NULL),
      ('b1', '${day(5)}', 'ApiUnavailable', 'fourth', NULL);
    INSERT INTO account_errors (occurred_at, step, error, message) VALUES
      ('${day(1)}', 'lookup', 'ApiUnavailable', 'one'), ('${day(2)}', 'lookup', 'ApiUnavailable', 'two')`
)

describe("a file of the fifth schema", () => {
  it.scoped("has the errors between two answers as one trouble each, and goes on with the last", () =>
    Effect.gen(function* () {
      const path = yield* fifthLedger
      yield* Effect.gen(function* () {
        yield* Trouble.recordOfBatch(BatchId.make("b1"), {
          firstAt: day(6),
          lastAt: day(7),
          times: 3,
          error: "RateLimited",
          message: "fifth",
          body: null
        })
        assert.deepStrictEqual(
          yield* select(
            "SELECT first_at, last_at, times, ended_at, error, message, raw_body FROM batch_errors ORDER BY first_at"
          ),
          [
            {
              first_at: day(1),
              last_at: day(2),
              times: 2,
              ended_at: day(3),
              error: "ContractBroken",
              message: "second",
              raw_body: "<p>"
            },
            {
              first_at: day(4),
              last_at: day(7),
              times: 5,
              ended_at: null,
              error: "RateLimited",
              message: "fifth",
              raw_body: null
            }
          ]
        )
        assert.deepStrictEqual(
          yield* select("SELECT step, first_at, last_at, times, ended_at, message FROM account_errors"),
          [
            {
              step: "lookup",
              first_at: day(1),
              last_at: day(2),
              times: 2,
              ended_at: day(2),
              message: "two"
            }
          ]
        )
      }).pipe(Effect.provide(Ledger.layer(path)))
    })
  )
})
