import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import Sqlite from "better-sqlite3"
import { BatchId } from "effect-activecampaign/BatchId"
import { packed, unpacked } from "../../src/report/packed.js"
import { spread } from "../../src/report/numbers.js"
import * as queries from "../../src/report/queries.js"
import { readReport } from "../../src/report/readReport.js"
import { ReportData } from "../../src/report/ReportData.js"
import * as Batches from "../../src/ledger/facts/Batches.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import { answer, load, now, row, select } from "../support/ledger.js"
import { makeDocumentedLedger } from "../support/documentedLedger.js"
import { makeSample } from "../support/sample.js"

const inMemory = Effect.provide(Ledger.layer(":memory:"))

const limits = { contacts: 1000, batches: 1000, findings: 1000 }

const report = readReport("./reconcile.db", { limits })

const sum = <A>(rows: ReadonlyArray<A>, of: (row: A) => number) =>
  rows.reduce((total, row) => total + of(row), 0)

/** What must hold of any report, whatever is in the file. */
const assertAddsUp = (data: ReportData) => {
  const {
    batches,
    contacts,
    days,
    findings,
    outcomes,
    rejected_domains,
    rejected_reasons,
    settling,
    totals
  } = data
  const of = (word: string) => outcomes.find(({ outcome }) => outcome === word)?.contacts ?? Number.NaN
  assert.strictEqual(outcomes.length, 7)
  assert.strictEqual(
    sum(outcomes, (one) => one.contacts),
    totals.sent
  )
  for (const { contacts, evidence } of outcomes)
    assert.strictEqual(
      sum(evidence, (one) => one.contacts),
      contacts
    )
  assert.strictEqual(
    of("rejected") + of("contradictory") + of("missing") + of("unaccounted"),
    totals.attention
  )
  assert.isAtMost(totals.to_be_resolved, of("unaccounted"))
  assert.strictEqual(totals.open + totals.settled, totals.batches)
  assert.strictEqual(
    sum(data.statuses, (one) => one.batches),
    totals.batches
  )
  assert.strictEqual(
    sum(days, (day) => day.batches),
    totals.batches
  )
  assert.strictEqual(
    sum(days, (day) => day.sent),
    totals.sent
  )
  assert.strictEqual(
    sum(days, (day) => day.rejected),
    of("rejected")
  )
  assert.strictEqual(settling.known + settling.unknown, totals.settled)
  assert.strictEqual(
    sum(settling.bins, (bin) => bin.batches),
    settling.known
  )
  assert.strictEqual(
    sum(rejected_domains.rows, (one) => one.contacts) + rejected_domains.others.contacts,
    of("rejected")
  )
  assert.strictEqual(
    sum(rejected_reasons, (one) => one.contacts),
    of("rejected")
  )
  assert.strictEqual(batches.rows.length + batches.left_out, totals.batches)
  assert.strictEqual(contacts.rows.length + contacts.left_out, totals.attention)
  assert.strictEqual(findings.rows.length + findings.left_out, totals.findings)
  assert.strictEqual(
    sum(
      data.concerns.filter(({ about }) => about === "contacts"),
      ({ count }) => count
    ),
    totals.attention
  )
  assert.deepStrictEqual(Schema.decodeUnknownSync(ReportData)(JSON.parse(JSON.stringify(data))), data)
}

const word = FastCheck.constantFrom("succeeds", "fails", "both", "neither", "stranger")

const world = FastCheck.array(
  FastCheck.record({
    status: FastCheck.constantFrom(...(["completed", "failed", "interrupted", "active", "unset"] as const)),
    contacts: FastCheck.array(word, { maxLength: 6 })
  }),
  { maxLength: 4 }
)

type World = ReadonlyArray<{
  readonly status: "completed" | "failed" | "interrupted" | "active" | "unset"
  readonly contacts: ReadonlyArray<string>
}>

const build = (batches: World) =>
  Effect.forEach(batches, ({ contacts, status }, batch) =>
    Effect.gen(function* () {
      const emails = contacts.map((_, at) =>
        at % 5 === 4 ? `c${at}.b${batch}` : `c${at}.b${batch}@x${at % 3}.test`
      )
      yield* Batches.add([BatchId.make(`b-${batch}`)], {
        addedAt: now,
        submittedAt: batch === 0 ? undefined : now
      })
      yield* load(
        emails.map((email, at) => row(email, `b-${batch}`, String(100 * (batch + 1) + at))),
        `b-${batch}.csv`
      )
      const those = (...words: ReadonlyArray<string>) =>
        contacts.flatMap((one, at) => (words.includes(one) ? [at] : []))
      yield* answer(`b-${batch}`, status, {
        success: [
          ...those("succeeds", "both").map((at) => String(100 * (batch + 1) + at)),
          ...those("stranger").map((at) => String(9000 + 10 * batch + at))
        ],
        failure: those("fails", "both").map((at) => emails[at] ?? "")
      })
    })
  )

