import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, FastCheck, Option, Schema } from "effect"
import { type ActiveCampaignClient, ContactsError, ImportTotals } from "effect-activecampaign"
import { idOf } from "./account.js"
import { connect, type Reply, vendor } from "./support.js"

const asking = <A, E>(answer: Reply, ask: (client: ActiveCampaignClient.Service) => Effect.Effect<A, E>) => {
  const { calls, http } = vendor(answer)
  return connect(http).pipe(
    Effect.flatMap((client) => Effect.either(ask(client))),
    Effect.map((result) => ({ result, urls: calls.map(({ url }) => url.href.split("/api/3")[1]) })),
    Effect.scoped
  )
}
const json = (body: unknown, status = 200): Reply => ({ status, body: JSON.stringify(body) })
const empty = json({ contacts: [], meta: { total: "0" } })

describe("the daily totals", () => {
  const day = { forDate: "2031-04-02", batches: 3, contacts: 610 }

  it.effect("are read the same as strings and as numbers", () =>
    Effect.gen(function* () {
      for (const counts of [
        { batches: "3", contacts: "610" },
        { batches: 3, contacts: 610 }
      ]) {
        const { result, urls } = yield* asking(
          json({ outstanding: [], recentlyCompleted: [{ ...day, ...counts }] }),
          (client) => client.importTotals
        )
        const totals = Either.getOrThrow(result)
        assert.deepStrictEqual(totals.outstanding, [])
        assert.deepStrictEqual({ ...totals.recentlyCompleted[0] }, day)
        assert.deepStrictEqual(urls, ["/import/bulk_import"])
      }
    })
  )

  it.effect("are not empty lists if they are missing", () =>
    Effect.gen(function* () {
      for (const body of [{}, { outstanding: [] }, { outstanding: null, recentlyCompleted: [] }, []]) {
        const { result } = yield* asking(json(body), (client) => client.importTotals)
        assert.strictEqual(Either.getOrThrow(Either.flip(result))._tag, "ContractBroken")
      }
    })
  )

  it("survive being encoded and decoded again", () => {
    const totals = Schema.decodeUnknownSync(ImportTotals.ImportTotals)({
      outstanding: [day],
      recentlyCompleted: []
    })
    const wire = Schema.encodeSync(ImportTotals.ImportTotals)(totals)
    assert.deepStrictEqual(Schema.decodeSync(ImportTotals.ImportTotals)(wire), totals)
  })
})

describe("listing contacts", () => {
  it.effect("asks by default for a hundred of any status, ordered by ID", () =>
    Effect.gen(function* () {
      const plain = yield* asking(empty, (client) => client.contacts())
      assert.deepStrictEqual(plain.urls, ["/contacts?orders%5Bid%5D=ASC&limit=100&status=-1"])
      const other = yield* asking(empty, (client) =>
        client.contacts({ id_greater: "9100", "orders[id]": "DESC", limit: 5, offset: 10, status: 1 })
      )
      assert.deepStrictEqual(other.urls, [
        "/contacts?id_greater=9100&orders%5Bid%5D=DESC&limit=5&offset=10&status=1"
      ])
    })
  )

  it.effect("with what they hold asks by default for fields, tags and lists", () =>
    Effect.gen(function* () {
      const all = yield* asking(empty, (client) => client.contactDetails({ limit: 5 }))
      const fewer = yield* asking(empty, (client) =>
        client.contactDetails({ limit: 5, include: "fieldValues" })
      )
      const page = "/contacts?orders%5Bid%5D=ASC&limit=5&status=-1&include="
      assert.deepStrictEqual(
        [all.urls, fewer.urls],
        [[`${page}fieldValues%2CcontactTags.tag%2CcontactLists`], [`${page}fieldValues`]]
      )
    })
  )

  it.effect("names the call in its errors without listing every ID", () =>
    Effect.gen(function* () {
      const ids = Array.from({ length: 100 }, (_, index) => String(index + 1))
      const { result } = yield* asking(json({}, 404), (client) => client.contacts({ "ids[]": ids }))
      const { message } = Either.getOrThrow(Either.flip(result))
      assert.include(message, "(100 IDs)")
      assert.isBelow(message.length, 200)
    })
  )
})

describe("one contact", () => {
  const none = json({ message: "No Result found for Subscriber with id 9101" }, 404)
  const get = (answer: Reply, id = "9101") => asking(answer, (client) => client.contact(idOf(id)))

  it.effect("is found by its ID", () =>
    Effect.gen(function* () {
      const { result, urls } = yield* get(
        json({ contactLists: false, contact: { id: "9101", email: "a@b.cd" } })
      )
      assert.deepStrictEqual(
        Either.map(
          result,
          Option.map(({ email }) => email)
        ),
        Either.right(Option.some("a@b.cd"))
      )
      assert.deepStrictEqual(urls, ["/contacts/9101"])
    })
  )

  it.effect("is none if the service found none", () =>
    Effect.map(get(none), ({ result }) => assert.deepStrictEqual(result, Either.right(Option.none())))
  )

  it.effect("is an error if the 404 is about something else", () =>
    Effect.gen(function* () {
      for (const answer of [{ status: 404, body: "<html></html>" }, json({ message: "Not Found" }, 404)]) {
        const { result } = yield* get(answer)
        assert.strictEqual(Either.getOrThrow(Either.flip(result))._tag, "RequestRejected")
      }
    })
  )

  it.effect("is an error if it is another one", () =>
    Effect.map(get(json({ contact: { id: "1", email: "a@b.cd" } })), ({ result }) =>
      assert.instanceOf(Either.getOrThrow(Either.flip(result)), ContactsError.FilterIgnored)
    )
  )

  it("is asked for under its own path, with any ID", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(FastCheck.fullUnicodeString({ minLength: 1 }), async (id) => {
        FastCheck.pre(id !== "." && id !== "..")
        const { urls } = await Effect.runPromise(get(none, id))
        assert.deepStrictEqual(urls, [`/contacts/${encodeURIComponent(id)}`])
      })
    ))

  it.effect("is asked for even with an ID that is not valid text", () =>
    Effect.map(get(none, "\ud800"), ({ urls }) => assert.deepStrictEqual(urls, ["/contacts/%EF%BF%BD"]))
  )
})
