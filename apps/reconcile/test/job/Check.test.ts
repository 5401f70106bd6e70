import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { requests } from "effect-activecampaign-simulator/Simulator"
import type { ScenarioInput } from "effect-activecampaign-simulator/Scenario"
import { payload } from "../../src/asSent/Sends.js"
import { nextWaiting } from "../../src/ledger/asSent/Looks.js"
import { Ledger } from "../../src/ledger/Ledger.js"
import * as LocalContacts from "../../src/ledger/load/LocalContacts.js"
import { run, withAccount } from "../support/account.js"
import { inColumns, now, row, select } from "../support/ledger.js"

type Batch = NonNullable<ScenarioInput["batches"]>[number]
type Account = NonNullable<ScenarioInput["account"]>

/** Loads what each batch of a scenario sent, as the body of its request. */
const loadSent = (batches: ReadonlyArray<Batch>) =>
  Effect.forEach(batches, ({ batchId = "", contacts = [] }) =>
    LocalContacts.load(
      { name: `sent in ${batchId}`, rejected: () => 0, sends: () => payload },
      Stream.succeed(
        contacts.map(({ email, sends }) => ({ ...row(email, batchId), ...inColumns({ email, ...sends }) }))
      ),
      now
    )
  )

const calls = (path: string) =>
  Effect.map(requests, (all) => all.filter(({ url }) => decodeURIComponent(url).includes(path)).length)

const dropped = Effect.map(
  select<{
    readonly email: string
    readonly name: string
    readonly comparison: string
    readonly found: string | null
  }>("SELECT email, name, comparison, found FROM dropped_values ORDER BY email, name"),
  (rows) => rows.map(({ comparison, email, found, name }) => `${email} ${name} ${comparison} ${found ?? "-"}`)
)

const glance = Effect.map(
  select<Readonly<Record<string, string | number>>>(
    "SELECT kind || ' ' || name AS member, sent, same, different, absent, cannot_tell, not_checked FROM fields_at_a_glance ORDER BY 1"
  ),
  (rows) => rows.map((one) => Object.values(one).join(" "))
)

const fields: Account["fields"] = [
  { id: "12", title: "Company" },
  { id: "13", title: "Since", type: "date" }
]

/** More contacts than a page has, so that what it ignores shows. */
const ignoring: Account = {
  fields,
  ignoredFilters: ["ids[]"],
  existing: [{ email: "0@x.test" }]
}

const sends = {
  first_name: "Ada",
  fields: [
    { id: 12, value: "ACME" },
    { id: 13, value: "2031-04-02" }
  ],
  tags: ["vip"]
}

const two: ReadonlyArray<Batch> = [
  {
    batchId: "one",
    contacts: [
      { email: "a@x.test", sends },
      {
        email: "b@x.test",
        sends,
        mishaps: [
          { _tag: "FieldDropped", field: "12" },
          { _tag: "DateLost", field: "13" }
        ]
      },
      { email: "c@x.test", sends, becomes: "rejected" }
    ]
  }
]

