import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { ImportJob } from "../src/index.js"
import { busiestSecond, cluster, inTime, posts } from "./support.js"

const contacts = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ email: `person${index}@example.test` }))

it.effect("submits any number of contacts in parts and follows all of them", () =>
  Effect.gen(function* () {
    const { parts } = yield* inTime(
      ImportJob.workflow.execute({ account: "acme", key: "job", submission: { contacts: contacts(600) } })
    )
    assert.deepStrictEqual(
      parts.map((part) => [
        part.firstContact,
        part.contacts,
        part._tag === "Settled" && Option.map(part.import.settled.answer.success, (ids) => ids.length)
      ]),
      [
        [0, 250, Option.some(250)],
        [250, 250, Option.some(250)],
        [500, 100, Option.some(100)]
      ]
    )
    const sent = yield* posts
    assert.lengthOf(sent, 3)
    assert.isAtMost(busiestSecond(sent.map(({ at }) => at)), 5)
  }).pipe(Effect.provide(cluster({})))
)

it.effect("keeps the limits of its parts where contacts were erased", () =>
  Effect.gen(function* () {
    const { parts } = yield* inTime(
      ImportJob.workflow.execute({
        account: "acme",
        key: "job",
        submission: { contacts: [{ erased: true }, ...contacts(250)] }
      })
    )
    assert.deepStrictEqual(
      parts.map((part) => part._tag === "Settled" && part.import.queued.queued),
      [Option.some(249), Option.some(1)]
    )
  }).pipe(Effect.provide(cluster({})))
)

it.effect("takes any key of 150 characters", () =>
  Effect.gen(function* () {
    const { parts } = yield* inTime(
      ImportJob.workflow.execute({
        account: "acme",
        key: '"'.repeat(150),
        submission: { contacts: contacts(1) }
      })
    )
    assert.lengthOf(parts, 1)
  }).pipe(Effect.provide(cluster({})))
)

it.effect("tells of a part that failed, beside the others", () =>
  Effect.gen(function* () {
    const { parts } = yield* inTime(
      ImportJob.workflow.execute({ account: "acme", key: "job", submission: { contacts: contacts(500) } })
    )
    assert.deepStrictEqual(parts.map(({ _tag }) => _tag).sort(), ["Failed", "Settled"])
    const failed = parts.find((part) => part._tag === "Failed")
    assert.strictEqual(failed?._tag === "Failed" && failed.error._tag, "OutcomeUnknown")
  }).pipe(
    Effect.provide(
      cluster({ faults: [{ on: { endpoint: "submit", calls: [1] }, fault: { _tag: "Reset" } }] })
    )
  )
)
