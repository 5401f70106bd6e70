import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { BatchId } from "effect-activecampaign/BatchId"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { erase } from "../../src/ledger/Erase.js"
import { search, searchBytes } from "../../src/ledger/erase/search.js"
import { patternOf, spellingsOf, withoutPerson } from "../../src/ledger/erase/spellings.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import * as Lookups from "../../src/ledger/Lookups.js"
import { reconcileStale } from "../../src/ledger/Reconciliation.js"
import * as Trouble from "../../src/ledger/Trouble.js"
import { answer, conclusions, load, now, row, select, verdicts } from "../support/ledger.js"

const inFile = <A, E>(use: (file: string) => Effect.Effect<A, E, Ledger.Ledger>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "erase-"))),
    (folder) => {
      const file = join(folder, "ledger.db")
      return Effect.provide(use(file), Ledger.layer(file))
    },
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
  )

const world = Effect.gen(function* () {
  yield* load([
    row("Ada.Lindqvist@example.test", "one", "2041"),
    row("bo@example.test", "one"),
    row("joada.lindqvist@example.test", "one"),
    row("ada.lindqvist@example.test", "two"),
    row("cy@example.test", "two")
  ])
  yield* answer("one", "active", { success: ["2041"] })
  yield* answer("one", "completed", { success: ["2041", "9", "10"], failure: [] })
  yield* answer("two", "completed", { success: ["11"], failure: ["ADA.lindqvist@example.test"] })
  const failed = { firstAt: now, lastAt: now, times: 1 }
  yield* Trouble.recordOfStep("lookup", {
    ...failed,
    error: "RequestRejected",
    message: "GET /contacts?email=ada.lindqvist%40example.test: 400",
    body: "<p>Ada.Lindqvist@example.test is nobody we know</p>"
  })
  yield* Trouble.recordOfBatch(BatchId.make("two"), {
    ...failed,
    error: "ContractBroken",
    message: "not JSON",
    body: "<p>Ada.Lindqvist@example.test has unsubscribed</p>"
  })
})

