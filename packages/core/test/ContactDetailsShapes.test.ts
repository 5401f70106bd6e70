import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, FastCheck } from "effect"
import { idOf } from "./account.js"
import { contact, range, json, served, running, read, values, tags, lists } from "./contactDetails.js"

describe("one contact by itself", () => {
  const answer = (url: URL) =>
    url.pathname.endsWith("/contactTags")
      ? json({ contactTags: served.contactTags })
      : url.pathname.endsWith("/contacts/1")
        ? json({ contact: served.contacts[0], fieldValues: served.fieldValues, contactLists: [] })
        : json({ message: "No Result found for Subscriber with id 5" }, 404)

  it.effect("is one call for its fields and lists, and a second one for its tags", () =>
    Effect.gen(function* () {
      const without = yield* running(answer, (service) => service.detailsByItself(idOf("1")))
      const one = Either.getOrThrow(without.result)
      assert(one._tag === "Detailed")
      assert.deepStrictEqual(
        [values(one.details), tags(one.details), lists(one.details)],
        ["all: 12=Acme 13=||a||b||", "not sideloaded", "all: "]
      )
      assert.deepStrictEqual(without.calls, ["/contacts/1"])
      const tagged = yield* running(answer, (service) => service.detailsByItself(idOf("1"), { tags: true }))
      const whole = Either.getOrThrow(tagged.result)
      assert(whole._tag === "Detailed")
      assert.strictEqual(tags(whole.details), "all: 7=? 8=?")
      assert.deepStrictEqual(tagged.calls, ["/contacts/1", "/contacts/1/contactTags?limit=100"])
    })
  )

  it.effect("is gone if the account does not have it", () =>
    Effect.map(
      running(answer, (service) => service.detailsByItself(idOf("5"), { tags: true })),
      ({ calls, result }) =>
        assert.deepStrictEqual([Either.getOrThrow(result)._tag, calls.length], ["Gone", 1])
    )
  )

  it.effect.each([20, 100])("may have more tags than a list of exactly one page shows, of %s", (length) =>
    Effect.gen(function* () {
      const page = range(1, length).map((tag) => ({ contact: "1", tag }))
      const { result } = yield* running(
        (url) => (url.pathname.endsWith("/contactTags") ? json({ contactTags: page }) : answer(url)),
        (service) => service.detailsByItself(idOf("1"), { tags: true })
      )
      const one = Either.getOrThrow(result)
      assert(one._tag === "Detailed" && one.details.tags._tag === "Incomplete")
      assert.strictEqual(one.details.tags.why, "withheld")
    })
  )
})

describe("for any JSON in place of the lists", () => {
  const id = FastCheck.constantFrom<unknown>("1", 1, "2", "3", "0", "", null, 1.5, {})
  const value = FastCheck.oneof(FastCheck.constantFrom<unknown>("a", "b", 7, null), FastCheck.jsonValue())
  const rowOf = (about: string, says: string) =>
    FastCheck.record({ contact: id, [about]: id, [says]: value, id: FastCheck.nat(9) }, { requiredKeys: [] })
  const listOf = (about: string, says: string) => {
    const rows = FastCheck.array(FastCheck.oneof(rowOf(about, says), FastCheck.jsonValue()), { maxLength: 5 })
    return FastCheck.oneof(
      { weight: 4, arbitrary: rows },
      rows.map((items) => ({ ...items })),
      FastCheck.jsonValue(),
      FastCheck.constant(undefined)
    )
  }
  const answers = FastCheck.record({
    fieldValues: listOf("field", "value"),
    contactTags: listOf("tag", "cdate"),
    tags: listOf("x", "tag"),
    contactLists: listOf("list", "status")
  })

  /** What an answer plainly says: rows in a list, all of them readable, of the contacts of the page. */
  const plainValues = (list: unknown, contact: string): string | undefined => {
    if (!Array.isArray(list)) return undefined
    const said = new Map<string, string>()
    for (const row of list) {
      if (typeof row !== "object" || row === null) return undefined
      const { contact: whose, field, value } = row
      if (!["1", "2"].includes(String(whose)) || !/^[1-9]$/.test(String(field))) return undefined
      if (typeof value !== "string" && value !== null && !Number.isSafeInteger(value)) return undefined
      if (String(whose) !== contact) continue
      const text = value === null ? "" : String(value)
      if ((said.get(String(field)) ?? text) !== text) return undefined
      said.set(String(field), text)
    }
    return `all: ${[...said].map(([field, text]) => `${field}=${text}`).join(" ")}`
  }

  it("every contact survives, and a part is complete only if every row of the list is plain", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(answers, async (changes) => {
        const details = await Effect.runPromise(read({ ...changes, contacts: [contact(1), contact(2)] }))
        for (const [index, one] of details.entries()) {
          const { fieldValues } = one
          const expected = plainValues(changes.fieldValues, String(index + 1))
          const isEmpty = Array.isArray(changes.fieldValues) && changes.fieldValues.length === 0
          if (isEmpty) assert.strictEqual(values(one), "some (empty): ")
          else if (fieldValues._tag === "Complete") {
            // Rows of the other contact may be unreadable: they say nothing about this one.
            if (expected !== undefined) assert.strictEqual(values(one), expected)
          } else assert.isUndefined(expected)
          if (changes.fieldValues === undefined || changes.fieldValues === null) {
            assert.strictEqual(fieldValues._tag, "NotSideloaded")
          } else assert.notStrictEqual(fieldValues._tag, "NotSideloaded")
          // No value is made up: each is in the answer, as text or as a number.
          const said = Array.isArray(changes.fieldValues)
            ? changes.fieldValues
            : Object.values(Object(changes.fieldValues ?? {}))
          for (const { field, value } of fieldValues._tag === "NotSideloaded" ? [] : fieldValues.rows) {
            assert.isTrue(
              said.some(
                (row: unknown) =>
                  typeof row === "object" &&
                  row !== null &&
                  "contact" in row &&
                  String(row.contact) === String(index + 1) &&
                  "field" in row &&
                  String(row.field) === field &&
                  "value" in row &&
                  (row.value === null ? "" : String(row.value)) === value
              ),
              `${field}=${value}`
            )
          }
        }
      }),
      { numRuns: 300 }
    ))
})
