import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/**
 * Visits items a few at a time. A visit that comes to nothing yet (`None`) sends its item to the back of the
 * queue, so that a few stuck items cannot keep the others waiting for ever.
 */
export const rotate = <A, B, E, R>(
  items: ReadonlyArray<A>,
  slots: number,
  visit: (item: A) => Effect.Effect<Option.Option<B>, E, R>
): Effect.Effect<ReadonlyArray<B>, E, R> =>
  Effect.suspend(() => {
    const queue = [...items]
    const results: Array<B> = []
    const worker: Effect.Effect<void, E, R> = Effect.suspend(() => {
      const item = queue.shift()
      if (item === undefined) return Effect.void
      return Effect.flatMap(visit(item), (result) => {
        if (Option.isSome(result)) results.push(result.value)
        else queue.push(item)
        return worker
      })
    })
    return Effect.as(
      Effect.forEach(Array.from({ length: slots }), () => worker, {
        concurrency: "unbounded",
        discard: true
      }),
      results
    )
  })
