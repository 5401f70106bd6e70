import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import { startTimer } from "./timer.js"

/** What a line waits for, and what a turn costs. The time may move later, but never earlier. */
export interface Limits {
  /** The time from which the head of the line may go. */
  readonly turnAt: () => number
  readonly take: (now: number) => void
}

interface Place {
  /** The rank among all lines. */
  readonly asked: number
  /** Done when it is the head of its line. */
  readonly called: Deferred.Deferred<void>
  /** Wakes it when it has been served. */
  wake: () => void
}

interface Line {
  readonly limits: Limits
  readonly places: Array<Place>
}

const done = (signal: Deferred.Deferred<void>) => Deferred.unsafeDone(signal, Exit.void)

/**
 * Lines at one counter: among the heads that may go, the one that asked first goes first. A head that must wait because its
 * line's limit is used up only holds up its own line.
 */
export const makeLines = (currentTime: Effect.Effect<number>) => {
  const lines: Array<Line> = []
  let waiting = 0
  let asked = 0

  const enter = (line: Line): Place => {
    const place: Place = {
      asked: asked++,
      called: Deferred.unsafeMake<void>(FiberId.none),
      wake: () => {}
    }
    waiting += 1
    if (line.places.push(place) === 1) done(place.called)
    return place
  }

  const leave = (line: Line, place: Place) => {
    const index = line.places.indexOf(place)
    if (index === -1) return
    waiting -= 1
    line.places.splice(index, 1)
    if (index === 0 && line.places[0] !== undefined) done(line.places[0].called)
  }

  const firstWhoMayGo = (now: number) => {
    let first: { readonly line: Line; readonly head: Place } | undefined
    for (const line of lines) {
      const [head] = line.places
      if (head === undefined || (first !== undefined && first.head.asked < head.asked)) continue
      if (line.limits.turnAt() <= now) first = { line, head }
    }
    return first
  }

  /** Serves all that may go now. Every caller that wakes or asks does it for the others, whose timers may be late. */
  const serve = (now: number) => {
    if (waiting === 0) return
    for (let next = firstWhoMayGo(now); next !== undefined; next = firstWhoMayGo(now)) {
      next.line.limits.take(now)
      leave(next.line, next.head)
      next.head.wake()
    }
  }

  /** A callback and a timer, because a race costs two fibers for each request. */
  const servedWithin = (place: Place, millis: number) =>
    Effect.clockWith((clock) =>
      Effect.async<boolean>((resume) => {
        const stop = startTimer(clock, millis, () => resume(Effect.succeed(false)))
        place.wake = () => {
          stop()
          resume(Effect.succeed(true))
        }
        return Effect.sync(stop)
      })
    )

  // The head sleeps for those behind it. On waking it checks again, because its time may have moved later.
  const attend = (line: Line, place: Place): Effect.Effect<void> =>
    Effect.flatMap(currentTime, (now) => {
      serve(now)
      if (line.places[0] !== place) return Effect.void
      // A jittered sleep leaves fractions on a test clock. A wait too short to move it would repeat forever.
      const wait = Math.max(line.limits.turnAt() - now, 1)
      return Effect.flatMap(servedWithin(place, wait), (isServed) =>
        isServed ? Effect.void : attend(line, place)
      )
    })

  /** Adds a line. The returned effect waits in it for one turn. */
  const join = (limits: Limits): Effect.Effect<void> => {
    const line: Line = { limits, places: [] }
    lines.push(line)
    const inLine = Effect.acquireUseRelease(
      Effect.sync(() => enter(line)),
      (place) => Effect.zipRight(Deferred.await(place.called), attend(line, place)),
      (place) => Effect.sync(() => leave(line, place))
    )
    return Effect.flatMap(currentTime, (now) => {
      serve(now)
      if (line.places.length > 0 || limits.turnAt() > now) return inLine
      limits.take(now)
      return Effect.void
    })
  }

  return { join }
}
