/** How sure we are that the service itself behaves like the switch says. */
export type Certainty = "documented" | "observed" | "assumed"

export const CertaintyId = Symbol.for("effect-activecampaign-simulator/Certainty")

/** Schema annotations of one key of a scenario; the table of switches is read back from them. */
export const label = (certainty: Certainty, description: string) => ({
  description,
  [CertaintyId]: certainty
})
