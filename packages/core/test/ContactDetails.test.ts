import { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Either, FastCheck, Option, Stream } from "effect"
import type { ContactDetails, Contacts } from "effect-activecampaign"
import { contactsOf, idOf } from "./account.js"
import { type Reply, respond, withVirtualTime } from "./support.js"

const include = "fieldValues,contactTags.tag,contactLists"
const contact = (id: number) => ({
  id: String(id),
  email: `c${id}@example.test`,
  udate: "2031-04-02T08:15:00Z"
})
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)
const json = (body: unknown, status = 200): Reply => ({ status, body: JSON.stringify(body) })

const served = {
  contacts: [
    { ...contact(1), firstName: "Ada", lastName: "", phone: 555, orgname: null, fieldValues: ["31", "32"] },
    contact(2)
  ],
  fieldValues: [
    { id: "31", contact: "1", field: "12", value: "Acme" },
    { id: "32", contact: 1, field: 13, value: "||a||b||" }
  ],
  contactTags: [
    { id: "41", contact: "1", tag: "7" },
    { id: "42", contact: "1", tag: "8" }
  ],
  tags: [{ id: "7", tag: "vip" }],
  contactLists: [{ id: "51", contact: "2", list: "3", status: "2" }],
  meta: { total: "2" }
}

/** An account that answers each call with what the test says. */
const answering = (answer: (url: URL, call: number) => Reply) => {
  const calls: Array<string> = []
  const http = HttpClient.make((request, url) =>
    Effect.sync(() => {
      calls.push(url.href.split("/api/3")[1] ?? "")
      return respond(request, answer(url, calls.length))
    })
  )
  return { calls, http }
}

const running = <A, E>(
  answer: (url: URL, call: number) => Reply,
  run: (service: Contacts.Service) => Effect.Effect<A, E>
) => {
  const { calls, http } = answering(answer)
  return contactsOf(http).pipe(
    Effect.flatMap((service) => Effect.zip(Effect.either(run(service)), service.sideloading)),
    Effect.map(([result, sideloading]) => ({ result, sideloading, calls })),
    Effect.scoped,
    withVirtualTime
  )
}

const detailsOf = (ids: ReadonlyArray<number>) => (service: Contacts.Service) =>
  Effect.map(
    Stream.runCollect(service.details(Stream.fromIterable(ids.map((id) => idOf(String(id)))))),
    Chunk.toReadonlyArray
  )

/** The details of contacts 1 and 2 in an answer that differs from `served` by this. */
const read = (changes: object) =>
  Effect.map(
    running(() => json({ ...served, ...changes }), detailsOf([1, 2])),
    ({ result }) => {
      const [first, second] = Either.getOrThrow(result)
      assert(first?._tag === "Detailed" && second?._tag === "Detailed")
      assert.deepStrictEqual([String(first.id), first.contact.email], ["1", "c1@example.test"])
      assert.deepStrictEqual([String(second.id), second.contact.email], ["2", "c2@example.test"])
      return [first.details, second.details] as const
    }
  )

/** A part as one line. */
const shown = <Row>(part: ContactDetails.Part<Row>, word: (row: Row) => string) => {
  if (part._tag === "NotSideloaded") return "not sideloaded"
  const rows = part.rows.map(word).join(" ")
  return part._tag === "Complete" ? `all: ${rows}` : `some (${part.why}): ${rows}`
}
const values = ({ fieldValues }: ContactDetails.ContactDetails) =>
  shown(fieldValues, ({ field, value }) => `${field}=${value}`)
const tags = (details: ContactDetails.ContactDetails) =>
  shown(details.tags, ({ name, tag }) => `${tag}=${Option.getOrElse(name, () => "?")}`)
const lists = (details: ContactDetails.ContactDetails) =>
  shown(details.lists, ({ list, status }) => `${list}=${status}`)

