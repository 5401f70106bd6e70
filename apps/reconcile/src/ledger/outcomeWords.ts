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

/** What a verdict can be: a contact is `pending` while there is none on it. */
export const verdictWords = outcomeWords.filter((word) => word !== "pending")

/**
 * True of every verdict but `imported`, which most are. Word for word the condition of the index by outcome: SQLite takes
 * that for `outcome = 'rejected'` by itself, and for several outcomes only where this is said as well.
 */
export const isWorthAnIndex = (outcome: string) =>
  `(${verdictWords
    .filter((word) => word !== "imported")
    .map((word) => `${outcome} = '${word}'`)
    .join(" OR ")})`
