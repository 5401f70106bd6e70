import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { Scenario } from "effect-activecampaign-simulator"
import { labelledKeys } from "../src/internal/switches.js"

/** The rows of the Markdown tables in a text, however their columns are aligned. */
const rowsOf = (markdown: string) =>
  markdown
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| --"))
    .map((line) => line.split("|").map((cell) => cell.trim()))

describe("a scenario", () => {
  it("is complete when empty", () => {
    const scenario = Scenario.make()
    assert.strictEqual(scenario.apiToken, "simulator-token")
    assert.deepStrictEqual(scenario.rateLimit, { requests: 5, perMillis: 1000 })
    assert.strictEqual(scenario.retryAfterSeconds, 1)
    assert.strictEqual(scenario.successMeans, "created-and-updated")
    assert.deepStrictEqual(scenario.batches, [])
  })

  it("fills in the defaults of batches, stages, contacts and faults", () => {
    const scenario = Scenario.make({
      batches: [{ batchId: "b-1", stages: { active: 5 }, contacts: [{ email: "a@example.test" }] }],
      faults: [{ fault: { _tag: "Unavailable" } }]
    })
    assert.deepStrictEqual(scenario.batches[0]?.stages, {
      unset: 1000,
      waiting: 200,
      claimed: 200,
      active: 5
    })
    assert.strictEqual(scenario.batches[0]?.contacts[0]?.becomes, "created")
    assert.strictEqual(scenario.batches[0]?.ends, "completed")
    assert.deepStrictEqual(scenario.faults[0]?.fault, { _tag: "Unavailable", status: 503, retryAfter: null })
  })

  it("survives being written to JSON and read again", () => {
    FastCheck.assert(
      FastCheck.property(Arbitrary.make(Schema.typeSchema(Scenario.Scenario)), (scenario) => {
        const json = Schema.encodeSync(Scenario.ScenarioFromJson)(scenario)
        assert.deepStrictEqual(Schema.decodeSync(Scenario.ScenarioFromJson)(json), scenario)
      }),
      { numRuns: 50 }
    )
  })

  it("refuses a misspelled key, two batches with one ID and an ID that is not a number", () => {
    const decode = Schema.decodeUnknownEither(Scenario.Scenario)
    assert.match(String(decode({ batchez: [] })), /batchez/)
    assert.match(
      String(decode({ batches: [{ batchId: "x" }, { batchId: "x" }] })),
      /two batches are called x/
    )
    assert.match(
      String(decode({ batches: [{ batchId: "x", contacts: [{ email: "a@b.cd", contactId: "one" }] }] })),
      /string of digits/
    )
  })

  it("refuses __proto__ as the ID of a field, which an object would lose", () => {
    const contact = JSON.parse('{ "email": "a@b.cd", "holds": { "fields": { "__proto__": "x" } } }')
    const decode = Schema.decodeUnknownEither(Scenario.Scenario)
    assert.match(String(decode({ account: { existing: [contact] } })), /__proto__.*is unexpected/s)
  })
})

describe("the switches of a scenario", () => {
  it("are every key of the schema, each with a label and a meaning", () => {
    const keys = labelledKeys(Scenario.Scenario.ast)
    assert.deepStrictEqual(
      keys.filter((key) => key.claims._tag === "None" || key.meaning === "").map((key) => key.name),
      []
    )
    assert.deepStrictEqual(
      keys.map((key) => key.name),
      Scenario.switches.map((key) => key.name)
    )
    for (const key of Object.keys(Scenario.Scenario.fields)) {
      assert.include(
        keys.map((labelled) => labelled.name),
        key
      )
    }
    for (const name of [
      "batches[].stages.unset",
      "batches[].contacts[].becomes",
      "faults[].fault Slow.millis"
    ]) {
      assert.include(
        keys.map((labelled) => labelled.name),
        name
      )
    }
  })

  it("are in the README as in the schema", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
    assert.includeDeepOrderedMembers(rowsOf(readme), rowsOf(Scenario.switchesTable))
  })
})
