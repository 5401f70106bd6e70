/** The closed set of outcomes, in the order a reader should meet them. */
export const outcomeWords = [
  "imported",
  "present",
  "rejected",
  "contradictory",
  "missing",
  "unaccounted",
  "pending"
] as const

export type OutcomeWord = (typeof outcomeWords)[number]
