/** The statuses after which a batch's answer is final. */
const settledWords = ["completed", "failed", "interrupted"] as const

/** In SQL: whether a status is final. */
export const hasSettled = (status: string) =>
  `${status} IN (${settledWords.map((word) => `'${word}'`).join(", ")})`

/** All outcomes, in the order in which they are shown. */
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

/** The outcomes of settled batches: contacts of other batches are `pending`. */
export const verdictWords = outcomeWords.filter((word) => word !== "pending")

/**
 * True of every outcome but `imported`, which most contacts have. It is word for word the condition of the index by outcome.
 * SQLite uses that index for `outcome = 'rejected'` anyway, and for several outcomes only if a query has this condition, too.
 */
export const isWorthAnIndex = (outcome: string) =>
  `(${verdictWords
    .filter((word) => word !== "imported")
    .map((word) => `${outcome} = '${word}'`)
    .join(" OR ")})`

/** In SQL: whether a key is that of an address, and not the name that replaced an erased person. */
export const isNobodyErased = (key: string): string =>
  `NOT (${key} GLOB 'erased-[0-9]*' AND instr(${key}, '@') = 0)`
