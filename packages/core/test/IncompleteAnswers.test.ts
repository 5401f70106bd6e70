import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck } from "effect"
import { contactsOf, idOf } from "./account.js"
import { withVirtualTime } from "./support.js"
import { afterOf, answering, contact, looked, page, range, reasonOf, resolved, walked } from "./answering.js"

describe("an answer that counts contacts and shows none", () => {
  it.effect("is not the end of a walk: on the first page, or on a later one", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* walked(() => page([], "60")), { end: "withheld", ids: [], calls: 1 })
      const cut = yield* walked((query) =>
        afterOf(query) === 0 ? page(range(1, 20).map(contact), "60") : page([], "40")
      )
      assert.deepStrictEqual(cut, { end: "withheld", ids: range(1, 20), calls: 2 })
    })
  )

  it.effect("ends a walk if its total is missing, zero, not a number, or what was seen", () =>
    Effect.gen(function* () {
      for (const total of [undefined, "0", 0, null, "many", -1, "20", 20, "7"]) {
        const { end, ids } = yield* walked((query) =>
          afterOf(query) === 0 ? page(range(1, 20).map(contact)) : page([], total)
        )
        assert.deepStrictEqual([end, ids], ["whole", range(1, 20)], String(total))
      }
    })
  )

  it.effect("says nothing about an address", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* looked(page([], "5")), "withheld")
      assert.strictEqual(yield* looked(page([], 1)), "withheld")
      assert.strictEqual(yield* looked(page([], "0")), "nobody")
      assert.strictEqual(yield* looked(page([])), "nobody")
      const deleted = { ...contact(1), deleted: "1" }
      assert.strictEqual(yield* looked(page([deleted], "2")), "withheld")
      assert.strictEqual(yield* looked(page([deleted], "1")), "1")
      assert.strictEqual(yield* looked(page([contact(1)], "2")), "1")
    })
  )

  it.effect("leaves IDs neither linked nor gone, and emits those that it shows", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* resolved([1, 2, 3], () => page([], "3")), {
        end: "withheld",
        items: [],
        calls: 1
      })
      const cut = yield* resolved([1, 2, 3], (_query, call) =>
        call === 1 ? page([contact(2)], "3") : page([], "2")
      )
      assert.deepStrictEqual(cut, { end: "withheld", items: ["2 c2@example.test"], calls: 2 })
    })
  )

  it.effect("does not matter if all IDs were shown", () =>
    Effect.gen(function* () {
      const { calls, end } = yield* resolved([1, 2], () => page([contact(1), contact(2)], "60"))
      assert.deepStrictEqual([end, calls], ["whole", 1])
    })
  )

  it.effect("does not make the account empty", () =>
    Effect.gen(function* () {
      for (const [body, expected] of [
        [page([], "60"), "withheld"],
        [page([null], "60"), "unreadable"],
        [page([null, contact(7)], "60"), "unreadable"],
        [page([contact(7)], "60"), "whole"],
        [page([], "0"), "whole"]
      ] as const) {
        const service = yield* contactsOf(answering(() => body).http)
        assert.strictEqual(reasonOf(yield* Effect.either(service.newestId)), expected)
      }
    }).pipe(Effect.scoped, withVirtualTime)
  )

  it.effect("says what it counts, and that nothing was concluded", () =>
    Effect.gen(function* () {
      const service = yield* contactsOf(answering(() => page([], "5")).http)
      const error = yield* Effect.flip(service.findByEmail("c1@example.test"))
      assert.isFalse(error.isTransient)
      assert.strictEqual(
        error.message,
        "GET /contacts?email=c1%40example.test: ActiveCampaign's answer is incomplete: it counts 5 contacts that match and shows none. Nothing was concluded about what it does not show."
      )
    }).pipe(Effect.scoped, withVirtualTime)
  )
})

describe("a page that shows more than it counts", () => {
  it.effect("is followed by another, because its total is wrong", () =>
    Effect.gen(function* () {
      const { end, ids } = yield* walked((query) =>
        page(
          range(1, 60)
            .filter((id) => id > afterOf(query))
            .slice(0, 20)
            .map(contact),
          "0"
        )
      )
      assert.deepStrictEqual([end, ids], ["whole", range(1, 60)])
      const asked = yield* resolved([1, 2, 3], (_query, call) =>
        call === 1 ? page([contact(1)], "0") : page([contact(3)], "1")
      )
      assert.deepStrictEqual(asked.items, ["1 c1@example.test", "2 gone", "3 c3@example.test"])
    })
  )
})

describe("a walk up to a contact that is known to be in the account", () => {
  it.effect("fails if it ends before it, in any way", () =>
    Effect.gen(function* () {
      const upTo = { upTo: idOf("60") }
      assert.strictEqual((yield* walked(() => page([]), upTo)).end, "ended-early")
      const short = yield* walked(() => page(range(1, 20).map(contact), "20"), upTo)
      assert.deepStrictEqual([short.end, short.ids], ["ended-early", range(1, 20)])
      for (const last of [60, 61, 100]) {
        const { end } = yield* walked(() => page([contact(last)], "1"), upTo)
        assert.strictEqual(end, "whole")
      }
      assert.strictEqual((yield* walked(() => page([]), { ...upTo, after: idOf("60") })).end, "whole")
    })
  )
})

describe("for any answers of an account", () => {
  const items = FastCheck.oneof(
    FastCheck.integer({ min: 1, max: 6 }).map(contact),
    FastCheck.constantFrom(null, 5, {}, { id: "0", email: "x@example.test" })
  )
  const bodies = FastCheck.record({
    contacts: FastCheck.array(items, { maxLength: 6 }),
    asObject: FastCheck.boolean(),
    total: FastCheck.constantFrom(undefined, "0", "2", 6, "60", null)
  })

  it("an ID is gone only if the last answer about it is a list without oddities that counts no more", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(FastCheck.array(bodies, { minLength: 1, maxLength: 4 }), async (script) => {
        const answers: Array<(typeof script)[number]> = []
        const { end, items } = await Effect.runPromise(
          resolved(range(1, 6), (query, call) => {
            const next = script[Math.min(call, script.length) - 1]
            assert.isDefined(next)
            if (next === undefined) return {}
            const asked = query.getAll("ids[]")
            const contacts = next.contacts.filter(
              (one) =>
                typeof one !== "object" ||
                one === null ||
                !("id" in one) ||
                one.id === "0" ||
                asked.includes(one.id)
            )
            answers.push({ ...next, contacts })
            return page(next.asObject ? { ...contacts } : contacts, next.total)
          })
        )
        const last = answers.at(-1)
        const isClean =
          last !== undefined &&
          !last.asObject &&
          last.contacts.every(
            (one) => typeof one === "object" && one !== null && "id" in one && one.id !== "0"
          ) &&
          Number(last.total ?? 0) <= last.contacts.length
        if (items.some((one) => one.endsWith("gone"))) assert.isTrue(isClean)
        assert.strictEqual(items.length === 6, end === "whole")
      }),
      { numRuns: 100 }
    ))
})
