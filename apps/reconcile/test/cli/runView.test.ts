import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { BatchId } from "effect-activecampaign/BatchId"
import * as RunView from "../../src/cli/output/run/RunView.js"
import type { RunEvent } from "../../src/job/RunEvent.js"
import { widthOf } from "../../src/text/width.js"

const plain: RunView.Paint = (_, text) => text

const after = (events: ReadonlyArray<RunEvent>, now = 0) => {
  const state = RunView.makeState(0, 1000)
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
    assert.include(lines(state, 19_999).join("\n"), "80 made, about 1 to go, 4.0 a second")
    assert.include(lines(state, 60_000).join("\n"), "80 made, about 1 to go, 0.0 a second")
  })

  it("says how many calls are still needed, and how many may be spent on contacts", () => {
    const state = after([{ _tag: "Started", open: 1200 }, settled("a"), answered("b", "active")])
    state.toAsk = { ids: 1501, addresses: 40 }
    assert.strictEqual(RunView.callsToGo(state), 1199 + 16 + 40)
    const shown = lines(state, 0)
    assert.include(shown.join("\n"), "Calls      0 made, about 1,255 to go, 0.0 a second")
    assert.notInclude(shown.join("\n"), "Budget")
    RunView.meter(state).left(1000)
    assert.notInclude(lines(state, 0).join("\n"), "Budget")
    RunView.meter(state).left(30)
    assert.strictEqual(RunView.callsToGo(state), 1199 + 30)
    assert.include(lines(state, 0).join("\n"), "Budget     30 of 1,000 calls for contacts left")
    assert.include(
      RunView.standing(state, 0),
      "0 calls, about 1,229 to go; 30 of 1,000 calls for contacts left"
    )
  })

  it("counts the calls of a walk through the account, while that takes fewer", () => {
    const plan = {
      addresses: 500,
      method: "walk",
      calls: 21,
      walkCalls: 21,
      budget: 1000,
      affordable: 500
    } as const
    const state = after([
      { _tag: "Started", open: 0 },
      { _tag: "Planned", plan }
    ])
    state.toAsk = { ids: 0, addresses: 500 }
    assert.strictEqual(RunView.callsToGo(state), 21)
    RunView.onCall(state, 0)
    assert.strictEqual(RunView.callsToGo(state), 20)
    state.toAsk = { ids: 0, addresses: 0 }
    assert.strictEqual(RunView.callsToGo(state), 0)
  })

  it("that watches waits for batches, and estimates from when there are more", () => {
    const state = after([{ _tag: "Started", open: 1 }, settled("a"), { _tag: "Idle" }], 1000)
    assert.strictEqual(lines(state, 3_600_000)[0], "Watching: 1h. Waiting for batches; Ctrl-C ends it.")
    assert.include(RunView.standing(state, 3_600_000), "waiting for batches")
    RunView.onEvent(state, 3_600_000, { _tag: "Joined", batches: 6 })
    for (const id of ["b", "c", "d"]) RunView.onEvent(state, 3_603_000, settled(id))
    assert.strictEqual(lines(state, 3_603_000)[0], "Running: 1h 3s, about 3s left")
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
