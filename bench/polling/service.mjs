// A model of the service: batches of 250, 25,000 contacts a minute. It takes a batch on 5 to 15 s after its submission, and
// processes those it has taken on one after another, each in 0.6 s on average, some in a tenth of that and some in five
// times as much. Times are milliseconds.

/** The same chance on every run. */
export const chance = (seed) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** A service that works on all batches at once: each settles by itself, 10 s to 2 minutes after its submission. */
export const makeParallel = (batches, random) => {
  const lengths = Array.from({ length: batches }, () => 10_000 * 12 ** random())
  const settledAt = new Map()
  return {
    submit: (batch, now) => settledAt.set(batch, now + lengths[batch]),
    settledAt: (batch) => settledAt.get(batch) ?? Number.POSITIVE_INFINITY
  }
}

const meanLength = (250 / 25_000) * 60_000

/** `opensAt`: it processes nothing before. How long each batch takes is drawn first, so it is the same for all policies. */
export const makeService = (batches, random, opensAt = 0) => {
  const drawn = Array.from({ length: batches }, () => ({
    onHold: 5000 + 10_000 * random(),
    length: meanLength * -Math.log(1 - random())
  }))
  const waiting = []
  const settledAt = new Map()
  let freeAt = opensAt
  const advance = (now) => {
    while (waiting.length > 0 && waiting[0].readyAt <= now) {
      const { batch, readyAt } = waiting.shift()
      freeAt = Math.max(freeAt, readyAt) + drawn[batch].length
      settledAt.set(batch, freeAt)
    }
  }
  return {
    submit: (batch, now) => {
      const readyAt = now + drawn[batch].onHold
      const place = waiting.findLastIndex((other) => other.readyAt <= readyAt) + 1
      waiting.splice(place, 0, { batch, readyAt })
    },
    /** When it settles or settled, if it has been taken on by now. */
    settledAt: (batch, now) => {
      advance(now)
      return settledAt.get(batch) ?? Number.POSITIVE_INFINITY
    }
  }
}
