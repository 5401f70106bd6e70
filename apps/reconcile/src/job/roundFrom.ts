import * as Effect from "effect/Effect"

/** In the order of SQLite. */
const isBehind = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other)) > 0

/**
 * Reads what is in the order of its keys page by page: from behind the key `start` to the end, then from the beginning up
 * to it.
 */
export const roundFrom = <A, E, R>(
  start: string,
  keyOf: (item: A) => string,
  read: (page: { readonly after: string; readonly limit: number }) => Effect.Effect<ReadonlyArray<A>, E, R>
) => {
  let after = start
  let isRound = start === ""
  return (limit: number): Effect.Effect<ReadonlyArray<A>, E, R> =>
    Effect.gen(function* () {
      let page = yield* read({ after, limit })
      if (page.length === 0 && !isRound) {
        isRound = true
        page = yield* read({ after: "", limit })
      }
      const items = isRound && start !== "" ? page.filter((item) => !isBehind(keyOf(item), start)) : page
      const last = items.at(-1)
      if (last !== undefined) after = keyOf(last)
      return items
    })
}
