import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { BatchId, BulkImport, EmailKey, PollPolicy } from "effect-activecampaign"
import { BatchTimeline, SampleScenario, Simulator, Truth } from "effect-activecampaign-simulator"
import { coreLayer } from "./support.js"

const { sampleContacts, sampleScenario } = SampleScenario
const fates = Truth.truth(sampleScenario)
const [, vendors, openNumbers, , , sentTwice, stuck] = sampleScenario.batches
const finalView = (batchId: string | undefined) =>
  Option.fromNullable(BatchTimeline.plans(sampleScenario).get(batchId ?? "")).pipe(
    Option.flatMap((plan) => BatchTimeline.viewAt(plan, 1e9)),
    Option.flatMap((view) => view.lists),
    Option.getOrThrow
  )

describe("the sample", () => {
  it("gives what was sent, in sending order, consistent with the scenario", () => {
    assert.deepStrictEqual(
      sampleContacts.map((contact) => [contact.batch_id, contact.email]),
      sampleScenario.batches.flatMap(({ batchId, contacts }) => contacts.map(({ email }) => [batchId, email]))
    )
    for (const [index, contact] of sampleContacts.entries()) {
      if (contact.contact_id === "") continue
      assert.strictEqual(contact.contact_id, Option.getOrNull(fates[index]?.contactId ?? Option.none()))
    }
    assert.isTrue(sampleContacts.some((contact) => contact.contact_id === ""))
  })

  it("repeats the vendor's example exactly", () => {
    const lists = finalView(vendors?.batchId)
    assert.deepStrictEqual(lists.success, ["123", "124", "125", "126"])
    assert.sameMembers([...lists.failure], ["invalid.email@invalidDomain", "invalid'character@example.com"])
    assert.strictEqual(vendors?.contacts.length, 6)
  })

  it("has every fate, strangers, an address sent twice and numbers that do not close", () => {
    assert.sameMembers(
      [...new Set(fates.map((fate) => fate.became))],
      ["created", "updated", "rejected", "silent", "contradictory", "unreached"]
    )
    const { failure, success } = finalView(openNumbers?.batchId)
    assert.include(success, "9977")
    const sentKeys = new Set((openNumbers?.contacts ?? []).map(({ email }) => EmailKey.fromAddress(email)))
    const strangers = failure.filter((email) => !sentKeys.has(EmailKey.fromAddress(email)))
    assert.strictEqual(strangers.length, 1)
    const failed = failure.length - strangers.length
    assert.notStrictEqual(success.length, sentKeys.size - failed)
    const keys = (sentTwice?.contacts ?? []).map(({ email }) => EmailKey.fromAddress(email))
    assert.strictEqual(new Set(keys).size, keys.length - 1)
    assert.sameMembers(
      sampleScenario.batches.map((batch) => batch.ends),
      ["completed", "completed", "completed", "failed", "interrupted", "completed", "never"]
    )
  })

  it("uses only reserved example domains, except the vendor's own invalid one", () => {
    for (const { email } of sampleContacts) {
      assert.match(email, /@(example\b.*|invalidDomain)$/i)
    }
  })

  it.effect("settles within 8 seconds at core's default pace, all but the batch that never does", () =>
    Effect.gen(function* () {
      const ids = sampleScenario.batches.map((batch) => BatchId.make(batch.batchId))
      const waiting = yield* Effect.fork(
        Effect.forEach(
          ids.filter((id) => id !== stuck?.batchId),
          (id) =>
            Effect.zip(
              BulkImport.awaitSettled(id, PollPolicy.fixed("1 second", "1 minute")),
              Clock.currentTimeMillis
            ),
          { concurrency: "unbounded" }
        )
      )
      yield* TestClock.adjust("1 minute")
      const settled = yield* Fiber.join(waiting)
      assert.isAtMost(Math.max(...settled.map(([, at]) => at)), 8000)
      const statuses = (yield* Simulator.requests).flatMap((request) => Option.toArray(request.status))
      assert.strictEqual(statuses.filter((status) => status === 429).length, 1)
      assert.strictEqual(statuses.filter((status) => status === 503).length, 1)
    }).pipe(Effect.provide(coreLayer(sampleScenario)))
  )
})
