/** At most `limit` entries in any rolling span of `length` ms: the times of the last `limit` entries are kept. */
export const makeWindow = (limit: number, length: number) => {
  const kept = Math.floor(limit)
  const entries: Array<number> = []
  let oldest = 0
  return {
    /** The time from which one more may enter. */
    freeAt: (): number =>
      entries.length < kept ? 0 : (entries[oldest] ?? Number.NEGATIVE_INFINITY) + length,
    enter: (now: number): void => {
      if (kept === Number.POSITIVE_INFINITY) return
      if (entries.length < kept) entries.push(now)
      else {
        entries[oldest] = now
        oldest = (oldest + 1) % kept
      }
    }
  }
}
