import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { AnswerIncomplete, FilterIgnored } from "effect-activecampaign/ContactsError"
import { ContactId } from "effect-activecampaign/ContactId"
import { withAccount } from "../support/account.js"
import { select } from "../support/ledger.js"
import { checkWith, lookedAtNames, pages, sentTo, shown, stepWith } from "./support/steps.js"

const numbers = (count: number) => Array.from({ length: count }, (_, at) => String(at + 1001))

const incomplete = new AnswerIncomplete({
  request: "GET /contacts",
  reason: "unreadable",
  detail: "one contact cannot be read"
})
const ignored = new FilterIgnored({
  request: "GET /contacts",
  filter: "ids[]",
  stranger: ContactId.make("1")
})

/** How many contacts each page was asked for. */
const sizes = (asked: ReadonlyArray<ReadonlyArray<string>>) => asked.map(({ length }) => length)

const sameTags = select<{ readonly same: number }>("SELECT same FROM fields_at_a_glance WHERE kind = 'tag'")

describe("a page of contacts that fails", () => {
  it.effect("is made again in halves of those that it did not show, as long as calls are left", () =>
    Effect.gen(function* () {
      const ids = numbers(3)
      yield* sentTo(ids)
      const [first = "", ...rest] = ids
      for (const [most, halves] of [
        [2, rest.slice(0, 1)],
        [10, rest.slice(1)]
      ] as const) {
        const account = pages((some) => {
          const [one = ""] = some
          const seen = Stream.make(shown(one, "all"))
          return some.length === 1 ? seen : Stream.concat(seen, Stream.fail(incomplete))
        })
        const { problems, step } = yield* stepWith(most, account.contacts)
        const { left } = yield* checkWith(step, { sample: 0 })
        assert.strictEqual(step.calls.left(), most - account.asked.length)
        if (most === 2) {
          assert.deepStrictEqual(account.asked, [[first, ...rest], halves])
          assert.strictEqual(left, 1)
          assert.deepStrictEqual(
            problems.map(({ error }) => error),
            ["AnswerIncomplete"]
          )
        } else assert.deepStrictEqual(account.asked, [halves])
      }
      assert.deepStrictEqual(yield* sameTags, [{ same: 3 }])
    }).pipe(withAccount({}))
  )

  it.effect("is left if it has one contact, however often that was sent", () =>
    Effect.gen(function* () {
      yield* sentTo(["1001"], ["b1", "b2"])
      const account = pages(() => Stream.fail(incomplete))
      const { problems, step } = yield* stepWith(10, account.contacts)
      yield* checkWith(step, { sample: 0 })
      assert.lengthOf(account.asked, 1)
      assert.lengthOf(problems, 1)
    }).pipe(withAccount({}))
  )

  it.effect("shows no account that ignores IDs if a page before did not", () =>
    Effect.gen(function* () {
      yield* sentTo(numbers(102))
      const account = pages((some) =>
        some.length === 2 ? Stream.fail(ignored) : Stream.fromIterable(some.map((id) => shown(id, "all")))
      )
      const { problems, step } = yield* stepWith(10, account.contacts)
      yield* checkWith(step, { sample: 0 })
      assert.deepStrictEqual(sizes(account.asked), [100, 2, 1, 1])
      assert.deepStrictEqual(problems, [])
    }).pipe(withAccount({}))
  )
})

describe("contacts of which only the names were shown", () => {
  const ids = numbers(250)
  const names = (some: ReadonlyArray<string>) => Stream.fromIterable(some.map((id) => shown(id, "names")))
  const checking = (again: "all" | "probe", account: ReturnType<typeof pages>) =>
    Effect.gen(function* () {
      yield* sentTo(ids)
      yield* lookedAtNames(ids)
      const { step } = yield* stepWith(10, account.contacts)
      return yield* checkWith(step, { sample: 0, again })
    }).pipe(withAccount({}))

  it.effect("are all asked for once if that is wanted and answers may have the rest", () =>
    Effect.gen(function* () {
      const account = pages(names)
      const { plan } = yield* checking("all", account)
      assert.deepStrictEqual(sizes(account.asked), [100, 100, 50])
      assert.strictEqual(new Set(account.asked.flat()).size, 250)
      assert.deepInclude(plan, { contacts: 250, again: 250, calls: 3 })
    })
  )

  it.effect("are asked for by one page if answers leave out a part, although all are wanted", () =>
    Effect.gen(function* () {
      const account = pages(names, "without-lists")
      yield* checking("all", account)
      assert.deepStrictEqual(sizes(account.asked), [100])
    })
  )

  it.effect("are asked for by one page in a run, which is all that is planned", () =>
    Effect.gen(function* () {
      const account = pages(names)
      const { plan } = yield* checking("probe", account)
      assert.deepStrictEqual(sizes(account.asked), [100])
      assert.deepInclude(plan, { contacts: 100, again: 100, calls: 1 })
    })
  )

  it.effect("are asked for in a run until a page shows no more", () =>
    Effect.gen(function* () {
      const account = pages((some) =>
        account.asked.length === 1 ? Stream.fromIterable(some.map((id) => shown(id, "all"))) : names(some)
      )
      yield* checking("probe", account)
      assert.deepStrictEqual(sizes(account.asked), [100, 100])
    })
  )
})

describe("a sample of contacts", () => {
  const byItself = (asked: Array<string>) => (id: ContactId) => {
    asked.push(String(id))
    return Effect.succeed(shown(String(id), "all"))
  }

  it.effect("is asked for one by one, two calls each, as far as calls last", () =>
    Effect.gen(function* () {
      yield* sentTo(numbers(4))
      const asked: Array<string> = []
      const account = pages(() => Stream.fail(ignored))
      const { step } = yield* stepWith(6, { ...account.contacts, detailsByItself: byItself(asked) })
      yield* checkWith(step, { sample: 3 })
      assert.lengthOf(account.asked, 1)
      assert.lengthOf(asked, 2)
      assert.strictEqual(step.calls.left(), 1)
    }).pipe(withAccount({}))
  )

  it.effect("is of those of which a page did not show all, even where pages do show all of others", () =>
    Effect.gen(function* () {
      const ids = numbers(2)
      yield* sentTo(ids)
      const asked: Array<string> = []
      const account = pages((some) =>
        Stream.fromIterable(some.map((id) => shown(id, id === ids[0] ? "all" : "names")))
      )
      const { step } = yield* stepWith(10, { ...account.contacts, detailsByItself: byItself(asked) })
      const { unseen } = yield* checkWith(step, { sample: 5 })
      assert.deepStrictEqual(asked, ids.slice(1))
      assert.strictEqual(unseen, 0)
      assert.deepStrictEqual(yield* sameTags, [{ same: 2 }])
    }).pipe(withAccount({}))
  )

  it.effect("of no contacts is not announced", () =>
    Effect.gen(function* () {
      yield* sentTo(["1001"])
      const account = pages((some) => Stream.fromIterable(some.map((id) => shown(id, "all"))))
      for (const planned of [1, 0]) {
        const { events, step } = yield* stepWith(10, account.contacts)
        yield* checkWith(step, { sample: 5 })
        assert.lengthOf(
          events.filter(({ _tag }) => _tag === "CheckPlanned"),
          planned
        )
      }
    }).pipe(withAccount({}))
  )
})