describe("a report", () => {
  it.effect.prop(
    "adds up, whatever became of the contacts",
    [world],
    ([batches]) =>
      Effect.gen(function* () {
        yield* build(batches)
        assertAddsUp(yield* report)
      }).pipe(inMemory),
    { fastCheck: { numRuns: 20 } }
  )

  for (const [name, make] of [
    ["the documented account", makeDocumentedLedger],
    ["the sample", makeSample]
  ] as const) {
    it.live(`of ${name} adds up, and says what its own queries answer`, () =>
      Effect.acquireUseRelease(
        Effect.promise(make),
        ({ database, file }) =>
          Effect.gen(function* () {
            const data = yield* report
            assertAddsUp(data)
            const answer = (sql: string) => database.prepare<[], Record<string, unknown>>(sql).all()
            const of = (number: string) =>
              answer(data.obtained.find((one) => one.number.startsWith(number))?.sql ?? "")
            assert.deepStrictEqual(
              of("Contacts sent")
                .map(({ contacts, evidence }) => [evidence, contacts])
                .toSorted(),
              data.outcomes
                .flatMap(({ evidence }) => evidence.map((one) => [one.evidence, one.contacts]))
                .toSorted()
            )
            assert.deepStrictEqual(
              new Map(of("Contacts that need").map(({ contacts, outcome }) => [outcome, contacts])),
              new Map(
                data.concerns.flatMap(({ about, count, name }) =>
                  about === "contacts" ? [[name, count]] : []
                )
              )
            )
            assert.deepStrictEqual(of("Unaccounted"), [{ number: data.totals.to_be_resolved }])
            assert.deepStrictEqual(of("Batches, settled"), [
              {
                batches: data.totals.batches,
                settled: data.totals.settled,
                ended_badly: data.totals.ended_badly
              }
            ])
            assert.deepStrictEqual(of("Batches by status"), [...data.statuses])
            assert.deepStrictEqual(of("Batches over time"), [...data.days])
            assert.deepStrictEqual(
              spread(of("Time to settle").map(({ seconds }) => (seconds === null ? null : Number(seconds)))),
              data.settling
            )
            assert.deepStrictEqual(of("Rejected by domain"), [...data.rejected_domains.rows])
            assert.deepStrictEqual(of("Rejected by likely reason"), [...data.rejected_reasons])
            assert.strictEqual(
              sum(of("Findings"), ({ count }) => Number(count)),
              data.totals.findings
            )
            assert.strictEqual(of("The table of batches").length, data.totals.batches)
            assert.sameMembers(
              of("The table of contacts").map(({ email }) => email),
              data.contacts.rows.map(({ email }) => email)
            )
            assert.strictEqual(data.obtained.length, queries.obtained.length)
          }).pipe(Effect.provide(Ledger.layerReadOnly(file))),
        ({ close }) => Effect.sync(close)
      )
    )
  }

  it.live("is of one moment, whatever is written while it is read", () =>
    Effect.acquireUseRelease(
      Effect.promise(makeSample),
      ({ file }) =>
        Effect.gen(function* () {
          const before = yield* report
          const service = yield* Ledger.Ledger
          let statements = 0
          const write = Effect.sync(() => {
            statements += 1
            if (statements !== 1) return
            const writer = new Sqlite(file)
            writer.exec(
              "INSERT INTO numbered_batches (batch_id, added_at) VALUES ('late', '2031-04-02T08:15:00.000Z')"
            )
            writer.close()
          })
          const during = yield* Effect.provideService(report, Ledger.Ledger, {
            ...service,
            use: (effect) => Effect.tap(service.use(effect), () => write)
          })
          assert.isAbove(statements, 10)
          assertAddsUp(during)
          assert.deepStrictEqual({ ...during, made_at: "" }, { ...before, made_at: "" })
          assert.strictEqual((yield* report).totals.batches, before.totals.batches + 1)
        }).pipe(Effect.provide(Ledger.layerReadOnly(file))),
      ({ close }) => Effect.sync(close)
    )
  )

  it.effect("of an empty file says so", () =>
    Effect.gen(function* () {
      const data = yield* report
      assertAddsUp(data)
      assert.strictEqual(data.verdict, "This file has no batches yet.")
      assert.deepStrictEqual(data.concerns, [])
    }).pipe(inMemory)
  )

  it.effect("names the source, the key, the contact ID and the likely reason of a contact", () =>
    Effect.gen(function* () {
      yield* load([row("no-address", "b-1", "77", "K-1"), row("a@x.test", "b-1", "78", "K-2")], "crm.csv")
      yield* answer("b-1", "completed", { success: ["78"], failure: ["no-address"] })
      const { contacts } = yield* report
      assert.deepStrictEqual(contacts.rows, [
        {
          outcome: "rejected",
          email: "no-address",
          evidence: "failure",
          why: "likely: the address has no @",
          batch_id: "b-1",
          contact_id: "77",
          source: "crm.csv",
          source_key: "K-1"
        }
      ])
    }).pipe(inMemory)
  )

  it.effect("lists no more contacts than it may, the rejected first, and says how many are left out", () =>
    Effect.gen(function* () {
      yield* build([{ status: "failed", contacts: ["neither", "fails", "fails", "both", "neither"] }])
      const data = yield* readReport("my file.db", { limits: { ...limits, contacts: 3 } })
      assert.deepStrictEqual(
        data.contacts.rows.map(({ outcome }) => outcome),
        ["rejected", "rejected", "contradictory"]
      )
      assert.strictEqual(data.contacts.left_out, 2)
      assert.deepStrictEqual(data.contacts.commands, [
        "ac-reconcile export rejected --db 'my file.db'",
        "ac-reconcile export unaccounted --db 'my file.db'"
      ])
      assertAddsUp(data)
    }).pipe(inMemory)
  )

  it.effect("has the same contacts once they were packed for a page", () =>
    Effect.gen(function* () {
      yield* build([{ status: "failed", contacts: ["neither", "fails", "both"] }])
      const data = yield* report
      assert.deepStrictEqual<unknown>(unpacked(packed(data)), data.contacts.rows)
      assert.deepStrictEqual(yield* select("SELECT count(*) AS n FROM outcomes"), [{ n: 3 }])
    }).pipe(inMemory)
  )
})
