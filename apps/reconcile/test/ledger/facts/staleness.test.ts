import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { erase } from "../../../src/ledger/erase/Erase.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import * as LocalContacts from "../../../src/ledger/load/LocalContacts.js"
import * as Lookups from "../../../src/ledger/facts/Lookups.js"
import { rebuild, reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { contactOf } from "../../support/contactOf.js"
import {
  answer,
  conclusions,
  findings,
  load,
  momentAt,
  now,
  row,
  select,
  verdicts
} from "../../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const later = "2031-04-03T08:15:00.000Z"

const loadByKey = (rows: ReadonlyArray<ReturnType<typeof row>>) =>
  LocalContacts.load(
    {
      name: "crm",
      rejected: () => 0,
      key: { column: "id", place: "line", setAside: () => Effect.dieMessage("no key is repeated") }
    },
    Stream.succeed(rows),
    now
  )

const foundAs = (email: string, id: string) => ({
  emailKey: fromAddress(email),
  email,
  contact: Option.some(contactOf(id, email))
})

const standsAsDrawnAnew = Effect.gen(function* () {
  yield* reconcileStale()
  const stands = yield* conclusions
  yield* rebuild
  assert.deepStrictEqual(stands, yield* conclusions)
})

describe("a batch is decided again", () => {
  it.effect("when one of its addresses turns out to be twice in a source that gives no IDs", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      yield* answer("b", "completed", { success: ["1"], failure: [] })
      yield* load([row("a@x.test"), row("A@x.test")], "crm.csv")
      yield* reconcileStale()
      assert.deepStrictEqual(yield* findings, ["duplicate-local: a@x.test"])
    }).pipe(inMemory)
  )

  it.effect("when a contact of the source gets or leaves an address that another has", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      yield* answer("b", "completed", { success: ["1"], failure: [] })
      yield* loadByKey([row("a@x.test", null, null, "1"), row("c@x.test", null, null, "2")])
      yield* loadByKey([row("a@x.test", null, null, "1"), row("a@x.test", null, null, "2")])
      yield* reconcileStale()
      assert.deepStrictEqual(yield* findings, ["duplicate-local: a@x.test"])
      yield* loadByKey([row("a@x.test", null, null, "1"), row("c@x.test", null, null, "2")])
      yield* reconcileStale()
      assert.deepStrictEqual(yield* findings, [])
    }).pipe(inMemory)
  )

  it.effect("by a look-up after it settled, even if the clock was set back in between", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "one"), row("c@x.test", "one")])
      yield* answer("one", "failed")
      const anHourBefore = yield* momentAt("2031-04-02T07:15:00.000Z")
      yield* Lookups.record([foundAs("a@x.test", "7")], "address", anHourBefore)
      yield* Lookups.recordAbsent(anHourBefore)
      assert.deepStrictEqual(yield* verdicts, [
        "a@x.test: present (lookup-undated)",
        "c@x.test: missing (lookup-absent)"
      ])
    }).pipe(inMemory)
  )

  it.effect("when a walk for another batch does not find a contact that was found before", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "one"), row("a@x.test", "two")])
      yield* answer("one", "failed")
      yield* Lookups.record([foundAs("a@x.test", "7")], "address", yield* momentAt(now))
      yield* reconcileStale()
      // The other batch settles after the look-up, so that only its own contact is still unaccounted.
      yield* answer("two", "failed")
      assert.deepStrictEqual(yield* verdicts, [
        "a@x.test: present (lookup-undated)",
        "a@x.test: unaccounted (silence)"
      ])
      yield* Lookups.recordAbsent(yield* momentAt(later))
      assert.deepStrictEqual(yield* verdicts, [
        "a@x.test: missing (lookup-absent)",
        "a@x.test: missing (lookup-absent)"
      ])
      yield* standsAsDrawnAnew
    }).pipe(inMemory)
  )
})

describe("the sent contacts of a batch", () => {
  it.effect("do not include an address that a contact moved to later", () =>
    Effect.gen(function* () {
      yield* loadByKey([row("a@x.test", "b1", null, "1")])
      yield* loadByKey([row("c@x.test", "b1", null, "1")])
      yield* loadByKey([row("c@x.test", "b1", null, "1"), row("c@x.test", "b2", null, "2")])
      assert.deepStrictEqual(yield* select("SELECT batch_id, email FROM batch_sent ORDER BY batch_id"), [
        { batch_id: "b1", email: "a@x.test" },
        { batch_id: "b2", email: "c@x.test" }
      ])
      yield* standsAsDrawnAnew
    }).pipe(inMemory)
  )
})

describe("an erased person", () => {
  it.effect("is neither looked up nor a retry candidate", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b"), row("c@x.test", "b"), row("d@x.test", "b")])
      yield* answer("b", "failed")
      yield* Lookups.record(
        [{ emailKey: fromAddress("d@x.test"), email: "d@x.test", contact: Option.none() }],
        "address",
        yield* momentAt(now)
      )
      yield* reconcileStale()
      yield* erase("a@x.test")
      yield* erase("d@x.test")
      assert.deepStrictEqual(yield* Lookups.unaccounted, [{ emailKey: "c@x.test", email: "c@x.test" }])
      assert.strictEqual(yield* Lookups.countUnaccounted, 1)
      assert.strictEqual(yield* Lookups.recordAbsent(yield* momentAt(later)), 1)
      yield* reconcileStale()
      assert.deepStrictEqual(yield* select("SELECT email FROM retry_candidates"), [{ email: "c@x.test" }])
    }).pipe(inMemory)
  )

  it.effect("leaves a contact ID that is also linked to somebody else", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b", "4"), row("c@x.test", "b", "4"), row("d@x.test", "b", "5")])
      yield* answer("b", "failed", { success: ["4", "5"] })
      const before = yield* verdicts
      yield* erase("a@x.test")
      assert.deepStrictEqual(
        [...(yield* verdicts)].sort(),
        before.map((line) => line.replace("a@x.test", "erased-1")).sort()
      )
      assert.deepStrictEqual(
        yield* select(
          "SELECT contact_id FROM batch_successes UNION SELECT contact_id FROM local_contacts ORDER BY 1"
        ),
        [{ contact_id: "4" }, { contact_id: "5" }]
      )
      assert.include(yield* findings, "id-conflict: 4")
    }).pipe(inMemory)
  )
})
