import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { BatchId } from "effect-activecampaign/BatchId"
import * as RunView from "../../src/cli/output/run/RunView.js"
import type { RunEvent } from "../../src/job/RunEvent.js"
import { widthOf } from "../../src/text/width.js"

const plain: RunView.Paint = (_, text) => text

const after = (events: ReadonlyArray<RunEvent>, now = 0) => {
  const state = RunView.makeState(0)
  for (const event of events) RunView.onEvent(state, now, event)
  return state
}

const settled = (id: string, status: "completed" | "failed" = "completed"): RunEvent => ({
  _tag: "Settled",
  batchId: BatchId.make(id),
  status
})

const answered = (id: string, status: string): RunEvent => ({
  _tag: "Answered",
  batchId: BatchId.make(id),
  status
})

const lines = (state: RunView.RunState, now: number, columns = 80) =>
  RunView.screen(state, now, { columns, paint: plain })

describe("the screen of a run", () => {
  it("counts batches by status, and says how far it is and how long it may take", () => {
    const state = after([
      { _tag: "Started", open: 12 },
      settled("a"),
      settled("b"),
      settled("c", "failed"),
      answered("d", "active"),
      answered("e", "waiting"),
      answered("f", "active")
    ])
    state.outcomes = { imported: 1200, rejected: 3 }
    const [head, bar, batches, contacts, now] = lines(state, 30_000)
    assert.strictEqual(head, "Running: 30s, about 1m 30s left")
    assert.match(bar ?? "", /^ {2}█{12}░{38} {2}3 of 12$/)
    assert.strictEqual(batches, "  Batches    completed 2  failed 1  active 2  waiting 1  unasked 6")
    assert.strictEqual(contacts, "  Contacts   imported 1,200  rejected 3")
    assert.strictEqual(now, "  Now        following 9 batches")
  })

  it("estimates nothing from fewer than three batches", () => {
    const state = after([{ _tag: "Started", open: 12 }, settled("a"), settled("b")])
    assert.strictEqual(lines(state, 30_000)[0], "Running: 30s")
  })

  it("says what is waited for and for how much longer, until a call is made", () => {
    const state = after([{ _tag: "Started", open: 1 }])
    RunView.onHold(state, 1000, 25_000)
    RunView.onEvent(state, 1000, { _tag: "TroubleBegan", batchId: null, message: "limited", wait: 25_000 })
    assert.include(lines(state, 4000).at(-1), "429, too many requests – 22s left")
    assert.notInclude(lines(state, 30_000).join("\n"), "429")
    RunView.onCall(state, 5000)
    assert.notInclude(lines(state, 5000).join("\n"), "429")
  })

  it("counts calls, and their rate in the last five seconds", () => {
    const state = after([{ _tag: "Started", open: 1 }])
    for (let at = 0; at < 20_000; at += 250) RunView.onCall(state, at)
    assert.include(lines(state, 19_999).join("\n"), "80 made, 4.0 a second")
    assert.include(lines(state, 60_000).join("\n"), "80 made, 0.0 a second")
  })

  it("names each step while it works", () => {
    const state = after([
      { _tag: "Started", open: 1 },
      settled("a"),
      { _tag: "Resolved", done: 200, left: 1300 },
      { _tag: "LookedUp", done: 3 }
    ])
    assert.include(lines(state, 0).join("\n"), "Now        resolving: 200 done, 1,300 to go")
  })

  it.prop(
    "is never wider than the terminal, whatever a status or message says",
    [
      FastCheck.array(FastCheck.string({ unit: "binary" }), { maxLength: 20 }),
      FastCheck.constantFrom(80, 120, 40)
    ],
    ([texts, columns]) => {
      const state = after([
        { _tag: "Started", open: 1_000_000 },
        ...texts.map((text, at) => answered(String(at), text)),
        { _tag: "TroubleBegan", batchId: null, message: texts.join(" "), wait: 90_000 }
      ])
      for (const line of lines(state, 1000, columns)) assert.isAtMost(widthOf(line), columns)
    }
  )
})
