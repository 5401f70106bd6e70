import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { contactsOf, idOf } from "./account.js"
import { withVirtualTime } from "./support.js"
import { afterOf, answering, contact, looked, page, range, reasonOf, resolved, walked } from "./answering.js"

const odd: ReadonlyArray<readonly [string, (contacts: ReadonlyArray<unknown>) => unknown]> = [
  ["null among them", (contacts) => [null, ...contacts]],
  ["one without an ID", (contacts) => [...contacts, { email: "x@example.test" }]],
  ["one with the ID 0", (contacts) => [...contacts, { id: "0", email: "c1@example.test" }]],
  ["one with a number for its address", (contacts) => [{ id: "9", email: 9 }, ...contacts]],
  [
    "two for one ID",
    (contacts) => [...contacts, { id: "9", email: "a@example.test" }, { id: "9", email: "b@example.test" }]
  ],
  ["a list as an object", (contacts) => ({ ...contacts })]
]

describe("a partly unreadable answer", () => {
  for (const [name, spoil] of odd) {
    it.effect(`is used as far as it can be, and proves no absence: ${name}`, () =>
      Effect.gen(function* () {
        const some = yield* resolved([1, 2, 3], (query) =>
          page(
            spoil(
              [1, 3]
                .map(String)
                .filter((id) => query.getAll("ids[]").includes(id))
                .map(Number)
                .map(contact)
            )
          )
        )
        assert.deepStrictEqual(
          [some.end, some.items],
          ["unreadable", ["1 c1@example.test", "3 c3@example.test"]]
        )
        const { end, ids } = yield* walked((query) =>
          afterOf(query) === 0 ? page(spoil(range(1, 5).map(contact))) : page([], "0")
        )
        assert.deepStrictEqual([end, ids], ["unreadable", range(1, 5)])
        assert.strictEqual(yield* looked(page(spoil([]), "0")), "unreadable")
        assert.strictEqual(yield* looked(page(spoil([contact(1)]), "2")), "1")
      })
    )
  }

  it.effect("does not matter if all requested IDs are readable", () =>
    Effect.gen(function* () {
      const { calls, end, items } = yield* resolved([1, 2], () => page([null, contact(1), contact(2)], "3"))
      assert.deepStrictEqual([end, items.length, calls], ["whole", 2, 1])
    })
  )

  it.effect("leaves the other calls of the same stream alone", () =>
    Effect.gen(function* () {
      const { end, items } = yield* resolved(range(1, 250), (query) => {
        const ids = query.getAll("ids[]").map(Number)
        const shown = ids.filter((id) => id !== 50 && id !== 150).map(contact)
        return page(ids.includes(50) ? [...shown, null] : shown, String(shown.length))
      })
      assert.strictEqual(end, "unreadable")
      assert.strictEqual(items.length, 249)
      assert.include(items, "150 gone")
      assert.include(items, "250 c250@example.test")
    })
  )

  it.effect("leaves the other IDs asked for together alone", () =>
    Effect.gen(function* () {
      const { http } = answering((query) =>
        page([null, ...(query.getAll("ids[]").includes("1") ? [contact(1)] : [])], "2")
      )
      const service = yield* contactsOf(http)
      const results = yield* Effect.forEach(["1", "2"].map(idOf), (id) => Effect.either(service.byId(id)), {
        batching: true
      })
      assert.deepStrictEqual(results.map(reasonOf), ["whole", "unreadable"])
    }).pipe(Effect.scoped, withVirtualTime)
  )
})