describe("the details of contacts", () => {
  it.effect("come with the same calls as their addresses", () =>
    Effect.gen(function* () {
      const { calls, result, sideloading } = yield* running(() => json(served), detailsOf([1, 2]))
      assert.deepStrictEqual(calls, [
        `/contacts?ids%5B%5D=1&ids%5B%5D=2&orders%5Bid%5D=ASC&limit=100&status=-1&include=${encodeURIComponent(include)}`
      ])
      assert.strictEqual(sideloading, "served")
      const [first] = Either.getOrThrow(result)
      assert(first?._tag === "Detailed")
      assert.deepStrictEqual(
        [first.details.firstName, first.details.lastName, first.details.phone, first.details.organization],
        [Option.some("Ada"), Option.some(""), Option.some("555"), Option.none()]
      )
      assert.isTrue(Option.isSome(first.contact.udate))
    })
  )

  it.effect("are the values, tags and lists that the answer has for each contact", () =>
    Effect.map(read({}), ([first, second]) => {
      assert.deepStrictEqual(
        [values(first), tags(first), lists(first)],
        ["all: 12=Acme 13=||a||b||", "all: 7=vip 8=?", "all: "]
      )
      assert.deepStrictEqual([values(second), tags(second), lists(second)], ["all: ", "all: ", "all: 3=2"])
    })
  )

  it.effect("are not known where the answer has no list, and empty where it has an empty one", () =>
    Effect.gen(function* () {
      const [first] = yield* read({ fieldValues: undefined, contactTags: null, contactLists: [] })
      assert.deepStrictEqual(
        [values(first), tags(first), lists(first)],
        ["not sideloaded", "not sideloaded", "all: "]
      )
    })
  )

  const row = { contact: "1", field: "12", value: "Acme" }
  const whole = { contacts: [contact(1), contact(2)] }
  it.effect.each([
    ["a row that is null", [row, null], "some (unreadable): 12=Acme", "some (unreadable): "],
    [
      "a row of nobody",
      [row, { field: "12", value: "x" }],
      "some (unreadable): 12=Acme",
      "some (unreadable): "
    ],
    [
      "a row of a stranger",
      [row, { ...row, contact: "9" }],
      "some (strangers): 12=Acme",
      "some (strangers): "
    ],
    ["a row without a field", [row, { ...row, field: null }], "some (unreadable): 12=Acme", "all: "],
    [
      "a value that is a list",
      [row, { ...row, field: "13", value: ["x"] }],
      "some (unreadable): 12=Acme",
      "all: "
    ],
    ["a value that lost digits", [{ ...row, value: 2 ** 60 }], "some (unreadable): ", "all: "],
    ["two values of one field", [row, { ...row, value: "Apex" }, row], "some (conflicting): ", "all: "],
    ["a row twice", [row, row], "all: 12=Acme", "all: "],
    ["null for a value", [{ ...row, value: null }], "all: 12=", "all: "],
    ["numbers for texts", [{ contact: 1, field: 12, value: 1.5 }], "all: 12=1.5", "all: "],
    ["an object for a list", { "0": row }, "some (unreadable): 12=Acme", "some (unreadable): "],
    ["a text for a list", "Acme", "some (unreadable): ", "some (unreadable): "]
  ] as const)("survive %s", ([, fieldValues, first, second]) =>
    Effect.map(read({ ...whole, fieldValues }), (details) => {
      assert.deepStrictEqual(details.map(values), [first, second])
      assert.deepStrictEqual(details.map(lists), ["all: ", "all: 3=2"])
    })
  )

  it.effect("are incomplete if the contact names more rows than the answer shows", () =>
    Effect.gen(function* () {
      const [first, second] = yield* read({
        contacts: [
          { ...contact(1), fieldValues: ["31", "32", "33"] },
          { ...contact(2), contactTags: ["43"], contactLists: ["51"] }
        ]
      })
      assert.strictEqual(values(first), "some (withheld): 12=Acme 13=||a||b||")
      assert.deepStrictEqual([tags(second), lists(second)], ["some (withheld): ", "all: 3=2"])
    })
  )

  it.effect("do not hide that a contact is gone, or that the page is incomplete", () =>
    Effect.gen(function* () {
      const gone = yield* running(() => json(served), detailsOf([1, 2, 3]))
      assert.deepStrictEqual(
        Either.getOrThrow(gone.result).map(({ _tag }) => _tag),
        ["Detailed", "Detailed", "Gone"]
      )
      const cut = yield* running(
        (_url, call) => json({ ...served, contacts: call === 1 ? [...served.contacts, null] : [null] }),
        detailsOf([1, 2, 3])
      )
      assert.strictEqual(Either.getOrThrow(Either.flip(cut.result))._tag, "AnswerIncomplete")
    })
  )
})

