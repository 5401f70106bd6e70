import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

/** People in a line: `inOrder(turn)` runs `turn` for one caller at a time, in the order in which they asked. */
export const makeLine = () => {
  const queue: Array<Deferred.Deferred<void>> = []
  // No semaphore: a caller that comes back at once would take its permit before those who wait.
  const callHead = Effect.suspend(() =>
    queue[0] === undefined ? Effect.void : Deferred.succeed(queue[0], undefined)
  )
  const enter = Effect.tap(Deferred.make<void>(), (place) => {
    queue.push(place)
    return callHead
  })
  const leave = (place: Deferred.Deferred<void>) =>
    Effect.suspend(() => {
      queue.splice(queue.indexOf(place), 1)
      return callHead
    })
  return {
    isEmpty: (): boolean => queue.length === 0,
    inOrder: (turn: Effect.Effect<void>): Effect.Effect<void> =>
      Effect.acquireUseRelease(enter, (place) => Effect.zipRight(Deferred.await(place), turn), leave)
  }
}
