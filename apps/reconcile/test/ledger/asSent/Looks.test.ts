import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ContactDetails } from "effect-activecampaign/ContactDetails"
import { ContactId } from "effect-activecampaign/ContactId"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { Gone, type ResolvedInDetail } from "effect-activecampaign/Resolved"
import { payload } from "../../../src/asSent/Sends.js"
import * as Looks from "../../../src/ledger/asSent/Looks.js"
import * as Wanted from "../../../src/ledger/asSent/Wanted.js"
import { reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import * as Lookups from "../../../src/ledger/facts/Lookups.js"
import * as LocalContacts from "../../../src/ledger/load/LocalContacts.js"
import { contactOf } from "../../support/contactOf.js"
import { answer, inColumns, load, momentAt, now, row, select } from "../../support/ledger.js"
import { contactWith, detailed, send } from "../../support/sentValues.js"
import { counts, inMemory, look, settled, verdicts } from "./support/looks.js"

/** Looks at these contacts, asked for by the IDs of what is wanted. */
const lookWanted = (which: Wanted.Which, ...found: ReadonlyArray<ResolvedInDetail>) =>
  Effect.gen(function* () {
    const wanted = yield* Wanted.next(which, null, 100)
    const moment = yield* Lookups.moment
    const seen = yield* Looks.record(found, { ...moment, askedAt: now }, wanted)
    yield* reconcileStale()
    return seen
  })

const waiting = Effect.map(Wanted.next("new", null, 100), (all) =>
  all.map(({ contactId, occurrence }) => `${contactId} ${occurrence}`)
)

describe("a look", () => {
  it.effect("says nothing if it was asked for before the batch settled", () =>
    Effect.gen(function* () {
      yield* send("b", [{ email: "a@x.test", first_name: "Ada" }])
      const moment = yield* Lookups.moment
      yield* settled("b", ["1"])
      yield* Looks.record([contactWith("1", "a@x.test", { firstName: "Ada" })], { ...moment, askedAt: now })
      yield* reconcileStale()
      assert.deepStrictEqual(yield* counts, ["b first_name  1 0 0 0 0 0 1"])
      yield* look(detailed("1", "a@x.test", { firstName: Option.none() }))
      yield* Looks.record([contactWith("1", "a@x.test", { firstName: "Ada" })], { ...moment, askedAt: now })
      assert.deepStrictEqual(yield* select("SELECT unseen FROM contact_looks"), [{ unseen: "first_name" }])
    }).pipe(inMemory)
  )

  it.effect("says of lists in another shape that it was their shape, even if they are left and joined", () =>
    Effect.gen(function* () {
      yield* send("b", [{ email: "a@x.test", subscribe: [3], unsubscribe: [3] }])
      yield* settled("b", ["1"])
      yield* look(contactWith("1", "a@x.test", {}))
      yield* reconcileStale()
      assert.deepStrictEqual(yield* select("SELECT DISTINCT why FROM value_verdicts"), [
        { why: "it was sent in a shape that a bulk import does not take" }
      ])
    }).pipe(inMemory)
  )

  it.effect(
    "cannot tell of an address that was sent twice in the batch with unlike values which came last",
    () =>
      Effect.gen(function* () {
        yield* send("b", [
          { email: "a@x.test", first_name: "Ada", last_name: "L" },
          { email: "a@x.test", first_name: "Eve", last_name: "L" }
        ])
        yield* settled("b", ["1"])
        yield* look(detailed("1", "a@x.test", { firstName: Option.some("Eve"), lastName: Option.some("L") }))
        yield* reconcileStale()
        assert.deepStrictEqual(yield* counts, ["b first_name  2 0 0 0 0 0 2", "b last_name  2 2 0 0 0 0 0"])
        const whys = yield* select<{ readonly why: string }>("SELECT DISTINCT why FROM value_verdicts")
        assert.deepStrictEqual(whys, [{ why: "it was sent more than once in the batch, with unlike values" }])
      }).pipe(inMemory)
  )

  const sent = { email: "a@x.test", first_name: "Ada", tags: ["vip"], fields: [{ id: 12, value: "ACME" }] }
  const hidden = { _tag: "NotSideloaded" } as const
  const shows = (parts: Partial<ContactDetails>) =>
    detailed("1", "a@x.test", { firstName: Option.some("Zoe"), ...parts })
  const neither = shows({ tags: hidden, fieldValues: hidden })
  const noTags = shows({ tags: hidden })
  const noFields = shows({ fieldValues: hidden })
  const all = shows({})
  const asSent = detailed("1", "a@x.test", { firstName: Option.some("Ada") })
  const gone = new Gone({ id: ContactId.make("1") })

  it.effect.each<
    readonly [
      name: string,
      first: ResolvedInDetail,
      second: ResolvedInDetail,
      told: ReadonlyArray<string>,
      seen: number
    ]
  >([
    ["is completed by a later one that shows more", neither, all, ["Zoe", "field", "tag"], 1],
    ["is replaced by a later one that lacks less", neither, noTags, ["Zoe", "field"], 1],
    ["stays if a later one lacks more", noTags, neither, ["Zoe", "field"], 0],
    ["stays if a later one lacks something else", noTags, noFields, ["Zoe", "field"], 0],
    ["stays, whatever a later one shows, if it showed all", all, asSent, ["Zoe", "field", "tag"], 0],
    ["is replaced with all it found by a later one", noTags, asSent, ["field", "tag"], 1],
    ["is taken back if the contact is gone since", noTags, gone, [], 0]
  ])("%s", ([, first, second, told, seen]) =>
    Effect.gen(function* () {
      yield* send("b", [sent])
      yield* load([row("a@x.test", "b", "1")])
      yield* settled("b", ["1"])
      yield* lookWanted("new", first)
      assert.strictEqual((yield* lookWanted("unseen", second)).compared.length, seen)
      const lines = [
        "b field 12 absent ACME > -",
        "b first_name  different Ada > Zoe",
        "b tag vip absent  > -"
      ]
      assert.deepStrictEqual(
        yield* verdicts,
        lines.filter((line) => told.some((word) => line.includes(word)))
      )
    }).pipe(inMemory)
  )

  const told = (...contacts: ReadonlyArray<Readonly<Record<string, unknown>> & { readonly email: string }>) =>
    contacts.map((contact, at) => ({ ...row(contact.email, "b", String(at + 1)), ...inColumns(contact) }))

  it.effect.each([
    ["the body of its request", payload],
    ["a mapping", { first_name: { column: "first_name" }, tags: [{ column: "tags" }] }],
    ["a mapping by which empty cells were sent", { empty: "sent", first_name: { column: "first_name" } }]
  ] as const)("is at contacts only that have something declared by %s", ([, sends]) =>
    Effect.gen(function* () {
      yield* LocalContacts.load(
        { name: "crm", rejected: () => 0, sends: () => sends },
        Stream.succeed(
          told(
            { email: "a@x.test", first_name: "Ada", tags: [] },
            { email: " B@x.test", first_name: null, tags: [], note: "x" },
            { email: "c@x.test", first_name: "", note: "x" },
            { note: "x", email: "d@x.test", first_name: "Dan" },
            { note: "x", email: "e@x.test" }
          )
        ),
        now
      )
      yield* settled("b", ["1", "2", "3", "4", "5"])
      yield* reconcileStale()
      const isEmptySent = "payload" in sends || "empty" in sends
      const all = isEmptySent ? ["1 1", "3 1", "4 1"] : ["1 1", "4 1"]
      assert.deepStrictEqual(yield* waiting, all)
      assert.strictEqual(yield* Wanted.countNew, all.length)
      const { compared } = yield* look(
        ...["b", "d", "e"].map((name, at) => contactWith(String(at * 2 + 2), `${name}@x.test`, {}))
      )
      assert.lengthOf(compared, 1)
    }).pipe(inMemory)
  )

  it.effect("is at contacts that had something declared before their source changed", () =>
    Effect.gen(function* () {
      const sends = { first_name: { column: "first_name" } }
      const source = (first_name: string) =>
        LocalContacts.load(
          { name: "crm", rejected: () => 0, sends: () => sends },
          Stream.succeed(told({ email: "a@x.test", first_name }, { email: "b@x.test", first_name: "" })),
          now
        )
      yield* source("Ada")
      yield* source("")
      yield* settled("b", ["1", "2"])
      yield* reconcileStale()
      assert.deepStrictEqual(yield* waiting, ["1 1"])
    }).pipe(inMemory)
  )

  it.effect("is at all contacts of a mapping with a value for every row, and at none of another source", () =>
    Effect.gen(function* () {
      yield* LocalContacts.load(
        { name: "crm", rejected: () => 0, sends: () => ({ subscribe: [3] }) },
        Stream.succeed(told({ email: "a@x.test" })),
        now
      )
      yield* load([row("b@x.test", "b", "2")])
      yield* settled("b", ["1", "2"])
      yield* reconcileStale()
      assert.deepStrictEqual(yield* waiting, ["1 1"])
    }).pipe(inMemory)
  )

  const conflicts = select("SELECT subject, detail FROM findings WHERE finding = 'id-conflict'")

  it.effect("says nothing if the contact that was asked for by its ID has another address", () =>
    Effect.gen(function* () {
      yield* send("b", [{ email: "a@x.test", first_name: "Ada", tags: ["vip"], subscribe: [{ listid: 3 }] }])
      yield* load([row("a@x.test", "b", "1")])
      yield* settled("b", ["1"])
      const before = yield* select("SELECT * FROM outcomes")
      yield* lookWanted("new", contactWith("1", "new@x.test", { firstName: "Zoe", lists: { "3": 2 } }))
      yield* reconcileStale()
      assert.deepStrictEqual(
        yield* select("SELECT comparison, why, count(*) AS number FROM value_verdicts"),
        [{ comparison: "not-checked", why: "this ID has another address in the account", number: 3 }]
      )
      assert.deepStrictEqual(yield* select("SELECT * FROM list_statuses"), [])
      assert.deepStrictEqual(yield* conflicts, [
        {
          subject: "a@x.test",
          detail:
            "the contact ID that is known for this address has another address in the account, so what it holds is not compared"
        }
      ])
      assert.deepStrictEqual(yield* select("SELECT * FROM outcomes"), before)
      assert.deepStrictEqual(yield* waiting, [])
      // To ask for this ID again shows nothing else.
      assert.strictEqual(yield* Wanted.countUnseen, 0)
    }).pipe(inMemory)
  )

  it.effect(
    "is at the contact that has the address, as soon as it is known, whatever ID was sent with it",
    () =>
      Effect.gen(function* () {
        yield* send("b", [
          { email: "a@x.test", first_name: "Ada" },
          { email: "c@x.test", first_name: "Cy" }
        ])
        yield* load([row("a@x.test", "b", "2"), row("c@x.test", "b", "1")])
        yield* settled("b", ["1", "2"])
        const ada = contactWith("1", "a@x.test", { firstName: "Ada" })
        yield* lookWanted("new", ada, contactWith("2", "c@x.test", { firstName: "Zoe" }))
        assert.deepStrictEqual(yield* verdicts, ["b first_name  different Cy > Zoe"])
        assert.deepStrictEqual(yield* conflicts, [])
      }).pipe(inMemory)
  )

  it.effect("at a contact of another address is replaced by one at the contact that has it", () =>
    Effect.gen(function* () {
      yield* send("b", [{ email: "a@x.test", first_name: "Ada" }])
      yield* load([row("a@x.test", "b", "2")])
      yield* settled("b", ["2"])
      yield* lookWanted("new", contactWith("2", "c@x.test", { firstName: "Cy" }))
      yield* look(contactWith("1", "a@x.test", { firstName: "Zoe" }))
      yield* reconcileStale()
      assert.deepStrictEqual(yield* verdicts, ["b first_name  different Ada > Zoe"])
      assert.deepStrictEqual(yield* conflicts, [])
    }).pipe(inMemory)
  )
})

describe("contacts to look at", () => {
  it.effect("are those imported with something declared, each counted once, and no more once seen", () =>
    Effect.gen(function* () {
      yield* send("b", [
        { email: "a@x.test", first_name: "Ada" },
        { email: "a@x.test", first_name: "Ada" },
        { email: "refused@x.test", first_name: "Eve" }
      ])
      yield* load([row("a@x.test", "b", "1"), row("refused@x.test", "b", "2"), row("none@x.test", "c", "3")])
      yield* answer("b", "completed", { success: ["1"], failure: ["refused@x.test"] })
      yield* settled("c", ["3"])
      assert.deepStrictEqual(yield* waiting, ["1 1", "1 2"])
      assert.strictEqual(yield* Wanted.countNew, 1)
      const [first] = yield* Wanted.next("new", null, 1)
      assert.deepStrictEqual(
        (yield* Wanted.next("new", first ?? null, 100)).map(({ occurrence }) => occurrence),
        [2]
      )
      yield* lookWanted("new", contactWith("1", "a@x.test", { firstName: "Ada" }))
      assert.deepStrictEqual(yield* waiting, [])
    }).pipe(inMemory)
  )

  it.effect("are looked at again once their batch has settled anew", () =>
    Effect.gen(function* () {
      yield* send("b", [{ email: "a@x.test", first_name: "Ada" }])
      yield* load([row("a@x.test", "b", "1")])
      yield* settled("b", ["1"])
      yield* lookWanted("new", contactWith("1", "a@x.test", { firstName: "Ada" }))
      yield* settled("b", ["1", "2"])
      assert.deepStrictEqual(yield* waiting, ["1 1"])
      yield* lookWanted("new", contactWith("1", "a@x.test", { firstName: "Zoe" }))
      assert.deepStrictEqual(yield* verdicts, ["b first_name  different Ada > Zoe"])
    }).pipe(inMemory)
  )

  it.effect("are looked at again even if the new answer lacks more than the outdated one did", () =>
    Effect.gen(function* () {
      yield* send("b", [{ email: "a@x.test", first_name: "Ada", phone: "5", last_name: "L" }])
      yield* load([row("a@x.test", "b", "1")])
      yield* settled("b", ["1"])
      const phone = { phone: Option.none() }
      yield* lookWanted("new", detailed("1", "a@x.test", { ...phone, firstName: Option.some("Ada") }))
      yield* settled("b", ["1", "2"])
      yield* lookWanted("new", detailed("1", "a@x.test", { ...phone, firstName: Option.none() }))
      assert.deepStrictEqual(yield* verdicts, ["b last_name  absent L > -"])
    }).pipe(inMemory)
  )

  it.effect("are those that were found by their address, by the ID that the account gave", () =>
    Effect.gen(function* () {
      yield* send("b", [{ email: "a@x.test", first_name: "Ada" }])
      yield* answer("b", "completed", { failure: [] })
      const contact = Option.some(contactOf("7", "a@x.test"))
      const found = { emailKey: fromAddress("a@x.test"), email: "a@x.test", contact }
      yield* Lookups.record([found], "address", yield* momentAt(now))
      yield* reconcileStale()
      assert.deepStrictEqual(yield* waiting, ["7 1"])
      yield* load([row("a@x.test", null, "8")], "crm.csv")
      yield* reconcileStale()
      assert.deepStrictEqual(yield* select("SELECT outcome FROM outcomes"), [{ outcome: "present" }])
      assert.deepStrictEqual(yield* waiting, ["7 1"])
    }).pipe(inMemory)
  )

  it.effect("are not asked for again because they are gone, and are for what an answer lacked", () =>
    Effect.gen(function* () {
      yield* send("b", [
        { email: "a@x.test", tags: ["vip"] },
        { email: "gone@x.test", tags: ["vip"] }
      ])
      yield* load([row("a@x.test", "b", "1"), row("gone@x.test", "b", "2")])
      yield* settled("b", ["1", "2"])
      yield* lookWanted(
        "new",
        detailed("1", "a@x.test", { tags: { _tag: "NotSideloaded" } }),
        new Gone({ id: ContactId.make("2") })
      )
      assert.deepStrictEqual(yield* waiting, [])
      assert.deepStrictEqual(yield* counts, ["b tag vip 2 0 0 0 0 0 2"])
      assert.deepStrictEqual(
        (yield* Wanted.next("unseen", null, 100)).map(({ contactId }) => String(contactId)),
        ["1"]
      )
    }).pipe(inMemory)
  )
})