const asked = { resolve: true, lookup: true, check: { sample: 0 } }

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
        plan: { contacts: 2, again: 0, method: "pages", names: 0, calls: 1, budget: 996, affordable: 2 },
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

  /** More contacts than two pages have, whose last answer had no fields. */
  const many: ReadonlyArray<Batch> = [
    {
      batchId: "one",
      contacts: Array.from({ length: 250 }, (_, at) => ({ email: `c${at}@x.test`, sends }))
    }
  ]
  const unread = Effect.gen(function* () {
    const { sql } = yield* Ledger
    yield* sql`UPDATE contact_looks SET unseen = 'field tag'`
    yield* sql`UPDATE value_counts SET unseen = not_checked + same, not_checked = not_checked + same, same = 0 WHERE member_id IN (SELECT member_id FROM sent_members WHERE kind IN ('field', 'tag'))`
  })

  it.effect("asks again for contacts whose answer lacked something, and goes on if it comes", () =>
    Effect.gen(function* () {
      yield* loadSent(many)
      yield* run({ account: asked })
      yield* unread
      const before = yield* calls("/contacts?")
      const { checked } = yield* run({ account: { check: { sample: 0 } } })
      assert.deepInclude(checked, { looked: 250, left: 0, unseen: 0 })
      assert.strictEqual((yield* calls("/contacts?")) - before, 3)
      assert.include(yield* glance, "field 12 250 250 0 0 0 0")
      assert.isNull((yield* run({ account: { check: { sample: 0 } } })).checked)
    }).pipe(withAccount({ account: { fields }, batches: many }))
  )

  it.effect("asks for one page of them a run, and for no names, if it does not come", () =>
    Effect.gen(function* () {
      yield* loadSent(many)
      yield* run({ account: asked })
      const names = yield* calls("/fields")
      for (const again of ["all", "probe", "probe"] as const) {
        const before = yield* calls("/contacts?")
        const { checked } = yield* run({ account: { check: { sample: 0, again } } })
        assert.deepInclude(checked, { looked: 0, left: 0, unseen: 250, sideloading: "ignored" })
        assert.strictEqual((yield* calls("/contacts?")) - before, 1)
      }
      assert.strictEqual(yield* calls("/fields"), names)
      // Each page is of those asked for longest ago.
      const old = yield* select("SELECT count(*) AS old FROM contact_looks WHERE look_id <= 3")
      assert.deepStrictEqual(old, [{ old: 0 }])
    }).pipe(withAccount({ account: { fields, include: { effect: "ignored" } }, batches: many }))
  )

  for (const as of ["strangers", "half-broken", "cut", "empty"] as const) {
    it.effect(`asks again for contacts of which answers showed only some, as with ${as}`, () =>
      Effect.gen(function* () {
        const folder = yield* Effect.sync(() => mkdtempSync(join(tmpdir(), "check-")))
        const db = join(folder, "ledger.db")
        const withAs = (include: NonNullable<Account["include"]>) =>
          withAccount({ account: { fields, include }, batches: many }, { db })
        const unseen = Effect.map(
          select<{ readonly unseen: number }>("SELECT sum(unseen) AS unseen FROM value_counts"),
          ([row]) => row?.unseen ?? 0
        )
        yield* Effect.gen(function* () {
          yield* loadSent(many)
          yield* run({ account: asked })
          assert.isAbove(yield* unseen, 100)
          // A run asks for one page of them, and for more only if that shows more.
          const before = yield* calls("/contacts?")
          yield* run({ account: asked })
          const made = (yield* calls("/contacts?")) - before
          if (as === "strangers" || as === "empty") assert.strictEqual(made, 1)
          else assert.isAbove(made, 0)
        }).pipe(withAs({ as }))
        yield* Effect.gen(function* () {
          // Its batch has settled by then.
          yield* Effect.sleep("1 hour")
          const { checked } = yield* run({ account: { check: { sample: 0, again: "all" } } })
          assert.deepInclude(checked, { left: 0, unseen: 0 })
          assert.strictEqual(yield* unseen, 0)
          for (const member of ["field 12", "field 13", "first_name ", "tag vip"]) {
            assert.include(yield* glance, `${member} 250 250 0 0 0 0`)
          }
        }).pipe(withAs({}))
        yield* Effect.sync(() => rmSync(folder, { recursive: true }))
      })
    )
  }

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

  for (const include of [{ as: "null" }, { takes: 45_000 }] as const) {
    it.effect(`counts contacts of which only names were compared, with ${JSON.stringify(include)}`, () =>
      Effect.gen(function* () {
        yield* loadSent(many)
        yield* run({ account: { resolve: true, lookup: true } })
        const { checked } = yield* run({ account: { check: { sample: 0, again: "all" } } })
        // Once answers are known to lack the rest, no more pages are asked for.
        assert.deepInclude(checked, { looked: 100, gone: 0, left: 150, unseen: 100 })
        assert.include(yield* glance, "first_name  250 100 0 0 0 150")
      }).pipe(withAccount({ account: { fields, include }, batches: many }))
    )
  }

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

  it.effect("makes no call more than it may, for names either", () =>
    Effect.gen(function* () {
      yield* loadSent(two)
      yield* run({ account: { ...asked, maxCalls: 0 } })
      assert.strictEqual(yield* calls("/fields"), 0)
      yield* run({ account: { ...asked, maxCalls: 1 } })
      assert.strictEqual(yield* calls("/fields"), 0)
      assert.strictEqual(yield* calls("/contacts?"), 1)
      yield* run({ account: { ...asked, maxCalls: 1 } })
      assert.strictEqual(yield* calls("/fields"), 1)
      assert.strictEqual(yield* calls("/tags?"), 0)
    }).pipe(withAccount({ account: { fields }, batches: two }))
  )

  it.effect("makes no call more than it may, however many pages of names there are", () => {
    const many = Array.from({ length: 200 }, (_, at) => ({ id: String(at + 1), title: `Field ${at + 1}` }))
    return Effect.gen(function* () {
      yield* loadSent(two)
      const made = Effect.map(requests, (all) => all.filter(({ url }) => !url.includes("import/info")).length)
      for (const maxCalls of [1, 2, 3, 4, 5]) {
        const before = yield* made
        const { callsForNames } = yield* run({ account: { ...asked, maxCalls } })
        assert.isAtMost((yield* made) - before, maxCalls)
        assert.isAtMost(callsForNames, maxCalls)
      }
      // The page after two full ones is empty.
      const parts = yield* select("SELECT part FROM account_names_read WHERE part = 'fields' AND is_whole")
      assert.deepStrictEqual(parts, [{ part: "fields" }])
    }).pipe(withAccount({ account: { fields: many }, batches: two }))
  })

  it.effect("leaves calls to outcomes before it asks for names, and gets on with as few as one a run", () =>
    Effect.gen(function* () {
      for (const maxCalls of [1, 2, 3, 4]) {
        yield* Effect.gen(function* () {
          yield* loadSent(many)
          const first = yield* run({ account: { ...asked, maxCalls } })
          assert.strictEqual(yield* calls("/contacts?ids[]"), Math.min(3, maxCalls))
          assert.strictEqual(first.resolved?.left === 0, maxCalls >= 3)
          for (let left = 12; left > 0; left -= 1) yield* run({ account: { ...asked, maxCalls } })
          assert.include(yield* glance, "field 12 250 250 0 0 0 0")
          assert.include(yield* glance, "tag vip 250 250 0 0 0 0")
          const parts = yield* select("SELECT part FROM account_names_read WHERE is_whole ORDER BY part")
          assert.deepStrictEqual(
            parts,
            ["exclusions", "fields", "lists", "tags"].map((part) => ({ part }))
          )
        }).pipe(withAccount({ account: { fields }, batches: many }))
      }
    })
  )

  it.effect("spreads reading the names over runs that only compare", () =>
    Effect.gen(function* () {
      yield* loadSent(many)
      yield* run({ account: { resolve: true, lookup: true } })
      const check = { account: { check: { sample: 0, again: "all" as const }, maxCalls: 2 } }
      const first = yield* run(check)
      assert.deepInclude(first.checked, { looked: 0, left: 250 })
      assert.strictEqual(first.callsForNames, 2)
      assert.deepInclude((yield* run(check)).checked, { looked: 200, left: 50 })
      assert.deepInclude((yield* run(check)).checked, { looked: 50, left: 0 })
      assert.include(yield* glance, "field 12 250 250 0 0 0 0")
    }).pipe(withAccount({ account: { fields }, batches: many }))
  )

  it.effect("compares what it can with two calls a run where names cannot be read", () =>
    Effect.gen(function* () {
      yield* loadSent(many)
      yield* run({ account: { resolve: true, lookup: true } })
      for (let left = 5; left > 0; left -= 1) {
        yield* run({ account: { check: { sample: 0, again: "all" }, maxCalls: 2 } })
      }
      assert.include(yield* glance, "field 12 250 250 0 0 0 0")
    }).pipe(
      withAccount({
        account: { fields },
        batches: many,
        faults: [
          { on: { endpoint: "fields" }, fault: { _tag: "WrongShape" } },
          { on: { endpoint: "tags" }, fault: { _tag: "WrongShape" } }
        ]
      })
    )
  )

  it.effect("asks for no names while batches are only followed", () =>
    Effect.gen(function* () {
      yield* loadSent(two)
      yield* run({ once: true, account: asked })
      assert.strictEqual(yield* calls("/fields"), 0)
    }).pipe(withAccount({ account: { fields }, batches: [{ ...two[0], batchId: "one", ends: "never" }] }))
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

  it.effect("looks again, once, at contacts that could not be told for lack of the names of fields", () =>
    Effect.gen(function* () {
      yield* loadSent(two)
      yield* run({ account: asked })
      assert.deepStrictEqual(yield* dropped, ["b@x.test 12 absent -"])
      assert.strictEqual(yield* calls("/contacts?"), 1)
      // A call is made twice, so the names cannot be read in the second run, either.
      yield* run({ account: asked })
      assert.strictEqual(yield* calls("/contacts?"), 1)
      const { checked } = yield* run({ account: asked })
      assert.deepInclude(checked, { looked: 1, left: 0 })
      assert.deepStrictEqual(yield* dropped, ["b@x.test 12 absent -", "b@x.test 13 different 1899-11-30"])
      assert.strictEqual(yield* calls("/contacts?"), 2)
      yield* run({ account: asked })
      assert.strictEqual(yield* calls("/contacts?"), 2)
      assert.strictEqual(yield* calls("/fields"), 5)
    }).pipe(
      withAccount({
        account: { fields },
        batches: two,
        faults: [{ on: { endpoint: "fields", calls: [1, 2, 3, 4] }, fault: { _tag: "WrongShape" } }]
      })
    )
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
      for (const which of ["new", "unseen"] as const) {
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
