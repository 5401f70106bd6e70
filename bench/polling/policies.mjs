// Who asks about which batch, and when. A policy is told of each batch and of each answer, and says what is next: what to ask
// about, or until when there is nothing. Times are milliseconds.
const never = Number.POSITIVE_INFINITY

/** A timer for each batch. `wait` gives the pause before each call, `most` how many batches are followed at once. */
export const timers =
  (wait, most = never) =>
  () => {
    const line = []
    const behind = []
    let open = 0
    const push = (one) => {
      const place = line.findLastIndex((other) => other.at <= one.at) + 1
      line.splice(place, 0, one)
    }
    const follow = (batch, now) => {
      open += 1
      push({ batch, calls: 0, at: now + wait(0) })
    }
    return {
      maySubmit: () => open < most,
      add: (batch, now) => (open < most ? follow(batch, now) : behind.push(batch)),
      next: (now) => (line[0]?.at <= now ? { ask: line.shift() } : { until: line[0]?.at ?? never }),
      answered: ({ batch, calls }, hasSettled, now) => {
        if (!hasSettled) return push({ batch, calls: calls + 1, at: now + wait(calls + 1) })
        open -= 1
        const next = behind.shift()
        if (next !== undefined) follow(next, now)
      }
    }
  }

/** The job's own: the queue is the code that a run uses. */
export const job =
  (dueQueue) =>
  ({ startsAt }) => {
    const queue = dueQueue.make({ startsAt, endsAt: never, timesToSettle: [], once: false })
    return {
      maySubmit: () => true,
      add: (batch, now) => queue.add({ number: batch, since: now }),
      next: (now) => {
        const turn = queue.next(now)
        return turn._tag === "Ask"
          ? { ask: { batch: turn.batch.number, known: turn.batch } }
          : { until: turn.until }
      },
      answered: ({ known }, hasSettled, now) =>
        hasSettled ? queue.settled(known, now) : queue.isOpen(known, now)
    }
  }

/** Knows when each batch settles, and asks once, those first that settled first. */
export const clairvoyant = ({ service }) => {
  const open = []
  return {
    maySubmit: () => true,
    add: (batch) => open.push(batch),
    next: (now) => {
      let first = never
      let at = -1
      for (let place = 0; place < open.length; place++) {
        const settledAt = service.settledAt(open[place], now)
        if (settledAt >= first) continue
        first = settledAt
        at = place
      }
      if (first <= now) return { ask: { batch: open.splice(at, 1)[0] } }
      return { until: Math.min(first, open.length > 0 ? now + 100 : never) }
    },
    answered: () => {}
  }
}
