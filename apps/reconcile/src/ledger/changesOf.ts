/** The rows that a statement run as `.raw` changed. */
export const changesOf = (result: unknown): number =>
  typeof result === "object" && result !== null && "changes" in result ? Number(result.changes) : 0
