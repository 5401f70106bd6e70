import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ContactId } from "effect-activecampaign/ContactId"
import * as Ledger from "../../src/ledger/Ledger.js"
import * as Links from "../../src/ledger/Links.js"
import { reconcileStale } from "../../src/ledger/Reconciliation.js"
import { select, verdicts } from "../support/ledger.js"
import { olderLedger } from "../support/olderLedger.js"

const thirdLedger = olderLedger(
  3,
  `
    INSERT INTO batches VALUES ('b1', NULL, '2031-01-01T00:00:00Z'), ('b2', NULL, '2031-01-01T00:00:00Z');
    INSERT INTO batch_sent VALUES
      ('b1', 'a@x.test', 1, 'a@x.test'), ('b1', 'b@x.test', 1, 'b@x.test'), ('b1', 'c@x.test', 1, 'c@x.test'),
      ('b2', 'a@x.test', 1, 'a@x.test');
    INSERT INTO local_sources (local_source_id, name, loaded_at) VALUES (1, 'contacts.csv', '2031-01-01T00:00:00Z');
    INSERT INTO local_contacts (local_source_id, email_key, occurrence, email, contact_id, source_columns)
      VALUES (1, 'a@x.test', 1, 'a@x.test', '7', '{}');
    INSERT INTO batch_answers VALUES (1, 'b1', 1, '2031-01-02T00:00:00Z', 'completed', 2, 1, '{}');
    INSERT INTO batch_successes VALUES ('b1', 1, '7', 0), ('b1', 1, '8', 1);
    INSERT INTO batch_failures VALUES ('b1', 1, 'b@x.test', 0, 'b@x.test');
    INSERT INTO outcomes VALUES
      ('b1', 'a@x.test', 1, 'imported', 'id', '7'), ('b1', 'b@x.test', 1, 'rejected', 'failure', NULL),
      ('b1', 'c@x.test', 1, 'unaccounted', 'silence', NULL), ('b2', 'a@x.test', 1, 'pending', 'unsettled', NULL);
    DELETE FROM stale_batches`
)

describe("a file of the third schema", () => {
  it.scoped("keeps its verdicts, calls pending what had such a row, and finds its unknown IDs again", () =>
    Effect.gen(function* () {
      const path = yield* thirdLedger
      const standing = [
        "a@x.test: imported (id)",
        "b@x.test: rejected (failure)",
        "c@x.test: imported (count)",
        "a@x.test: pending (unsettled)"
      ]
      yield* Effect.gen(function* () {
        const kept = yield* select<{ readonly email_key: string }>(
          "SELECT email_key FROM outcomes ORDER BY 1"
        )
        assert.deepStrictEqual(
          kept.map((one) => one.email_key),
          ["a@x.test", "b@x.test", "c@x.test"]
        )
        // Its verdict on the third was drawn by other rules, which is a change to be told of.
        assert.deepStrictEqual(yield* reconcileStale(), { batches: 2, changed: 1 })
        assert.deepStrictEqual(yield* verdicts, standing)
        assert.deepStrictEqual(yield* Links.unknownIds, [ContactId.make("8")])
        assert.deepStrictEqual(yield* select("PRAGMA foreign_key_check"), [])
      }).pipe(Effect.provide(Ledger.layer(path)))
    })
  )
})
