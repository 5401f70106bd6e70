import { assert, describe, it } from "@effect/vitest"
import { settlingLine } from "../../src/cli/output/report/asText.js"
import { verdictOf } from "../../src/report/concerns.js"
import { spread } from "../../src/report/numbers.js"

const totals = {
  batches: 5,
  settled: 3,
  open: 2,
  without_answer: 0,
  ended_badly: 1,
  sent: 30,
  attention: 18,
  to_be_resolved: 7,
  findings: 0,
  consent_changes: 0,
  sent_values: 0,
  dropped: 0
}

describe("the verdict of a report", () => {
  it("has the number of contacts that need attention that all of the report has, and says which of them only wait", () => {
    assert.strictEqual(
      verdictOf(totals),
      "2 of 5 batches have not settled yet. 18 of 30 contacts need attention, 7 of them only to be resolved."
    )
    assert.strictEqual(
      verdictOf({ ...totals, open: 0, settled: 5, attention: 1, to_be_resolved: 0, findings: 2 }),
      "All 5 batches have settled. 1 of 30 contacts needs attention; 2 findings."
    )
  })

  it("counts as findings what all of the report does: those besides changes of consent are the others", () => {
    const quiet = { ...totals, open: 0, settled: 5, attention: 0, to_be_resolved: 0 }
    assert.strictEqual(
      verdictOf({ ...quiet, findings: 3, consent_changes: 1 }),
      "All 5 batches have settled. 1 change of consent; 2 other findings."
    )
    assert.strictEqual(
      verdictOf({ ...quiet, findings: 2, consent_changes: 2 }),
      "All 5 batches have settled. 2 changes of consent."
    )
  })

  it("says that nothing needs attention only once all has settled", () => {
    const quiet = { ...totals, attention: 0, to_be_resolved: 0 }
    assert.strictEqual(verdictOf(quiet), "2 of 5 batches have not settled yet.")
    assert.strictEqual(
      verdictOf({ ...quiet, open: 0, settled: 5 }),
      "All 5 batches have settled. No contact needs attention."
    )
    assert.strictEqual(verdictOf({ ...quiet, batches: 0 }), "This file has no batches yet.")
  })
})

describe("the sentence on how long batches took", () => {
  it("speaks of halves and tenths only where there are several batches", () => {
    assert.strictEqual(settlingLine(spread([4, null])), "1 batch settled within 4 s; of 1 it is not known.")
    assert.strictEqual(
      settlingLine(spread([4, 8])),
      "Half of 2 batches settled within 4 s, nine of ten within 8 s, the slowest in 8 s."
    )
    assert.strictEqual(settlingLine(spread([null])), "")
  })
})