describe("an account that does not serve `include`", () => {
  const ignoring = (url: URL) =>
    json({
      contacts: url.searchParams.getAll("ids[]").map((id) => contact(Number(id))),
      meta: { total: "2" }
    })

  it.effect("still gives every contact, in as many calls, and says that it was ignored", () =>
    Effect.gen(function* () {
      const { calls, result, sideloading } = yield* running(ignoring, detailsOf([1, 2]))
      assert.lengthOf(calls, 1)
      assert.strictEqual(sideloading, "ignored")
      for (const one of Either.getOrThrow(result)) {
        assert(one._tag === "Detailed")
        assert.strictEqual(values(one.details), "not sideloaded")
      }
    })
  )

  const failing: ReadonlyArray<readonly [string, (url: URL) => Reply]> = [
    ["is answered 400", () => json({ message: "no" }, 400)],
    ["is answered 504", () => json({}, 504)],
    ["is answered with something else", () => ({ body: "<html>" })],
    ["makes it ignore the filter", () => json({ contacts: [contact(9999)], meta: { total: "1" } })]
  ]
  for (const [name, instead] of failing) {
    it.effect(`costs no contact if it ${name}, and is given up in two steps`, () =>
      Effect.gen(function* () {
        const { calls, result, sideloading } = yield* running(
          (url) => (url.searchParams.has("include") ? instead(url) : ignoring(url)),
          (service) => detailsOf(range(1, 3000))(service)
        )
        const found = Either.getOrThrow(result)
        assert.strictEqual(found.filter(({ _tag }) => _tag === "Detailed").length, 3000)
        assert.strictEqual(sideloading, "refused")
        // Four calls are on their way when the second of them fails, at each of two steps.
        assert.isAtMost(calls.filter((call) => call.includes("include")).length, 12)
        assert.strictEqual(calls.filter((call) => !call.includes("include")).length, 30)
      })
    )
  }

  it.effect("is asked for less if it fails with the lists of contacts", () =>
    Effect.gen(function* () {
      const { result, sideloading } = yield* running(
        (url) => {
          if (url.searchParams.get("include")?.includes("contactLists")) return json({}, 504)
          if (!url.searchParams.has("include")) return ignoring(url)
          return json({
            contacts: url.searchParams.getAll("ids[]").map((id) => contact(Number(id))),
            fieldValues: [],
            contactTags: []
          })
        },
        (service) =>
          Effect.forEach(range(1, 4), (id) => service.detailsById(idOf(String(id))), { concurrency: 1 })
      )
      const parts = Either.getOrThrow(result).map((one) => {
        assert(one._tag === "Detailed")
        return [values(one.details), lists(one.details)]
      })
      const nothing = ["not sideloaded", "not sideloaded"]
      const less = ["all: ", "not sideloaded"]
      assert.deepStrictEqual(parts, [nothing, nothing, less, less])
      assert.strictEqual(sideloading, "served")
    })
  )

  it.effect("is asked again if a call with it works after one that failed", () =>
    Effect.gen(function* () {
      const { calls, sideloading } = yield* running(
        (url, call) => (call % 4 === 1 ? json({}, 504) : ignoring(url)),
        (service) =>
          Effect.forEach(range(1, 6), (id) => service.detailsById(idOf(String(id))), { concurrency: 1 })
      )
      assert.strictEqual(sideloading, "ignored")
      assert.strictEqual(calls.filter((call) => call.includes("include")).length, 6)
    })
  )

  it.effect("is not to blame for a token that is refused or a network that is down", () =>
    Effect.gen(function* () {
      const { calls, result, sideloading } = yield* running(
        () => json({ message: "Forbidden" }, 403),
        detailsOf([1])
      )
      assert.strictEqual(Either.getOrThrow(Either.flip(result))._tag, "AuthenticationFailed")
      assert.deepStrictEqual([calls.length, sideloading], [1, "untried"])
    })
  )
})

