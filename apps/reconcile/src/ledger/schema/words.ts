/** The statuses after which a batch's answer is final. */
const settledWords = ["completed", "failed", "interrupted"] as const

/** In SQL: whether a status is final. */
export const hasSettled = (status: string) =>
  `${status} IN (${settledWords.map((word) => `'${word}'`).join(", ")})`
