import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Contact } from "effect-activecampaign/Contact"
import { Detailed } from "effect-activecampaign/ContactDetails"
import { storyText } from "../../src/cli/output/storyText.js"
import { reconcileStale } from "../../src/ledger/conclusions/Reconciliation.js"
import * as Lookups from "../../src/ledger/facts/Lookups.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import { story } from "../../src/ledger/reports/Story.js"
import { answer, load, now, row } from "../support/ledger.js"
import { contactWith, lookAt, send, sentWorld } from "../support/sentValues.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const told = (email: string) => Effect.map(story(email), storyText)

const lookUpNothing = (email: string) =>
  Effect.flatMap(Lookups.moment, (moment) =>
    Lookups.record([{ email, emailKey: email, contact: Option.none() }], "address", {
      ...moment,
      askedAt: now
    })
  )

describe("the story of a contact in words", () => {
  it.effect("has a change of consent right below the outcome of the batch", () =>
    Effect.gen(function* () {
      yield* sentWorld
      const lines = (yield* told("bo@x.test")).split("\n")
      const at = lines.findIndex((line) => line.startsWith("In batch b-1"))
      assert.match(
        lines[at + 1] ?? "",
        /^ {2}consent-change: unsubscribed on list 3 \(News\) when looked at on .*; this batch (?:may have come|came) in between, and did not subscribe it$/
      )
      assert.notInclude(lines.slice(0, at).join("\n"), "consent-change")
      assert.notInclude(yield* told("ada@x.test"), "consent-change")
    }).pipe(inMemory)
  )

  it.effect("has other findings about the contact, after a change of consent", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b"), row("A@x.test", "b")])
      yield* answer("b", "completed", { success: ["1"], failure: [] })
      yield* reconcileStale()
      const { chapters } = yield* story("a@x.test")
      assert.deepStrictEqual(
        chapters.map(({ findings }) => findings.map(({ finding }) => finding)),
        [["duplicate-sent"], []]
      )
    }).pipe(inMemory)
  )

  it.effect("cuts a long value and tells its length, so that no other line is padded to it", () =>
    Effect.gen(function* () {
      const long = "long ".repeat(60_000)
      yield* send("b", [{ email: "a@x.test", first_name: "Ada", fields: [{ id: 12, value: long }] }])
      yield* answer("b", "completed", { success: ["1"], failure: [] })
      yield* lookAt(now, contactWith("1", "a@x.test", { firstName: "Ada", fields: { "12": `${long}!` } }))
      const text = yield* told("a@x.test")
      assert.match(text, /'(long ){12}…' \(300,000 characters\) +not-checked/)
      for (const line of text.split("\n")) assert.isBelow(line.length, 240)
      assert.match(text, /^ {4}first_name +'Ada' +same$/m)
      const [chapter] = (yield* story("a@x.test")).chapters
      assert.strictEqual(chapter?.values.find(({ kind }) => kind === "field")?.sent, long)
    }).pipe(inMemory)
  )

  it.effect("has an empty text that was sent in quotes, and nothing beside a tag", () =>
    Effect.gen(function* () {
      yield* send("b", [{ email: "a@x.test", last_name: "", tags: ["vip"] }])
      const text = yield* told("a@x.test")
      assert.match(text, /^ {4}last_name +'' +not-checked/m)
      assert.match(text, /^ {4}tag vip +not-checked/m)
    }).pipe(inMemory)
  )

  it.effect.each([
    { outcome: "pending", why: "the batch has not settled" },
    { outcome: "rejected", why: "only imported and present contacts are compared" },
    { outcome: "missing", why: "only imported and present contacts are compared" },
    { outcome: "imported", why: "not looked at since the batch settled" }
  ] as const)("says truly why a value of a $outcome contact is not checked", ({ outcome, why }) =>
    Effect.gen(function* () {
      yield* send("b", [{ email: "a@x.test", first_name: "Ada" }])
      if (outcome !== "pending") {
        yield* answer("b", "completed", {
          success: outcome === "imported" ? ["1"] : [],
          failure: outcome === "rejected" ? ["a@x.test"] : []
        })
      }
      if (outcome === "missing") yield* lookUpNothing("a@x.test")
      yield* reconcileStale()
      const [chapter] = (yield* story("a@x.test")).chapters
      assert.strictEqual(chapter?.outcome, outcome)
      assert.strictEqual(chapter?.values[0]?.why, why)
    }).pipe(inMemory)
  )

  it.effect("has that mail had bounced as the likely reason of a later rejection, as a look found it", () =>
    Effect.gen(function* () {
      const { contact, details, id } = contactWith("1", "a@x.test", { firstName: "Ada" })
      const bounced = new Detailed({
        id,
        details,
        contact: new Contact({ ...contact, bouncedHard: Option.some(true) })
      })
      yield* send("b1", [{ email: "a@x.test", first_name: "Ada" }])
      yield* answer("b1", "completed", { success: ["1"], failure: [] })
      yield* lookAt(now, bounced)
      yield* send("b2", [{ email: "a@x.test", first_name: "Ada" }])
      yield* answer("b2", "completed", { success: [], failure: ["a@x.test"] })
      yield* reconcileStale()
      const { chapters, facts } = yield* story("a@x.test")
      assert.deepStrictEqual(
        chapters.map(({ likely_reason }) => likely_reason),
        [null, "likely: mail to the contact had bounced when it was looked at"]
      )
      assert.include(
        facts.map(({ says, table }) => `${table}: ${says}`).join("\n"),
        "contact_looks: mail to the contact had bounced"
      )
    }).pipe(inMemory)
  )

  it.effect("does not say that a contact is still to be looked at which the account no longer has", () =>
    Effect.gen(function* () {
      yield* send("b", [{ email: "a@x.test", first_name: "Ada" }])
      yield* answer("b", "completed", { success: ["1"], failure: [] })
      yield* lookUpNothing("a@x.test")
      yield* reconcileStale()
      const [chapter] = (yield* story("a@x.test")).chapters
      assert.strictEqual(chapter?.values[0]?.why, "not in the account when it was looked up")
    }).pipe(inMemory)
  )
})
