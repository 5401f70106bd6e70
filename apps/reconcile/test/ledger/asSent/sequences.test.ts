import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { BatchId } from "effect-activecampaign/BatchId"
import type { ResolvedInDetail } from "effect-activecampaign/Resolved"
import { compare, noNames } from "../../../src/asSent/compare.js"
import * as AccountNames from "../../../src/ledger/asSent/AccountNames.js"
import * as SentValues from "../../../src/ledger/asSent/SentValues.js"
import { rebuild, reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { erase } from "../../../src/ledger/erase/Erase.js"
import { purge } from "../../../src/ledger/erase/Purge.js"
import * as Removals from "../../../src/ledger/erase/Removals.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { answer, load, row, select } from "../../support/ledger.js"
import { contactWith, lookAt, send } from "../../support/sentValues.js"
import { batch, email, fact, sentBefore } from "../../support/sentFacts.js"
import { begin, sentConclusions, shownBy, take } from "../../support/takenFacts.js"

/** CI tries 150, with AC_SEQUENCES. */
const limits = { fastCheck: { numRuns: Number(process.env.AC_SEQUENCES ?? 60) }, timeout: 1_200_000 }

/** SQLite answers at once: without a turn of the event loop the test runner would take us for dead. */
const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

const removed = FastCheck.oneof(
  FastCheck.record({ kind: FastCheck.constant("remove batch" as const), batch }),
  FastCheck.record({
    kind: FastCheck.constant("remove source" as const),
    source: FastCheck.constantFrom("one.csv", "two.csv", "crm", "sent in b2")
  })
)

const taken = FastCheck.oneof(
  removed,
  FastCheck.record({ kind: FastCheck.constant("erase" as const), email }),
  FastCheck.record({ kind: FastCheck.constant("purge" as const) })
)

type Step = typeof fact | typeof taken extends FastCheck.Arbitrary<infer One> ? One : never

const happen = (one: Step, at: DateTime.Utc) =>
  Effect.gen(function* () {
    switch (one.kind) {
      case "remove batch":
        return yield* Removals.removeBatches([BatchId.make(one.batch)])
      case "remove source": {
        const source = (yield* Removals.sources).find(({ name }) => name === one.source)
        return source === undefined ? undefined : yield* Removals.removeSource(source)
      }
      case "erase":
        return yield* erase(one.email)
      case "purge": {
        yield* reconcileStale()
        const now = DateTime.formatIso(at)
        return yield* purge({ now, before: now })
      }
      default:
        return yield* take(one, at)
    }
  })

const steps = FastCheck.array(
  FastCheck.oneof({ arbitrary: fact, weight: 5 }, { arbitrary: taken, weight: 1 }),
  {
    minLength: 2,
    maxLength: 12
  }
)

const lastLook = Effect.map(
  select<{ readonly id: number | null }>("SELECT max(look_id) AS id FROM looks"),
  ([row]) => row?.id ?? 0
)

interface Shown {
  readonly contacts: ReadonlyArray<ResolvedInDetail>
  readonly names: AccountNames.AccountNames
}

/** Sent contacts that were looked at: what of them was not seen, and what was found to be something else. */
const notFoundElse = Effect.map(
  select<{
    readonly batch: number
    readonly address: number
    readonly occurrence: number
    readonly look: number
    readonly unseen: string | null
    readonly others: string
  }>(`SELECT k.batch, k.address_id AS address, k.occurrence, k.look_id AS look, k.unseen,
      (SELECT coalesce(group_concat(m.kind || ' ' || m.name, char(10)), '')
        FROM found_values f JOIN sent_members m USING (member_id)
        WHERE f.batch = k.batch AND f.address_id = k.address_id AND f.occurrence = k.occurrence) AS others
    FROM contact_looks k`),
  (rows) =>
    rows.map((one) => ({ ...one, unseen: (one.unseen ?? "").split(" "), others: one.others.split("\n") }))
)

describe("any sequence of loads, answers, looks, names, changed times, removals, erasures and purges", () => {
  it.effect.prop(
    "leaves of sent values after each step exactly what a rebuild from the facts gives",
    [sentBefore, steps],
    ([before, drawn]) =>
      Effect.gen(function* () {
        const all = [...before, ...drawn]
        for (const [index, one] of all.entries()) {
          yield* happen(one, DateTime.add(begin, { minutes: index }))
          yield* reconcileStale()
          const stands = yield* sentConclusions
          yield* rebuild
          assert.deepStrictEqual(
            stands,
            yield* sentConclusions,
            `after step ${index + 1}, ${JSON.stringify(one)}`
          )
          assert.deepStrictEqual(yield* select("PRAGMA foreign_key_check"), [])
        }
      }).pipe(Effect.zipLeft(turn), Effect.provide(Ledger.layer(":memory:"))),
    limits
  )

  it.effect.prop(
    "calls nothing the same that no look has shown",
    [sentBefore, FastCheck.array(FastCheck.oneof(fact, fact, fact, removed), { maxLength: 10 })],
    ([first, drawn]) =>
      Effect.gen(function* () {
        const looks = new Map<number, Shown>()
        for (const [index, one] of [...first, ...drawn].entries()) {
          const at = DateTime.add(begin, { minutes: index })
          const before = yield* lastLook
          yield* happen(one, at)
          const last = yield* lastLook
          if (one.kind !== "look" || last === before) continue
          looks.set(last, { contacts: shownBy(one, at), names: yield* AccountNames.read })
        }
        yield* reconcileStale()
        for (const sent of yield* notFoundElse) {
          const { contacts, names } = looks.get(sent.look) ?? { contacts: [], names: noNames }
          const records = yield* SentValues.ofBatches([sent.batch])
          const members = records
            .filter((one) => one.addressId === sent.address && one.occurrence === sent.occurrence)
            .flatMap((one) => one.members)
          for (const member of members) {
            // Nothing is compared of a contact that is gone or has another address.
            if (["contact", "address", member.kind].some((what) => sent.unseen.includes(what))) continue
            if (sent.others.includes(`${member.kind} ${member.name}`)) continue
            assert.isTrue(
              contacts.some(
                (one) => one._tag === "Detailed" && compare(member, one.details, names)._tag === "Same"
              ),
              `${JSON.stringify(member)} of ${JSON.stringify(sent)}`
            )
          }
        }
      }).pipe(Effect.zipLeft(turn), Effect.provide(Ledger.layer(":memory:"))),
    limits
  )

  it.effect("are judged by what was sent later only as long as it stands, whatever names it", () =>
    Effect.gen(function* () {
      const csv = (at: string) => load([row("a@x.test", at, "1"), row("b@x.test", at, "2")], "one.csv")
      yield* send("b1", [{ email: "a@x.test", first_name: "Ada" }])
      yield* answer("b1", "completed", { success: ["1"], failure: [] })
      yield* csv("b2")
      yield* send("b2", [{ email: "b@x.test", first_name: "Eve" }])
      yield* csv("b3")
      yield* Removals.removeBatches([BatchId.make("b3")])
      yield* lookAt("2031-04-03T00:00:00.000Z", contactWith("1", "a@x.test", { firstName: "Zoe" }))
      const comparisons = Effect.map(
        select<{ readonly told: string }>(`SELECT b.batch_id || ' ' || v.comparison AS told
          FROM value_verdicts v JOIN numbered_batches b USING (batch)`),
        (rows) => rows.map(({ told }) => told)
      )
      assert.deepStrictEqual(yield* comparisons, ["b1 not-checked"])
      yield* Removals.removeBatches([BatchId.make("b2")])
      assert.deepStrictEqual(yield* comparisons, ["b1 different"])
    }).pipe(Effect.provide(Ledger.layer(":memory:")))
  )
})
