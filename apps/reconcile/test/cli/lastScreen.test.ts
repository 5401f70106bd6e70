import { assert, describe, it } from "@effect/vitest"
import { endingOf } from "../../src/cli/output/run/ending.js"
import type { Applied } from "../../src/cli/failOn/Condition.js"
import * as lastScreen from "../../src/cli/output/run/lastScreen.js"
import type { RunReport } from "../../src/job/RunReport.js"
import type { Attention } from "../../src/ledger/reports/Attention.js"
import type { Summary } from "../../src/ledger/reports/Reports.js"
import { widthOf } from "../../src/text/width.js"

const report: RunReport = {
  open: 0,
  settled: [],
  stillOpen: 0,
  problems: [],
  resolved: null,
  lookedUp: null,
  checked: null,
  callsForNames: 0,
  stopped: null
}

const summary: Summary = {
  batches: 2,
  settled: 2,
  sent: 1000,
  outcomes: [
    { outcome: "imported", evidence: "id", contacts: 700 },
    { outcome: "rejected", evidence: "failure", contacts: 60 },
    { outcome: "unaccounted", evidence: "silence", contacts: 240 }
  ],
  findings: [],
  purged: 0,
  sentValues: null
}

const rejected = {
  outcome: "rejected",
  contacts: 60,
  reasons: [
    { reason: "likely: the part after the @ is not a domain", contacts: 40 },
    { reason: "", contacts: 20 }
  ],
  examples: [`${"a".repeat(150)}@${"例え".repeat(40)}.test`, "b@x.test", "c@x.test"]
} as const

const unaccounted = {
  outcome: "unaccounted",
  contacts: 240,
  reasons: [{ reason: "silence", contacts: 240 }],
  examples: ["d@x.test", "e@x.test", "f@x.test"]
} as const

const attention: Attention = {
  dropped: [],
  outcomes: [rejected, unaccounted],
  findings: [
    {
      finding: "unmatched-failure",
      count: 2,
      example: {
        batch_id: "b".repeat(200),
        subject: "noemi@exmple.test",
        detail: "reported as failed; no contact with this address was sent in this batch"
      }
    }
  ],
  stalled: [],
  toBeResolved: 236,
  statuses: [{ status: "completed", batches: 2 }]
}

const ended = (over: Partial<lastScreen.Ended> = {}): lastScreen.Ended => ({
  report,
  summary,
  attention,
  ending: endingOf({ once: false, interrupted: 130 }, report, []),
  file: "./reconcile.db",
  width: 80,
  ...over
})

const all = (one: lastScreen.Ended) =>
  [lastScreen.verdict(one), lastScreen.totals(one), lastScreen.attentionBlocks(one)].join("\n")

describe("the end of a run", () => {
  it("says first whether it went well, with the number and the words of a report", () => {
    assert.strictEqual(
      lastScreen.verdict(ended({ width: Number.POSITIVE_INFINITY })),
      "All 2 batches have settled. 300 of 1,000 contacts need attention, 236 of them only to be resolved."
    )
    const onlyIds = ended({
      attention: { ...attention, outcomes: [{ ...unaccounted, contacts: 236 }], findings: [] },
      width: Number.POSITIVE_INFINITY
    })
    assert.strictEqual(
      lastScreen.verdict(onlyIds),
      "All 2 batches have settled. 236 of 1,000 contacts need attention, 236 of them only to be resolved."
    )
    assert.include(lastScreen.attentionBlocks(onlyIds), "236 only to be resolved")
    assert.include(lastScreen.nextSteps(onlyIds), "ac-reconcile resolve")
  })

  it("counts sent values by the words of all tables, if any were declared", () => {
    assert.notInclude(lastScreen.totals(ended()), "Sent values")
    const totals = lastScreen.totals(
      ended({
        summary: {
          ...summary,
          sentValues: { sent: 200, same: 150, different: 10, absent: 20, cannot_tell: 8, not_checked: 12 }
        }
      })
    )
    assert.match(totals, /^Sent values +200$/m)
    assert.match(totals, /^ {2}same +150 +75\.0% {2}the account has them as they were sent$/m)
    assert.match(totals, /^ {2}different +10 +5\.0% {2}the account has something else$/m)
    assert.match(totals, /^ {2}absent +20 +10\.0% {2}the account has nothing$/m)
    assert.match(totals, /^ {2}cannot tell +8 +4\.0% {2}edited since, or sent again$/m)
    assert.match(totals, /^ {2}not checked +12 +6\.0% {2}not looked at, or a doubt is left$/m)
  })

  it("names them as a part of the unaccounted, with each share of the contacts", () => {
    const totals = lastScreen.totals(ended())
    assert.match(totals, /^Contacts +1,000$/m)
    assert.match(totals, /^ {2}unaccounted +240 +24\.0% {2}236 to be resolved, 4 in neither list$/m)
    assert.match(totals, /^ {2}rejected +60 +6\.0% {2}in the failure list$/m)
  })

  it("groups what needs attention by kind, rejected first, with likely reasons that add up", () => {
    const blocks = lastScreen.attentionBlocks(ended())
    assert.isBelow(blocks.indexOf("rejected  60 contacts"), blocks.indexOf("unaccounted  240 contacts"))
    assert.match(
      blocks,
      /^ {4}40 likely: the part after the @ is not a domain\n {4}20 without a likely reason$/m
    )
    assert.match(blocks, /^ {4}… and 57 more$/m)
    assert.match(blocks, /^ {2}unmatched-failure {2}2$/m)
  })

  it("fits the terminal, and is neither cut nor wrapped where it is kept", () => {
    for (const width of [80, 120]) {
      for (const line of all(ended({ width })).split("\n")) assert.isAtMost(widthOf(line), width, line)
    }
    const kept = all(ended({ width: Number.POSITIVE_INFINITY }))
    assert.include(kept, rejected.examples[0])
    assert.include(kept, "b".repeat(200))
  })

  it("names each stalled batch, its status, for how long, and what is usual", () => {
    const stuck = { status: "active", status_since: "2031-04-02T08:00:00.000Z", seconds: 93_600 }
    const stalled = [
      { ...stuck, batch_id: "b-1", usual_seconds: 240 },
      { ...stuck, batch_id: "b-2", usual_seconds: null }
    ]
    const blocks = lastScreen.attentionBlocks(ended({ attention: { ...attention, stalled } }))
    assert.include(
      blocks,
      "Stalled: 2 batches\n  b-1\n    active for 1d 2h; 9 of 10 batches left it within 4m\n  b-2\n    active for 1d 2h\n"
    )
  })

  it("does not call a run finished while batches are open or silent", () => {
    assert.strictEqual(
      lastScreen.verdict(ended({ summary: { ...summary, settled: 1 } })),
      "Not finished: 1 batch of 2 has not settled yet."
    )
  })

  it("gives a reason for each exit code", () => {
    const ending = (over: Partial<RunReport>, failed: ReadonlyArray<Applied> = []) =>
      endingOf({ once: false, interrupted: 130 }, { ...report, open: 3, ...over }, failed)
    assert.deepStrictEqual(ending({}), { exitCode: 0, why: "all 3 batches completed." })
    assert.deepStrictEqual(ending({ stillOpen: 2 }), {
      exitCode: 8,
      why: "2 batches had not settled in time."
    })
    const applied = { condition: "rejected>2%", count: 60, of: 1000, says: "60 of 1,000 sent contacts, 6.0%" }
    assert.deepStrictEqual(ending({}, [applied]), {
      exitCode: 3,
      why: "--fail-on applies: rejected>2% (60 of 1,000 sent contacts, 6.0%)."
    })
  })
})