describe("asking for many", () => {
  it.effect("takes 100 calls for 10,000 contacts with 12 fields each", () =>
    Effect.gen(function* () {
      const { calls, result } = yield* running(
        (url) => {
          const ids = url.searchParams.getAll("ids[]")
          return json({
            contacts: ids.map((id) => contact(Number(id))),
            fieldValues: ids.flatMap((id) =>
              range(1, 12).map((field) => ({ contact: id, field: String(field), value: `v${id}-${field}` }))
            ),
            contactTags: [],
            contactLists: [],
            meta: { total: String(ids.length) }
          })
        },
        (service) =>
          service.details(Stream.map(Stream.range(1, 10_000), (id) => idOf(String(id)))).pipe(
            Stream.filter(
              (found) =>
                found._tag === "Detailed" &&
                values(found.details) ===
                  `all: ${range(1, 12)
                    .map((field) => `${field}=v${found.id}-${field}`)
                    .join(" ")}`
            ),
            Stream.runCount
          )
      )
      assert.deepStrictEqual([Either.getOrThrow(result), calls.length], [10_000, 100])
    })
  )

  it.effect("keeps only a few pages ahead of who reads them", () =>
    Effect.gen(function* () {
      const { calls, result } = yield* running(
        (url) => json({ contacts: url.searchParams.getAll("ids[]").map((id) => contact(Number(id))) }),
        (service) =>
          service
            .details(
              Stream.map(
                Stream.iterate(1, (id) => id + 1),
                (id) => idOf(String(id))
              )
            )
            .pipe(Stream.take(1000), Stream.runCount)
      )
      assert.strictEqual(Either.getOrThrow(result), 1000)
      assert.isAtMost(calls.length, 10 + 25)
    })
  )

  it.effect("as requests made together takes one call for each hundred", () =>
    Effect.gen(function* () {
      const { calls, result } = yield* running(
        () => json(served),
        (service) => Effect.forEach(["1", "2", "1"].map(idOf), service.detailsById, { batching: true })
      )
      assert.deepStrictEqual(
        Either.getOrThrow(result).map(({ _tag, id }) => `${_tag} ${id}`),
        ["Detailed 1", "Detailed 2", "Detailed 1"]
      )
      assert.lengthOf(calls, 1)
    })
  )

  it.effect("by walking takes the calls of the walk", () =>
    Effect.gen(function* () {
      const { calls, result } = yield* running(
        () => json(served),
        (service) => Effect.map(Stream.runCollect(service.walkDetails()), Chunk.toReadonlyArray)
      )
      assert.deepStrictEqual(
        Either.getOrThrow(result).map(({ details }) => values(details)),
        ["all: 12=Acme 13=||a||b||", "all: "]
      )
      assert.lengthOf(calls, 1)
    })
  )
})

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

  it.effect("may have more tags than a list of exactly one page shows", () =>
    Effect.gen(function* () {
      const page = range(1, 20).map((tag) => ({ contact: "1", tag }))
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
          if (fieldValues._tag === "Complete") {
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
