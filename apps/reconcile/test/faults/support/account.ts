import * as Scenario from "effect-activecampaign-simulator/Scenario"

/** An account in which every outcome occurs, and whose imports take these times. */
export const accountOf = (
  stages: Record<"unset" | "waiting" | "claimed" | "active", number>,
  rest: Omit<Scenario.ScenarioInput, "batches"> = {}
) =>
  Scenario.make({
    ...rest,
    batches: [
      {
        batchId: "full",
        stages,
        strangers: { success: ["900"], failure: ["stranger@example.test"] },
        contacts: [
          { email: "ada@example.test", becomes: "created" },
          { email: "bea@example.test", becomes: "rejected" },
          { email: "carl@example.test", becomes: "silent" },
          { email: "dora@example.test", becomes: "contradictory" }
        ]
      },
      {
        batchId: "broken",
        stages,
        ends: "failed",
        processed: 1,
        contacts: [{ email: "ada@example.test" }, { email: "emil@example.test" }]
      },
      { batchId: "clean", stages, contacts: [{ email: "fay@example.test" }, { email: "gus@example.test" }] }
    ]
  })
