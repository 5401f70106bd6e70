import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { nextWaiting } from "../../src/ledger/asSent/Wanted.js"
import { Ledger } from "../../src/ledger/Ledger.js"
import * as LocalContacts from "../../src/ledger/load/LocalContacts.js"
import { run, withAccount } from "../support/account.js"
import { now, row, select } from "../support/ledger.js"
import {
  type Account,
  asked,
  type Batch,
  calls,
  dropped,
  fields,
  glance,
  loadSent,
  many,
  two
} from "./support/checks.js"

/** More contacts than a page has, so that what it ignores shows. */
const ignoring: Account = {
  fields,
  ignoredFilters: ["ids[]"],
  existing: [{ email: "0@x.test" }]
}

/** What is told of the contacts of `two`. `tag`: how many tags are the same, and so on. */
const areCompared = ({ tag }: { readonly tag: string }) =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* dropped, ["b@x.test 12 absent -", "b@x.test 13 different 1899-11-30"])
    assert.deepStrictEqual(yield* glance, [
      "field 12 3 1 0 1 0 1",
      "field 13 3 1 1 0 0 1",
      "first_name  3 2 0 0 0 1",
      `tag vip 3 ${tag}`
    ])
  })

describe("comparing what was sent", () => {
  it.effect("happens in the calls that resolve the IDs", () =>
    Effect.gen(function* () {
      yield* loadSent(two)
      const report = yield* run({ account: asked })
      assert.deepStrictEqual(report.problems, [])
      yield* areCompared({ tag: "2 0 0 0 1" })
      assert.strictEqual(yield* calls("/contacts?ids[]"), 1)
      assert.isNull(report.checked)
      yield* run({ account: asked })
      assert.strictEqual(yield* calls("/contacts?"), 1)
    }).pipe(withAccount({ account: { fields }, batches: two }))
  )

  it.effect(
    "takes no more calls for 10,000 contacts with 12 fields than resolving alone",
    () => {
      const names = Array.from({ length: 12 }, (_, at) => ({ id: String(at + 1), title: `Field ${at + 1}` }))
      const batches = Array.from({ length: 40 }, (_, batch) => ({
        batchId: `batch-${batch}`,
        contacts: Array.from({ length: 250 }, (_, at) => ({
          email: `c${at}@b${batch}.x.test`,
          sends: { fields: names.map(({ id }) => ({ id, value: `value ${id} of ${at}` })) }
        }))
      }))
      const callsWith = (check: { readonly sample: number } | undefined) =>
        Effect.gen(function* () {
          yield* loadSent(batches)
          yield* run({ account: { resolve: true, lookup: false, check } })
          return {
            contacts: yield* calls("/contacts?"),
            names: (yield* calls("/fields")) + (yield* calls("/tags?")) + (yield* calls("/lists")),
            same: yield* select("SELECT sum(same) AS same FROM fields_at_a_glance")
          }
        }).pipe(withAccount({ account: { fields: names }, batches }))
      return Effect.gen(function* () {
        const without = yield* callsWith(undefined)
        assert.deepStrictEqual(without, { contacts: 100, names: 0, same: [{ same: 0 }] })
        assert.deepStrictEqual(yield* callsWith({ sample: 0 }), {
          contacts: 100,
          names: 4,
          same: [{ same: 120_000 }]
        })
      })
    },
    60_000
  )

  it.effect("looks at known contacts 100 a call, and only at those not seen since their batch settled", () =>
    Effect.gen(function* () {
      yield* loadSent(two)
      yield* run({ account: { resolve: true, lookup: true } })
      assert.deepStrictEqual(yield* dropped, [])
      const { checked } = yield* run({ account: { check: { sample: 0 } } })
      assert.deepStrictEqual(checked, {
        plan: { contacts: 2, again: 0, method: "pages", names: 4, calls: 5, budget: 1000, affordable: 2 },
        looked: 2,
        gone: 0,
        left: 0,
        unseen: 0,
        sideloading: "served"
      })
      assert.deepStrictEqual(yield* dropped, ["b@x.test 12 absent -", "b@x.test 13 different 1899-11-30"])
      assert.isNull((yield* run({ account: { check: { sample: 0 } } })).checked)
    }).pipe(withAccount({ account: { fields }, batches: two }))
  )

  it.effect(
    "cannot tell without fields in the answers, says so, and asks for a sample one by one if it may",
    () =>
      Effect.gen(function* () {
        yield* loadSent(two)
        const first = yield* run({ account: { resolve: true, lookup: true, check: { sample: 0 } } })
        assert.deepInclude(first.checked, { left: 0, sideloading: "ignored" })
        assert.deepStrictEqual(yield* glance, [
          "field 12 3 0 0 0 0 3",
          "field 13 3 0 0 0 0 3",
          "first_name  3 2 0 0 0 1",
          "tag vip 3 0 0 0 0 3"
        ])
        const { checked } = yield* run({ account: { check: { sample: 5 } } })
        assert.deepInclude(checked, { looked: 2, left: 0, sideloading: "ignored" })
        assert.deepStrictEqual(yield* dropped, ["b@x.test 12 absent -", "b@x.test 13 different 1899-11-30"])
      }).pipe(withAccount({ account: { fields, include: { effect: "ignored" } }, batches: two }))
  )

  const refusing: Account = { fields, include: { effect: "refused" } }

  it.effect("compares names where `include` is refused, and a sample one by one", () =>
    Effect.gen(function* () {
      yield* loadSent(two)
      yield* run({ account: { resolve: true, lookup: true } })
      const { checked, problems } = yield* run({ account: { check: { sample: 1 } } })
      assert.deepStrictEqual(problems, [])
      assert.deepInclude(checked, { looked: 2, left: 0, unseen: 1, sideloading: "refused" })
      assert.include(yield* glance, "first_name  3 2 0 0 0 1")
      assert.strictEqual(yield* calls("/contacts/"), 2)
    }).pipe(withAccount({ account: refusing, batches: two }))
  )

  it.effect("asks at most four times, for two minutes, where `include` takes too long", () =>
    Effect.gen(function* () {
      yield* loadSent(two)
      const began = yield* Clock.currentTimeMillis
      yield* run({ account: asked })
      const asIf = (yield* Clock.currentTimeMillis) - began
      assert.isAtMost(asIf, 2 * 60_000 + 10_000)
      assert.isAtMost(yield* calls("/contacts?ids[]"), 4)
      assert.include(yield* glance, "first_name  3 2 0 0 0 1")
    }).pipe(withAccount({ account: { fields, include: { takes: 45_000 } }, batches: two }))
  )

  it.effect("counts contacts that were compared while IDs were resolved, too", () =>
    Effect.gen(function* () {
      yield* loadSent(two)
      // The names of fields, and a page that is asked for with all parts, with fewer, and with none.
      const { checked } = yield* run({ account: { ...asked, maxCalls: 3 } })
      assert.deepInclude(checked, { looked: 2, left: 0, sideloading: "refused" })
    }).pipe(withAccount({ account: { fields, include: { effect: "refused" } }, batches: two }))
  )

  it.effect("counts them beside those that are compared after that", () =>
    Effect.gen(function* () {
      yield* LocalContacts.load(
        { name: "crm", rejected: () => 0 },
        Stream.succeed([row("c0@x.test", "one")]),
        now
      )
      yield* run({ account: { resolve: true, maxCalls: 1 } })
      yield* loadSent(many)
      const { checked, resolved } = yield* run({ account: asked })
      assert.isAbove(resolved?.linked ?? 0, 100)
      assert.deepInclude(checked, { looked: 250, left: 0 })
    }).pipe(withAccount({ account: { fields }, batches: many }))
  )

  it.effect("believes no list that is empty for a page, and a contact that is asked for by itself", () =>
    Effect.gen(function* () {
      yield* loadSent(two)
      yield* run({ account: asked })
      assert.deepStrictEqual(yield* dropped, [])
      const { checked } = yield* run({ account: { check: { sample: 5, again: "all" } } })
      assert.deepInclude(checked, { unseen: 0 })
      yield* areCompared({ tag: "2 0 0 0 1" })
    }).pipe(withAccount({ account: { fields, include: { as: "empty" } }, batches: two }))
  )

  it.effect("counts contacts that are not in the account when it is asked for them", () =>
    Effect.gen(function* () {
      yield* loadSent(two)
      yield* run({ account: { resolve: true, lookup: true } })
      // Nobody has this ID.
      const { sql } = yield* Ledger
      yield* sql`UPDATE verdicts SET contact_id = '987654' WHERE contact_id IS NOT NULL
        AND address_id = (SELECT address_id FROM addresses WHERE email_key = 'a@x.test')`
      const { checked } = yield* run({ account: { check: { sample: 0 } } })
      assert.deepInclude(checked, { looked: 1, gone: 1 })
    }).pipe(withAccount({ account: { fields }, batches: two }))
  )

  it.effect("makes a call that fails again in halves", () =>
    Effect.gen(function* () {
      yield* loadSent(two)
      yield* run({ account: { resolve: true, lookup: true } })
      const { checked, problems } = yield* run({ account: { check: { sample: 0 } } })
      assert.deepInclude(checked, { looked: 2, left: 0 })
      assert.deepStrictEqual(problems, [])
    }).pipe(
      withAccount({
        account: { fields },
        batches: two,
        faults: [{ on: { endpoint: "contacts", calls: [2, 3] }, fault: { _tag: "WrongShape" } }]
      })
    )
  )

  it.effect("compares fields of contacts that are resolved one by one, in the same calls", () =>
    Effect.gen(function* () {
      yield* loadSent(two)
      const report = yield* run({ account: asked })
      assert.deepStrictEqual(report.problems, [])
      // The tags take another call.
      yield* areCompared({ tag: "0 0 0 0 3" })
      assert.strictEqual(yield* calls("/contacts/"), 2)
    }).pipe(withAccount({ account: ignoring, batches: two }))
  )

  it.effect("keeps what one answer showed if a later one shows less", () => {
    const silent: Batch = { batchId: "two", contacts: [{ email: "d@x.test", becomes: "silent" }] }
    return Effect.gen(function* () {
      yield* loadSent([...two, silent])
      const report = yield* run({ account: asked })
      assert.deepInclude(report.lookedUp?.plan, { method: "walk" })
      assert.deepStrictEqual(yield* dropped, ["b@x.test 12 absent -", "b@x.test 13 different 1899-11-30"])
    }).pipe(
      withAccount({
        account: { ...ignoring, ignoredFilters: ["ids[]", "email"], include: { effect: "ignored" } },
        batches: [...two, silent]
      })
    )
  })

  it.effect("asks for no halves of a page if the account ignores who is asked for", () =>
    Effect.gen(function* () {
      yield* loadSent(two)
      yield* run({ account: { resolve: true, lookup: true } })
      const before = yield* calls("/contacts")
      const first = yield* run({ account: { check: { sample: 0 } } })
      assert.deepInclude(first.checked, { looked: 0, left: 2 })
      assert.deepStrictEqual(
        first.problems.map((problem) => ("step" in problem ? [problem.step, problem.error] : [])),
        [["check", "FilterIgnored"]]
      )
      // With `include`, with less of it, and without.
      assert.strictEqual((yield* calls("/contacts")) - before, 3)
      const { checked } = yield* run({ account: { check: { sample: 5 } } })
      assert.deepInclude(checked, { looked: 2, left: 0 })
      assert.deepStrictEqual(yield* dropped, ["b@x.test 12 absent -", "b@x.test 13 different 1899-11-30"])
    }).pipe(withAccount({ account: ignoring, batches: two }))
  )

  it.effect("records whose IDs they are and what they hold both or neither", () =>
    Effect.gen(function* () {
      yield* loadSent(two)
      const state = select(
        "SELECT (SELECT count(*) FROM id_links) AS links, (SELECT count(*) FROM contact_looks) AS looks"
      )
      const { sql } = yield* Ledger
      yield* sql`CREATE TEMP TRIGGER killed BEFORE INSERT ON contact_looks BEGIN SELECT RAISE(ABORT, 'killed'); END`
      assert.strictEqual((yield* Effect.flip(run({ account: asked })))._tag, "LedgerError")
      assert.deepStrictEqual(yield* state, [{ links: 0, looks: 0 }])
      yield* sql`DROP TRIGGER killed`
      yield* run({ account: asked })
      assert.deepStrictEqual(yield* state, [{ links: 2, looks: 2 }])
    }).pipe(withAccount({ account: { fields }, batches: two }))
  )

  it.effect("asks nothing more if nothing was declared", () =>
    Effect.gen(function* () {
      yield* LocalContacts.load(
        { name: "crm", rejected: () => 0 },
        Stream.succeed([row("a@x.test", "one"), row("b@x.test", "one")]),
        now
      )
      yield* run({ account: asked })
      assert.strictEqual(yield* calls("include"), 0)
      assert.strictEqual(yield* calls("/fields"), 0)
    }).pipe(withAccount({ account: { fields }, batches: two }))
  )

  it.effect("reads the contacts to look at in the order of a key, however many there are", () =>
    Effect.gen(function* () {
      for (const which of ["new", "named", "unseen"] as const) {
        const plan = yield* select<{ readonly detail: string }>(
          `EXPLAIN QUERY PLAN ${nextWaiting(which).replaceAll("?", "1")}`
        )
        const steps = plan.map(({ detail }) => detail).join("\n")
        assert.match(steps, /SEARCH v USING (?:PRIMARY KEY|INDEX sqlite_autoindex_verdicts_1) \(\(?batch/)
        assert.notInclude(steps, "FOR ORDER BY")
      }
    }).pipe(withAccount({}))
  )
})
