import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { erase } from "../../../src/ledger/erase/Erase.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { rebuild, reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { conclusions, select } from "../../support/ledger.js"
import { begin, email, steps, take } from "./steps.js"

/** CI tries 150, with AC_SEQUENCES. */
const runs = Number(process.env.AC_SEQUENCES ?? 60)
const limits = { fastCheck: { numRuns: runs }, timeout: 1_200_000 }

/** SQLite answers at once: without a turn of the event loop the test runner would take us for dead. */
const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

const standing = Effect.all({
  conclusions,
  unmatched: select("SELECT * FROM unmatched_successes ORDER BY batch_id, contact_id"),
  nearMatches: select("SELECT * FROM near_matches ORDER BY batch_id, finding, subject, sent_email")
})

/** Decides every batch by all links of its successful IDs. */
const neverShort = `CREATE TEMP TRIGGER never_short AFTER UPDATE OF by_own_ids ON reconcile_scope WHEN NEW.by_own_ids
  BEGIN UPDATE reconcile_scope SET by_own_ids = 0 WHERE batch = NEW.batch; END`

describe("any sequence of loads, answers, links, gone IDs, look-ups, erasures and removals", () => {
  it.effect.prop(
    "leaves after each step exactly what a rebuild from the facts gives",
    [steps],
    ([drawn]) =>
      Effect.gen(function* () {
        for (const [index, one] of drawn.entries()) {
          yield* take(one, DateTime.add(begin, { minutes: index }))
          yield* reconcileStale()
          const stands = yield* standing
          yield* rebuild
          assert.deepStrictEqual(stands, yield* standing, `after step ${index + 1}, ${JSON.stringify(one)}`)
          assert.deepStrictEqual(yield* select("PRAGMA foreign_key_check"), [])
        }
      }).pipe(Effect.zipLeft(turn), Effect.provide(Ledger.layer(":memory:"))),
    limits
  )

  it.effect.prop(
    "gives the same the long way and without the IDs in the sent rows, which only make it faster",
    [steps],
    ([drawn]) =>
      Effect.gen(function* () {
        for (const [index, one] of drawn.entries()) {
          yield* take(one, DateTime.add(begin, { minutes: index }))
          const given = yield* select("SELECT email_key FROM batch_sent s WHERE contact_id IS NOT NULL")
          const current = yield* select(`SELECT s.email_key FROM batch_sent s
            JOIN local_contacts l ON l.email_key = s.email_key AND l.contact_id = s.contact_id
            GROUP BY s.batch_id, s.email_key, s.occurrence`)
          assert.strictEqual(
            current.length,
            given.length,
            "an ID that no source gives stands beside what was sent"
          )
        }
        assert.deepStrictEqual(yield* select("PRAGMA foreign_key_check"), [])
        yield* rebuild
        const short = yield* standing
        yield* select(neverShort)
        yield* rebuild
        assert.deepStrictEqual(yield* standing, short, "decided the long way")
        yield* select("DROP TRIGGER never_short")
        yield* select("UPDATE sent_contacts SET contact_id = NULL")
        yield* rebuild
        assert.deepStrictEqual(yield* standing, short, "without the IDs in the sent rows")
      }).pipe(Effect.zipLeft(turn), Effect.provide(Ledger.layer(":memory:"))),
    limits
  )

  it.effect.prop(
    "finds every batch that reported a contact ID by the ID",
    [steps],
    ([drawn]) =>
      Effect.gen(function* () {
        for (const [index, one] of drawn.entries()) {
          yield* take(one, DateTime.add(begin, { minutes: index }))
          if (index % 2 === 0) yield* reconcileStale()
        }
        assert.deepStrictEqual(
          yield* select("SELECT contact_id, batch_id, sequence FROM contact_id_batches ORDER BY 1, 2, 3"),
          yield* select(
            "SELECT DISTINCT contact_id, batch_id, sequence FROM batch_successes ORDER BY 1, 2, 3"
          )
        )
      }).pipe(Effect.zipLeft(turn), Effect.provide(Ledger.layer(":memory:"))),
    limits
  )

  it.effect.prop(
    "changes no outcome when a person is erased, not even their own",
    [steps, email],
    ([drawn, gone]) =>
      Effect.gen(function* () {
        for (const [index, one] of drawn.entries()) {
          yield* take(one, DateTime.add(begin, { minutes: index }))
        }
        yield* reconcileStale()
        const outcomes = Effect.map(conclusions, (all) => all.outcomes)
        const before = yield* outcomes
        const { token } = yield* erase(gone)
        const nameOf = (key: string) => (key === fromAddress(gone) ? token : key)
        const told = (all: typeof before) =>
          all
            .map((o) => `${o.batch_id} ${nameOf(o.email_key)} ${o.occurrence} ${o.outcome} ${o.evidence}`)
            .sort()
        assert.deepStrictEqual(told(yield* outcomes), told(before))
        for (const { detail } of yield* select<{ readonly detail: string }>("SELECT detail FROM findings"))
          assert.notInclude(detail.toLowerCase().split(/[\s,;]+/), fromAddress(gone))
      }).pipe(Effect.zipLeft(turn), Effect.provide(Ledger.layer(":memory:"))),
    limits
  )
})
