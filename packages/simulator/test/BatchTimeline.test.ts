import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { Batch, BatchTimeline, Scenario, Truth } from "effect-activecampaign-simulator"

const letters = FastCheck.constantFrom("a", "b", "c", "d", "e", "A", "B")
const stage = FastCheck.integer({ min: 0, max: 500 })
const contact = FastCheck.record({
  email: letters.map((letter) => `${letter}@example.test`),
  becomes: Arbitrary.make(Batch.Becomes)
})
const batch = FastCheck.record({
  stages: FastCheck.record({ unset: stage, waiting: stage, claimed: stage, active: stage }),
  ends: Arbitrary.make(Batch.Ending),
  contacts: FastCheck.array(contact, { maxLength: 8 }),
  processed: FastCheck.integer({ min: 0, max: 8 }),
  partialLists: FastCheck.boolean()
})
const scenarios = FastCheck.record({
  batch,
  duplicateIds: FastCheck.constantFrom("once" as const, "twice" as const),
  successMeans: FastCheck.constantFrom("created-and-updated" as const, "created-only" as const)
}).map(({ batch, ...rest }) => Scenario.make({ ...rest, batches: [{ ...batch, batchId: "b-1" }] }))
const age = FastCheck.integer({ min: 0, max: 2500 })

const planOf = (scenario: Scenario.Scenario) => {
  const plan = BatchTimeline.plans(scenario).get("b-1")
  if (plan === undefined) throw new Error("the scenario has no batch b-1")
  return plan
}
const viewOf = (scenario: Scenario.Scenario, at: number) =>
  Option.getOrThrow(BatchTimeline.viewAt(planOf(scenario), at))
const listsOf = (view: BatchTimeline.BatchView) =>
  Option.getOrElse(view.lists, () => ({ success: [], failure: [] }))
const order = [false, "waiting", "claimed", "active", "completed", "failed", "interrupted"]
const endless = 1e9

describe("a batch", () => {
  it("is unknown before its submission", () => {
    const plan = planOf(Scenario.make({ batches: [{ batchId: "b-1" }] }))
    assert.isTrue(Option.isNone(BatchTimeline.viewAt(plan, -1)))
  })

  it("shows each status from the first millisecond of its stage", () => {
    const scenario = Scenario.make({
      batches: [{ batchId: "b-1", stages: { unset: 10, waiting: 10, claimed: 10, active: 10 } }]
    })
    assert.deepStrictEqual(
      [0, 9, 10, 19, 20, 29, 30, 39, 40, 1e6].map((at) => viewOf(scenario, at).status),
      [false, false, "waiting", "waiting", "claimed", "claimed", "active", "active", "completed", "completed"]
    )
  })

  it("shows an undocumented word instead of active if the scenario has one", () => {
    const scenario = Scenario.make({
      batches: [{ batchId: "b-1", stages: { unset: 0, waiting: 0, claimed: 0 }, statusWord: "paused" }]
    })
    assert.strictEqual(viewOf(scenario, 0).status, "paused")
  })

  it("never goes back to an earlier status, and keeps all it ever listed", () => {
    FastCheck.assert(
      FastCheck.property(scenarios, age, age, (scenario, one, other) => {
        const before = viewOf(scenario, Math.min(one, other))
        const after = viewOf(scenario, Math.max(one, other))
        assert.isAtMost(order.indexOf(before.status), order.indexOf(after.status))
        assert.includeMembers([...listsOf(after).success], [...listsOf(before).success])
        assert.includeMembers([...listsOf(after).failure], [...listsOf(before).failure])
      })
    )
  })

  it("stays the same once it has settled", () => {
    FastCheck.assert(
      FastCheck.property(scenarios, age, (scenario, at) => {
        const view = viewOf(scenario, at)
        if (view.settled) assert.deepStrictEqual(view, viewOf(scenario, endless))
        assert.strictEqual(viewOf(scenario, endless).settled, scenario.batches[0]?.ends !== "never")
      })
    )
  })

  it("finally lists exactly what the truth says", () => {
    FastCheck.assert(
      FastCheck.property(scenarios, (scenario) => {
        const final = listsOf(viewOf(scenario, endless))
        const fates = Truth.truth(scenario)
        const ids = fates.filter((fate) => fate.inSuccess).flatMap((fate) => Option.toArray(fate.contactId))
        const failed = fates.filter((fate) => fate.inFailure).map((fate) => fate.emailKey)
        assert.sameMembers([...new Set(final.success)], [...new Set(ids)])
        assert.sameMembers(
          final.failure.map((email) => email.toLowerCase()),
          [...new Set<string>(failed)]
        )
        assert.strictEqual(
          final.success.length === ids.length,
          scenario.duplicateIds === "twice" || ids.length === new Set(ids).size
        )
      })
    )
  })

  it("has one fate for each submitted row, in sending order", () => {
    FastCheck.assert(
      FastCheck.property(scenarios, (scenario) => {
        assert.deepStrictEqual(
          Truth.truth(scenario).map((fate) => fate.email),
          scenario.batches.flatMap((batch) => batch.contacts.map((contact) => contact.email))
        )
      })
    )
  })

  it("lists IDs ascending and addresses backwards, so that nothing can be paired by position", () => {
    const scenario = Scenario.make({
      batches: [
        {
          batchId: "b-1",
          contacts: [
            { email: "a@example.test", contactId: "1000" },
            { email: "b@example", becomes: "rejected" },
            { email: "c@example.test", contactId: "99" },
            { email: "d@example", becomes: "rejected" }
          ],
          strangers: { success: ["7"] }
        }
      ]
    })
    assert.deepStrictEqual(listsOf(viewOf(scenario, endless)), {
      success: ["7", "99", "1000"],
      failure: ["d@example", "b@example"]
    })
  })

  it("gives an address the same ID in every batch, and no two addresses one ID", () => {
    const scenario = Scenario.make({
      batches: [
        { batchId: "b-1", contacts: [{ email: "a@example.test" }, { email: "b@example.test" }] },
        {
          batchId: "b-2",
          contacts: [
            { email: "A@example.test", becomes: "updated" },
            { email: "c@example.test", contactId: "1001" },
            { email: "d@example.test", becomes: "silent" }
          ]
        }
      ]
    })
    assert.deepStrictEqual(
      Truth.truth(scenario).map((fate) => Option.getOrNull(fate.contactId)),
      ["1002", "1003", "1002", "1001", null]
    )
  })

  it("processes only some contacts if it fails halfway", () => {
    const scenario = Scenario.make({
      batches: [
        {
          batchId: "b-1",
          ends: "failed",
          processed: 1,
          contacts: [{ email: "a@example.test" }, { email: "b@example.test" }]
        }
      ]
    })
    assert.deepStrictEqual(listsOf(viewOf(scenario, endless)), { success: ["1001"], failure: [] })
    assert.deepStrictEqual(
      Truth.truth(scenario).map((fate) => fate.became),
      ["created", "unreached"]
    )
  })
})
