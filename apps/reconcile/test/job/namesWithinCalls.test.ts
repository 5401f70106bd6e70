import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { requests } from "effect-activecampaign-simulator/Simulator"
import * as Names from "../../src/job/Names.js"
import * as AccountNames from "../../src/ledger/asSent/AccountNames.js"
import { withAccount } from "../support/account.js"
import { now, select } from "../support/ledger.js"
import { lookedAtNames, sentTo, stepWith } from "./support/steps.js"

const account = (fields: number) =>
  withAccount({
    account: {
      fields: Array.from({ length: fields }, (_, at) => ({ id: String(at + 1), title: `Field ${at + 1}` }))
    }
  })

/** The names of an account, for a step that may make so many calls. */
const namesFor = (most: number, lasts?: number) =>
  Effect.gen(function* () {
    const { step } = yield* stepWith(most, {}, lasts)
    let begun = 0
    const stepOf = Effect.sync(() => {
      begun += 1
      return step
    })
    return { step, names: Names.make(stepOf, step.calls.left), begun: () => begun }
  })

const made = Effect.map(requests, (all) => all.map(({ url }) => url.replace(/^.*\/(\w+)\?.*$/, "$1")))

const whole = Effect.map(
  select<{ readonly part: string }>("SELECT part FROM account_names_read WHERE is_whole ORDER BY part"),
  (rows) => rows.map(({ part }) => part)
)

const all = ["exclusions", "fields", "lists", "tags"]

describe("before outcomes, the names of an account", () => {
  it.effect.each<readonly [most: number, others: number | undefined, spent: number]>([
    // All four parts beside the calls to come, or none.
    [14, 10, 4],
    [13, 10, 0],
    // They may take a tenth of the calls also where the others would take more than there are.
    [40, 1000, 4],
    [39, 1000, 0],
    [40, undefined, 4],
    [20, undefined, 0]
  ])("of %s calls, with %s to come, take %s", ([most, others, spent]) =>
    Effect.gen(function* () {
      const { names, step } = yield* namesFor(most)
      yield* names.beforeOutcomes(others)
      assert.strictEqual(names.spent(), spent)
      assert.strictEqual(step.calls.left(), most - spent)
      assert.lengthOf(yield* made, spent)
      assert.deepStrictEqual(yield* whole, spent === 0 ? [] : all)
    }).pipe(account(2))
  )

  it.effect(
    "keep the calls of others however many they turn out to be, and the rest is read at the end",
    () =>
      Effect.gen(function* () {
        yield* sentTo(["1001"])
        yield* lookedAtNames(["1001"])
        const { names, step } = yield* namesFor(50)
        yield* names.beforeOutcomes(46)
        // A tenth is three pages of fields, one of tags and one of lists.
        assert.strictEqual(step.calls.left(), 45)
        assert.deepStrictEqual(yield* whole, ["fields", "lists", "tags"])
        yield* names.atTheEnd
        assert.deepStrictEqual(yield* whole, all)
        assert.strictEqual(names.spent(), 6)
      }).pipe(account(250))
  )

  it.effect("are left alone once there is no time", () =>
    Effect.gen(function* () {
      const { names } = yield* namesFor(50, 0)
      yield* names.beforeOutcomes(0)
      assert.deepStrictEqual(yield* made, [])
      assert.deepStrictEqual(yield* select("SELECT * FROM account_names_read"), [])
    }).pipe(account(2))
  )
})

describe("before contacts are compared, the names of an account", () => {
  it.effect("are read one and all if calls are plenty, and leave those that comparing takes", () =>
    Effect.gen(function* () {
      const { names, step } = yield* namesFor(9)
      yield* names.beforeComparing(5)
      assert.deepStrictEqual(yield* whole, ["fields", "tags"])
      assert.strictEqual(step.calls.left(), 5)
    }).pipe(account(250))
  )

  it.effect("are read one and all if calls are just enough", () =>
    Effect.gen(function* () {
      const { names, step } = yield* namesFor(9)
      yield* names.beforeComparing(5)
      assert.deepStrictEqual(yield* whole, all)
      assert.strictEqual(step.calls.left(), 5)
    }).pipe(account(2))
  )

  it.effect("are only those that values need if calls are short", () =>
    Effect.gen(function* () {
      const { names } = yield* namesFor(3)
      yield* names.beforeComparing(5)
      assert.deepStrictEqual(yield* whole, ["fields", "tags"])
    }).pipe(account(2))
  )

  const field = (id: number) => ({
    id: String(id),
    title: `Field ${id}`,
    type: Option.none(),
    perstag: Option.none(),
    options: Option.none()
  })
  const known = (count: number) =>
    AccountNames.replaceFields(
      Array.from({ length: count }, (_, at) => field(at + 1)),
      { readAt: now, isWhole: false }
    )

  it.effect(
    "leave a call to compare if they could not be read before, and are not whole if that cuts them",
    () =>
      Effect.gen(function* () {
        yield* known(2)
        yield* AccountNames.replaceTags([], { readAt: now, isWhole: true })
        const { names, step } = yield* namesFor(2)
        yield* names.beforeComparing(5)
        assert.strictEqual(step.calls.left(), 1)
        assert.deepStrictEqual(yield* made, ["fields"])
        assert.deepStrictEqual(yield* whole, ["tags"])
        // What was read of them is kept.
        assert.deepStrictEqual(yield* select("SELECT count(*) AS number FROM account_fields"), [
          { number: 100 }
        ])
      }).pipe(account(250))
  )

  it.effect("are not begun if they are known to have more pages than calls are left", () =>
    Effect.gen(function* () {
      yield* known(210)
      const { names } = yield* namesFor(3)
      yield* names.beforeComparing(5)
      // Three pages of fields and a call to compare are one too many.
      assert.deepStrictEqual(yield* made, ["tags"])
    }).pipe(account(250))
  )
})

describe("at the end of a run, the names of an account", () => {
  it.effect("begin no step without a call", () =>
    Effect.gen(function* () {
      yield* sentTo(["1001"])
      yield* lookedAtNames(["1001"])
      const { begun, names } = yield* namesFor(0)
      yield* names.atTheEnd
      assert.strictEqual(begun(), 0)
      assert.deepStrictEqual(yield* made, [])
    }).pipe(account(2))
  )

  it.effect("are read only if a contact was compared, and only those that no run has asked for", () =>
    Effect.gen(function* () {
      const { names } = yield* namesFor(10)
      yield* names.atTheEnd
      assert.deepStrictEqual(yield* made, [])
      yield* sentTo(["1001"])
      yield* lookedAtNames(["1001"])
      yield* AccountNames.replaceTags([], { readAt: now, isWhole: false })
      yield* names.atTheEnd
      assert.deepStrictEqual(yield* made, ["fields", "lists", "exclusions"])
    }).pipe(account(2))
  )
})
