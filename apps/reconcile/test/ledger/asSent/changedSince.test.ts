import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { answer, select } from "../../support/ledger.js"
import { contactWith, send, submit } from "../../support/sentValues.js"
import { byHour, inMemory, look, settled, told } from "./support/looks.js"

describe("what is not as it was sent", () => {
  it.effect.each([
    { changed: "2031-04-02T08:20:00Z", told: "different null" },
    { changed: "2031-04-02T08:20:01Z", told: "edited-since null" },
    { changed: "", told: "not-checked the account does not say when the contact changed" }
  ])(
    "may be an edit if the contact changed over five minutes after the batch settled: '$changed'",
    ({ changed, told }) =>
      Effect.gen(function* () {
        yield* send("b", [{ email: "a@x.test", first_name: "Ada" }])
        yield* settled("b", ["1"])
        yield* look(contactWith("1", "a@x.test", { firstName: "Zoe" }, changed))
        yield* reconcileStale()
        const rows = yield* select<{ readonly comparison: string; readonly why: string | null }>(
          "SELECT comparison, why FROM value_verdicts"
        )
        assert.deepStrictEqual(
          rows.map(({ comparison, why }) => `${comparison} ${why}`),
          [told]
        )
        const dropped = yield* select("SELECT * FROM dropped_values")
        assert.lengthOf(dropped, told.startsWith("different") ? 1 : 0)
      }).pipe(inMemory)
  )
})

describe("what is not as it was sent, in a batch that is asked about late", () => {
  // The answers of tests come at 08:15, and before that if they say so.
  it.effect.each([
    { created: "08:14", submitted: null, changed: "08:14", says: /^different$/ },
    { created: "06:00", submitted: null, changed: "06:04", says: /^different$/ },
    { created: "06:00", submitted: null, changed: "06:06", says: /^not-checked: .*--submitted-at may help$/ },
    { created: "01:00", submitted: "08:00", changed: "08:05", says: /^different$/ },
    { created: "01:00", submitted: "06:00", changed: "06:06", says: /^not-checked: .*asking sooner/ },
    { created: "01:00", submitted: null, changed: "08:20", says: /^not-checked: .*--submitted-at may help$/ },
    { created: "", submitted: null, changed: "08:14", says: /^not-checked: .*--submitted-at may help$/ },
    // The clock of the account is ahead.
    { created: "08:16", submitted: null, changed: "08:16", says: /^different$/ },
    { created: "08:20", submitted: null, changed: "08:20", says: /^different$/ },
    // It was created after the import, so it is another contact.
    { created: "08:21", submitted: "08:00", changed: "08:20", says: /^not-checked: .*asking sooner/ },
    { created: "08:21", submitted: "08:00", changed: "08:21", says: /^edited-since$/ },
    // A time after the batch had settled is not that of its submission.
    {
      created: "01:00",
      submitted: "08:16",
      changed: "08:16",
      says: /^not-checked: .*: the time of submission cannot be right, as it is later than the settled answer$/
    }
  ])(
    "is told only if the contact did not change after it can have been written: created $created, submitted $submitted, changed $changed",
    ({ changed, created, says, submitted }) =>
      Effect.gen(function* () {
        if (submitted !== null) yield* submit("b", byHour(submitted))
        yield* send("b", [{ email: "a@x.test", first_name: "Ada" }])
        yield* settled("b", ["1"])
        const createdAt = created === "" ? "" : byHour(created)
        yield* look(contactWith("1", "a@x.test", { firstName: "Zoe" }, byHour(changed), createdAt))
        yield* reconcileStale()
        const [found = "", ...others] = yield* told
        assert.match(found.replace(/^b /, ""), says)
        assert.deepStrictEqual(others, [])
      }).pipe(inMemory)
  )

  it.effect.each([
    { status: "waiting", origin: "account", says: /^b different$/ },
    { status: "claimed", origin: "account", says: /^b different$/ },
    // It may have been written before that answer, and changed since.
    { status: "active", origin: "account", says: /^b not-checked: / },
    // It is not known when that answer was given.
    { status: "waiting", origin: "pasted", says: /^b not-checked: / }
  ] as const)(
    "is told if the batch had not begun shortly before: $status, $origin",
    ({ origin, says, status }) =>
      Effect.gen(function* () {
        yield* send("b", [{ email: "a@x.test", first_name: "Ada" }])
        yield* answer("b", status, { success: [], failure: [] }, origin)
        yield* settled("b", ["1"])
        yield* look(contactWith("1", "a@x.test", { firstName: "Zoe" }, byHour("08:15"), byHour("01:00")))
        yield* reconcileStale()
        assert.match((yield* told).join(), says)
      }).pipe(inMemory)
  )
})