describe("erasing a person", () => {
  it.effect(
    "leaves the address nowhere in the file, not in a body as received, a message or a freed page",
    () =>
      inFile((file) =>
        Effect.gen(function* () {
          yield* world
          assert.isAbove(searchBytes(file, ["ada.lindqvist@example.test"]).occurrences, 0)
          const { person, spellings, token } = yield* erase("ada.lindqvist@example.test")
          assert.strictEqual(token, "erased-1")
          assert.deepStrictEqual(yield* search(file, person), [])
          const bytes = readFileSync(file).toString("latin1").toLowerCase()
          // Somebody else's address holds the same letters, and stays.
          assert.include(bytes, "joada.lindqvist@example.test")
          assert.notInclude(
            bytes.replaceAll("joada.lindqvist@example.test", ""),
            "ada.lindqvist@example.test"
          )
          assert.notInclude(bytes, "ada.lindqvist%40example.test")
          assert.include(spellings, "ada.lindqvist%40example.test")
          assert.deepStrictEqual(
            yield* select("SELECT raw_body FROM batch_answers WHERE batch_id = 'one' ORDER BY sequence"),
            [
              { raw_body: '{"status":"active","success":["erased-1-1"]}' },
              { raw_body: '{"status":"completed","success":["erased-1-1","9","10"],"failure":[]}' }
            ]
          )
        })
      )
  )

  it.effect("changes nobody else's outcome and no total, then and when all is drawn anew", () =>
    inFile(() =>
      Effect.gen(function* () {
        yield* world
        const before = yield* verdicts
        yield* erase("Ada.Lindqvist@Example.test")
        const renamed = before.map((line) => line.replace(/^ada\.lindqvist@example\.test/, "erased-1")).sort()
        assert.deepStrictEqual([...(yield* verdicts)].sort(), renamed)
        const stands = yield* conclusions
        assert.include(
          stands.outcomes.map(({ contact_id, email_key }) => `${email_key} ${contact_id}`),
          "erased-1 erased-1-1"
        )
      })
    )
  )

  it.effect("leaves nobody to be looked up or sent again", () =>
    inFile(() =>
      Effect.gen(function* () {
        yield* load([row("silent@example.test", "one"), row("gone@example.test", "two")])
        yield* answer("one", "completed", { success: [], failure: [] })
        yield* answer("two", "completed", { success: [], failure: [] })
        const asked = { emailKey: "gone@example.test", email: "gone@example.test", contact: Option.none() }
        yield* Lookups.record([asked], "address", now)
        assert.deepStrictEqual(yield* verdicts, [
          "silent@example.test: unaccounted (silence)",
          "gone@example.test: missing (lookup-absent)"
        ])
        assert.lengthOf(yield* select("SELECT email FROM retry_candidates"), 1)
        yield* erase("silent@example.test")
        yield* erase("gone@example.test")
        assert.strictEqual(yield* Lookups.countUnaccounted, 0)
        assert.deepStrictEqual(yield* Lookups.unaccounted({ after: "", limit: 9 }), [])
        yield* Lookups.recordAbsent(now)
        assert.deepStrictEqual(yield* verdicts, [
          "erased-1: unaccounted (silence)",
          "erased-2: missing (lookup-absent)"
        ])
        assert.lengthOf(yield* select("SELECT email FROM retry_candidates"), 0)
      })
    )
  )

  it.effect("leaves nothing of the person in words where it is killed before the file is tidied up", () =>
    inFile(() =>
      Effect.gen(function* () {
        yield* world
        yield* load(
          [row("ada.lindqvist@example.test", null, "2041"), row("eve@example.test", null, "2041")],
          "crm"
        )
        yield* reconcileStale()
        let depth = 0
        const killed = Effect.map(
          Ledger.Ledger,
          (service): Ledger.Service => ({
            ...service,
            transact: (effect) =>
              Effect.suspend(() => {
                depth += 1
                return service.transact(effect)
              }).pipe(
                Effect.zipLeft(
                  Effect.suspend(() => {
                    depth -= 1
                    return depth === 0 ? Effect.interrupt : Effect.void
                  })
                )
              )
          })
        )
        yield* Effect.exit(
          Effect.provideServiceEffect(erase("ada.lindqvist@example.test"), Ledger.Ledger, killed)
        )
        const { findings, outcomes } = yield* conclusions
        assert.notMatch(JSON.stringify(findings).toLowerCase(), /[ "]ada\.lindqvist@/)
        assert.strictEqual(outcomes.length, 5)
      })
    )
  )

  it.effect("gives the next person another name", () =>
    inFile(() =>
      Effect.gen(function* () {
        yield* world
        yield* erase("ada.lindqvist@example.test")
        assert.strictEqual((yield* erase("bo@example.test")).token, "erased-2")
        assert.deepStrictEqual(yield* select("SELECT email_key FROM local_contacts ORDER BY email_key"), [
          { email_key: "cy@example.test" },
          { email_key: "joada.lindqvist@example.test" }
        ])
      })
    )
  )
})

describe("a body without a person", () => {
  const address = FastCheck.emailAddress()
  const personOf = (email: string) => ({
    key: fromAddress(email),
    pattern: patternOf(spellingsOf([email])),
    ids: new Map([["77", "erased-1-1"]]),
    token: "erased-1"
  })

  it("holds the address no more, wherever it stood, and all else as before", () => {
    FastCheck.assert(
      FastCheck.property(address, FastCheck.array(address), (email, others) => {
        const different = others.filter((other) => fromAddress(other) !== fromAddress(email))
        const body = JSON.stringify({
          success: ["77", "770"],
          failure: [...different, email, email.toUpperCase()]
        })
        assert.strictEqual(
          withoutPerson(body, personOf(email)),
          JSON.stringify({ success: ["erased-1-1", "770"], failure: [...different, "erased-1", "erased-1"] })
        )
      })
    )
  })

  it("is untouched to the byte where it holds nothing of the person", () => {
    const body = '{ "status": "completed",  "success": ["1"] }'
    assert.strictEqual(withoutPerson(body, personOf("a@x.test")), body)
  })
})
