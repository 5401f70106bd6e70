import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Ledger from "../../../src/ledger/Ledger.js"
import { answer, findings, load, row, select, verdicts } from "../../support/ledger.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const details = (finding: string) =>
  Effect.map(
    select<{ readonly detail: string }>(`SELECT detail FROM findings WHERE finding = '${finding}'`),
    (rows) => rows.map(({ detail }) => detail)
  )

describe("a finding", () => {
  it.effect("names two successful IDs of one address, linked by different sources", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b", "1"), row("c@x.test", "b")])
      yield* load([row("a@x.test", null, "2")], "crm.csv")
      yield* answer("b", "completed", { success: ["1", "2"], failure: [] })
      assert.include(yield* findings, "id-conflict: a@x.test")
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: imported (id)", "c@x.test: unaccounted (silence)"])
      assert.deepStrictEqual(yield* select("SELECT email_key, problem, detail FROM id_conflicts"), [
        { email_key: "a@x.test", problem: "one-address-several-ids", detail: "1, 2" }
      ])
    }).pipe(inMemory)
  )

  it.effect("names a sent address that one of your sources has twice, but not one sent in two batches", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b"), row("c@x.test", "b"), row("a@x.test", "later")])
      yield* load([row("A@x.test"), row("a@x.test"), row("c@x.test")], "crm.csv")
      yield* answer("b", "completed", { success: [], failure: [] })
      // In each of the two batches.
      assert.deepStrictEqual(yield* findings, ["duplicate-local: a@x.test", "duplicate-local: a@x.test"])
      assert.deepStrictEqual(
        [...new Set(yield* details("duplicate-local"))],
        ["the local contacts have this address more than once: crm.csv"]
      )
    }).pipe(inMemory)
  )

  it.effect("says what contradicts the numbers of a batch although they agree", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b"), row("c@x.test", "b"), row("other@x.test", null, "9")])
      yield* answer("b", "completed", { success: ["8", "9"], failure: [] })
      assert.deepStrictEqual(yield* details("count-refuted"), [
        "the batch reports as many successes as contacts that did not fail, and yet contact ID 9 belongs to other@x.test, which was not sent in this batch; nothing is concluded from the count"
      ])
      assert.deepStrictEqual(yield* verdicts, [
        "a@x.test: unaccounted (silence)",
        "c@x.test: unaccounted (silence)"
      ])
    }).pipe(inMemory)
  )

  it.effect("is recorded for a batch that settled and then answered differently", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      yield* answer("b", "completed", { success: ["1"], failure: [] })
      yield* answer("b", "active")
      assert.deepStrictEqual(yield* details("impossible-transition"), [
        "answered completed, and later active"
      ])
      assert.deepStrictEqual(yield* verdicts, ["a@x.test: imported (count)"])
    }).pipe(inMemory)
  )

  it.effect("is recorded for a list that lost items", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b"), row("c@x.test", "b")])
      yield* answer("b", "completed", { success: ["1", "2"], failure: [] })
      yield* answer("b", "completed", { success: ["1"], failure: ["c@x.test"] })
      assert.deepStrictEqual(yield* details("impossible-transition"), [
        "the list of successes lost entries that it had before"
      ])
    }).pipe(inMemory)
  )
})

describe("a rejected contact", () => {
  const reasonOf = (email: string) =>
    Effect.gen(function* () {
      yield* load([row(email, "b")])
      yield* answer("b", "completed", { success: [], failure: [email] })
      const rows = yield* select<{ readonly likely_reason: string | null }>(
        "SELECT likely_reason FROM rejected_contacts"
      )
      return rows[0]?.likely_reason ?? null
    }).pipe(inMemory)

  it.effect(
    "gets no likely reason once the person is erased: the name instead of the address tells nothing",
    () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* reasonOf("erased-1"), null)
        assert.strictEqual(yield* reasonOf("erased-one"), "likely: the address has no @")
      })
  )

  it.effect("gets a likely reason by the published rules for addresses, or none", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* reasonOf("ada.example.test"), "likely: the address has no @")
      assert.strictEqual(yield* reasonOf("@example.test"), "likely: there is nothing before the @")
      assert.strictEqual(
        yield* reasonOf("invalid.email@invalidDomain"),
        "likely: the part after the @ is not a domain"
      )
      assert.strictEqual(
        yield* reasonOf("a@b@example.test"),
        "likely: the address has a character that ActiveCampaign does not accept"
      )
      assert.strictEqual(
        yield* reasonOf("a(b)@example.test"),
        "likely: the address has a character that ActiveCampaign does not accept"
      )
      assert.strictEqual(yield* reasonOf("a@example..com"), "likely: the part after the @ is not a domain")
      assert.strictEqual(yield* reasonOf("a@example.c"), "likely: the part after the @ is not a domain")
      assert.strictEqual(yield* reasonOf("a@sub.example.c"), "likely: the part after the @ is not a domain")
      assert.strictEqual(yield* reasonOf("a@192.168.0.1"), "likely: the part after the @ is not a domain")
      assert.strictEqual(yield* reasonOf("a@例子"), "likely: the part after the @ is not a domain")
      for (const domain of [
        "例子.测试",
        "xn--fsqu00a.xn--0zwm56d",
        "例え。テスト",
        "пример.рф",
        "مثال.إختبار",
        "उदाहरण.परीक्षा",
        "παράδειγμα.ελ",
        "דוגמה.ישראל",
        "예.한국",
        "müller.example",
        "example.xn--p1ai"
      ]) {
        assert.strictEqual(yield* reasonOf(`a@${domain}`), null, domain)
      }
      assert.strictEqual(yield* reasonOf("fine@sub.example.test"), null)
      assert.strictEqual(yield* reasonOf("  spaced@example.test "), null)
    })
  )
})

describe("the totals", () => {
  it.effect("always add up: SQLite itself refuses a decided batch that does not", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b"), row("c@x.test", "b")])
      yield* answer("b", "completed", { success: [], failure: ["a@x.test"] })
      yield* select("INSERT INTO stale_marks SELECT batch FROM numbered_batches WHERE batch_id = 'b'")
      yield* select(
        "DELETE FROM verdicts WHERE address_id = (SELECT address_id FROM addresses WHERE email_key = 'a@x.test')"
      )
      const refused = yield* Effect.flip(select("DELETE FROM stale_marks"))
      assert.include(refused.message, "do not add up to what was sent")
      assert.deepStrictEqual(yield* verdicts, [
        "a@x.test: rejected (failure)",
        "c@x.test: unaccounted (silence)"
      ])
    }).pipe(inMemory)
  )

  it.effect("reject an unknown evidence, and an outcome that does not belong to its evidence", () =>
    Effect.gen(function* () {
      yield* load([row("a@x.test", "b")])
      yield* answer("b", "completed", { success: [], failure: ["a@x.test"] })
      const unknown = yield* Effect.flip(select("UPDATE verdicts SET evidence = 'a hunch'"))
      assert.include(unknown.message, "NOT NULL constraint failed: verdicts.outcome")
      const another = yield* Effect.flip(select("UPDATE verdicts SET outcome = 'imported'"))
      assert.include(another.message, "generated column")
    }).pipe(inMemory)
  )
})
