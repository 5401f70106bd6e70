/** How long a fault lasts: the disk hiccups, or it stays full. */
export type Lasting = "once" | "from then on"

/** Counts operations of one kind, and says which of them are to fail. */
export interface Counter {
  /** Counts one; whether it fails. */
  readonly fails: () => boolean
  /** How many there have been. */
  readonly count: () => number
}

/** The N-th is to fail, counted from 1; with 0 none is. */
export const failing = (nth: number, lasting: Lasting): Counter => {
  let count = 0
  return {
    fails: () => {
      count += 1
      return nth > 0 && (lasting === "once" ? count === nth : count >= nth)
    },
    count: () => count
  }
}
