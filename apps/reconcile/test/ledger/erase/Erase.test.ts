import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { BatchId } from "effect-activecampaign/BatchId"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { Disk } from "../../../src/files/Disk.js"
import { searchBeside } from "../../../src/ledger/erase/beside.js"
import { erase } from "../../../src/ledger/erase/Erase.js"
import { searchBytes } from "../../../src/ledger/erase/fileBytes.js"
import { personOf, withoutPerson } from "../../../src/ledger/erase/person.js"
import { search } from "../../../src/ledger/erase/search.js"
import * as Ledger from "../../../src/ledger/Ledger.js"
import * as Lookups from "../../../src/ledger/facts/Lookups.js"
import { reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import * as Trouble from "../../../src/ledger/facts/Trouble.js"
import { answer, conclusions, load, momentAt, now, row, select, verdicts } from "../../support/ledger.js"
import { temporaryFolder } from "../../support/temporary.js"

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
  it.effect("leaves the address nowhere in the file: in no stored body, message or freed page", () =>
    inFile((file) =>
      Effect.gen(function* () {
        yield* world
        const before = yield* searchBytes(`${file}-wal`, personOf("ada.lindqvist@example.test"), new Map())
        assert.isAbove(before.unexplained, 0)
        const { person, tidied, token } = yield* erase("ada.lindqvist@example.test")
        assert.strictEqual(token, "erased-1")
        assert.deepStrictEqual(tidied, { done: true })
        const found = yield* search(person)
        assert.deepStrictEqual(found.remaining, [])
        assert.deepStrictEqual([...found.others.keys()], ["joada.lindqvist@example.test"])
        const after = yield* searchBytes(file, person, found.others)
        assert.isAbove(after.occurrences, 0)
        assert.strictEqual(after.unexplained, 0)
        const bytes = readFileSync(file).toString("latin1").toLowerCase()
        // Somebody else's address holds the same letters, and stays.
        assert.include(bytes, "joada.lindqvist@example.test")
        assert.notInclude(bytes.replaceAll("joada.lindqvist@example.test", ""), "ada.lindqvist@example.test")
        assert.notInclude(bytes, "ada.lindqvist%40example.test")
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

  it.effect("changes no other outcome and no total, even after a rebuild", () =>
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

  it.effect("leaves no contact to look up or send again", () =>
    inFile(() =>
      Effect.gen(function* () {
        yield* load([row("silent@example.test", "one"), row("gone@example.test", "two")])
        yield* answer("one", "completed", { success: [], failure: [] })
        yield* answer("two", "completed", { success: [], failure: [] })
        const asked = { emailKey: "gone@example.test", email: "gone@example.test", contact: Option.none() }
        yield* Lookups.record([asked], "address", yield* momentAt(now))
        assert.deepStrictEqual(yield* verdicts, [
          "silent@example.test: unaccounted (silence)",
          "gone@example.test: missing (lookup-absent)"
        ])
        assert.lengthOf(yield* select("SELECT email FROM retry_candidates"), 1)
        yield* erase("silent@example.test")
        yield* erase("gone@example.test")
        assert.strictEqual(yield* Lookups.countUnaccounted, 0)
        assert.deepStrictEqual(yield* Lookups.unaccounted, [])
        yield* Lookups.recordAbsent(yield* momentAt(now))
        assert.deepStrictEqual(yield* verdicts, [
          "erased-1: unaccounted (silence)",
          "erased-2: missing (lookup-absent)"
        ])
        assert.lengthOf(yield* select("SELECT email FROM retry_candidates"), 0)
      })
    )
  )

  it.effect("leaves no text of the person if it is killed before the file is cleaned up", () =>
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

  it.effect("gives the next person another made-up name", () =>
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

describe("the bytes of a file", () => {
  const read = (text: string, others: ReadonlyArray<string>) =>
    Effect.scoped(
      Effect.gen(function* () {
        const file = join(yield* temporaryFolder, "bytes")
        writeFileSync(file, text)
        return yield* searchBytes(file, personOf("müller@x.test"), new Map(others.map((one) => [one, false])))
      })
    )

  it.effect("are explained by a longer address in the tables, and by nothing else", () =>
    Effect.gen(function* () {
      const bytes = "\0b-1jomüller@x.test\x01joM\u00dcLLER@x.test\0"
      const explained = yield* read(bytes, ["jomüller@x.test"])
      assert.deepInclude(explained, { occurrences: 2, unexplained: 0 })
      assert.deepInclude(yield* read(bytes, []), { occurrences: 2, unexplained: 2 })
      for (const left of [
        "müller@x.test",
        "b-1MÜLLER@x.test",
        '{"a":"m\\u00FCller@x.te',
        "m%c3%bcller%40x.test"
      ]) {
        const found = yield* read(`${bytes}${left}${left.endsWith("te") ? "st" : ""}\0`, ["jomüller@x.test"])
        assert.strictEqual(found.unexplained, 1, left)
      }
    })
  )

  it.effect("are read across the borders of what is read at once", () =>
    Effect.gen(function* () {
      const found = yield* read(`${"-".repeat((1 << 16) - 6)}müller@x.test${"-".repeat(1 << 16)}`, [])
      assert.isAbove(found.unexplained, 0)
    })
  )
})

describe("a disk that fails", () => {
  const failing = (fails: (path: string) => boolean) =>
    Effect.flatMap(Disk, (disk) =>
      Effect.succeed({
        ...disk,
        open: (path: string, flags: number, mode: number) => {
          if (fails(path)) throw Object.assign(new Error("EIO: i/o error, open"), { code: "EIO" })
          return disk.open(path, flags, mode)
        }
      })
    )
  const ada = personOf("ada@x.test")

  it.scoped("prevents a search of the bytes of a file, and that is said", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "ledger.db")
      writeFileSync(file, "ada@x.test")
      const error = yield* Effect.flip(searchBytes(file, ada, new Map())).pipe(
        Effect.provideServiceEffect(
          Disk,
          failing(() => true)
        )
      )
      assert.strictEqual(error.reason, "the disk reports an error, EIO")
    })
  )

  it.scoped("names the file beside a ledger that it cannot read, and searches the others", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "ledger.db")
      for (const name of [file, `${file}.old`, `${file}.older`]) writeFileSync(name, "ada@x.test")
      const beside = yield* searchBeside(file, ada, new Map()).pipe(
        Effect.provideServiceEffect(
          Disk,
          failing((path) => path.endsWith(".old"))
        )
      )
      assert.deepStrictEqual(beside, {
        read: [{ path: `${file}.older`, bytes: 10, occurrences: 1, unexplained: 1 }],
        unsearched: [{ path: `${file}.old`, reason: "the disk reports an error, EIO" }]
      })
    })
  )
})

describe("a body without a person", () => {
  const address = FastCheck.emailAddress()
  const names = { token: "erased-1", ids: new Map([["77", "erased-1-1"]]) }

  it("does not contain the address, and is otherwise as before", () => {
    FastCheck.assert(
      FastCheck.property(address, FastCheck.array(address), (email, others) => {
        const different = others.filter((other) => fromAddress(other) !== fromAddress(email))
        const body = JSON.stringify({
          success: ["77", "770"],
          failure: [...different, email, email.toUpperCase()]
        })
        assert.strictEqual(
          withoutPerson(body, personOf(email), names),
          JSON.stringify({ success: ["erased-1-1", "770"], failure: [...different, "erased-1", "erased-1"] })
        )
      })
    )
  })

  it("is the same to the byte if it has nothing of the person", () => {
    const body = '{ "status": "completed",  "success": ["1"] }'
    assert.strictEqual(withoutPerson(body, personOf("a@x.test"), names), body)
  })
})
