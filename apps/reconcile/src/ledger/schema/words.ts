/** The statuses after which a batch's answer is final. */
const settledWords = ["completed", "failed", "interrupted"] as const

/** In SQL: whether a status is final. */
export const hasSettled = (status: string) =>
  `${status} IN (${settledWords.map((word) => `'${word}'`).join(", ")})`

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

/** In SQL: whether a key is that of an address, and not a name that stands for a person who was erased. */
export const isNobodyErased = (key: string): string =>
  `NOT (${key} GLOB 'erased-[0-9]*' AND instr(${key}, '@') = 0)`
