import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

export interface Due {
  /** When it is its turn, on the steady clock. */
  readonly dueAt: number
}

/** Inserts after everything that is due before it or at the same time. */
const insert = <A extends Due>(queue: Array<A>, item: A) => {
  let low = 0
  let high = queue.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((queue[middle]?.dueAt ?? 0) <= item.dueAt) low = middle + 1
    else high = middle
  }
  queue.splice(low, 0, item)
}

/**
 * Visits items a few at a time, earliest due first, until each is done. A visit returns true to have the item visited
 * again, so that a few stuck items cannot keep the others waiting forever.
 */
export const inTurn = <A extends Due, E, R>(
  items: ReadonlyArray<A>,
  atOnce: number,
  visit: (item: A) => Effect.Effect<boolean, E, R>
): Effect.Effect<void, E, R> =>
  Effect.gen(function* () {
    const queue: Array<A> = []
    for (const item of items) insert(queue, item)
    const failure = yield* Deferred.make<void, E>()
    const worker: Effect.Effect<void, E, R> = Effect.suspend(() => {
      const item = queue.shift()
      if (item === undefined) return Effect.void
      return Effect.flatMap(visit(item), (again) => {
        if (again) insert(queue, item)
        return worker
      })
    })
    const workers = Effect.forEach(
      Array.from({ length: Math.min(atOnce, items.length) }),
      () => Effect.catchAllCause(worker, (cause) => Deferred.failCause(failure, cause)),
      { concurrency: "unbounded", discard: true }
    )
    // Not left to forEach: when one of its own fails, it lets others sleep to the end of a race they are in.
    yield* Effect.raceFirst(Deferred.await(failure), workers)
    if (yield* Deferred.isDone(failure)) yield* Deferred.await(failure)
  })
