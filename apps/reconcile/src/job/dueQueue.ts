import { firstWait, pollInterval, soonest, timesKept, timeToSettle, usualTime } from "./pollPolicy.js"

/** A batch to be asked about. All times are milliseconds on the steady clock. */
export interface Followable {
  /** When it was submitted, or added to the file if that is all that is known. */
  readonly since: number
}

/** What to do now: ask about a batch, or wait until a time or until a call has ended, whichever comes first. */
export type Turn<A> =
  | { readonly _tag: "Ask"; readonly batch: A }
  | { readonly _tag: "Wait"; readonly until: number }

export interface Options {
  readonly startsAt: number
  /** When following must end. Every batch is asked about by then, if the rate allows. */
  readonly endsAt: number
  /** How long the last batches took to settle, the latest last. */
  readonly timesToSettle: ReadonlyArray<number>
  /** Each batch is asked about only once, so the first call does not wait until it may have settled. */
  readonly once: boolean
}

/** First calls wait while this many batches are open after a call, calls under way included. */
export const mostOpen = 32

/** A batch still open after this many calls is stuck, and no longer delays the first calls of others. */
export const callsUntilStuck = 3

/** The number of first calls for each repeated call, if both are due. */
const firstsATurn = 3

/** After this long, a call without an answer no longer delays the first calls of other batches. */
export const patience = 5_000

/** At most this many calls of the last second may be under way, because their answers are recorded one by one. */
const mostAtOnce = 8
const atOnce = 1_000

/** Batches do not settle by age if more than this many of the last first calls came too early … */
const firstsKept = 30
const manyEarly = 8

/** … and at least this many older batches were open when the last first call found its batch settled. */
const manyOvertaken = 8

/**
 * A batch that was submitted while others are followed waits for a pause no longer than this after it has probably settled. A
 * service that works on all batches at once would otherwise be asked later and later. Those from before come at once, and
 * would use up the calls.
 */
const longestPause = 10_000

/** Milliseconds from one call to the next, until this run has measured them. */
const expectedPace = 250

/** Time kept free before the end for the last answers. */
const reserve = 2_000

interface Place<A> {
  readonly batch: A
  /** Answers in this run that said it is open. */
  opens: number
  /** Whether this run makes its first call. */
  readonly isFresh: boolean
  /** Since when it is followed. */
  readonly from: number
  /** When it was asked last, or is asked next. */
  at: number
}

/** Keeps a line ordered by time. Places with the same time stay in the order in which they came. */
const insert = <A>(line: Array<Place<A>>, place: Place<A>) => {
  let low = 0
  let high = line.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((line[middle]?.at ?? 0) <= place.at) low = middle + 1
    else high = middle
  }
  line.splice(low, 0, place)
}

const never = Number.POSITIVE_INFINITY

/**
 * Decides which batch is asked about next, at one shared rate. It makes no call and knows no clock.
 *
 * There are two lines. The first has the batches without a call so far, the oldest in front. A batch is due at the age at
 * which half of the last ones had settled. The second line has the batches that are open after a call; the one that has been
 * due for longest is in front. If both lines have a batch that is due, each gets its share of the calls, so that neither
 * starves the other.
 *
 * A first call that comes too early shows that the batches behind it are open, too. So first calls pause until that batch is
 * asked again. Each further early call in a row halves the pause, because stuck batches must not delay the others. If batches
 * turn out not to settle by age, there is no pause, and no limit on how many are open.
 */
export const make = <A extends Followable>(options: Options) => {
  const { endsAt, once, startsAt } = options
  const fresh: Array<Place<A>> = []
  const asked: Array<Place<A>> = []
  const underWay = new Map<A, Place<A>>()
  const times = options.timesToSettle.slice(-timesKept)
  let wait = once ? soonest : firstWait(times)
  /** The age from which a batch that joined later is not kept waiting by a pause. */
  let latest = usualTime(times) + longestPause
  /** How many of the batches that wait for a repeated call delay the first calls of others. */
  let open = 0
  let pausedUntil = Number.NEGATIVE_INFINITY
  let earlyInARow = 0
  let freshInARow = 0
  let lastAsk: number | null = null
  let pace = expectedPace

  /** Which of the last first calls came too early, the latest last. */
  const wereEarly: Array<boolean> = []
  /** Open batches whose first call was made by this run. */
  let allOpen = 0
  let wasOvertaken = false

  const noteFirst = (isEarly: boolean) => {
    if (!isEarly) wasOvertaken = allOpen >= manyOvertaken
    wereEarly.push(isEarly)
    if (wereEarly.length > firstsKept) wereEarly.shift()
  }

  /** A batch settled before many older ones, and first calls often came too early. */
  const isOutOfOrder = () => wasOvertaken && wereEarly.filter((isEarly) => isEarly).length > manyEarly

  const isCounted = ({ isFresh, opens }: Place<A>) => isFresh && opens > 0 && opens < callsUntilStuck

  /** From this time on, all the remaining time is needed to ask about each batch once. */
  const hurryFrom = () => endsAt - reserve - fresh.length * pace * (1 + 1 / firstsATurn)

  const freshAt = () => {
    const [head] = fresh
    if (head === undefined) return never
    const mayHaveSettled = Math.min(head.batch.since + wait, startsAt + (endsAt - startsAt) / 2)
    const pause =
      head.batch.since <= startsAt ? pausedUntil : Math.min(pausedUntil, head.batch.since + latest)
    return Math.min(isOutOfOrder() ? mayHaveSettled : Math.max(mayHaveSettled, pause), hurryFrom())
  }

  /** How many calls of the last `millis` have no answer yet, and until when the first of them counts. */
  const underWayFor = (millis: number, now: number) => {
    let calls = 0
    let until = never
    for (const { at } of underWay.values()) {
      if (at + millis <= now) continue
      calls += 1
      until = Math.min(until, at + millis)
    }
    return { calls, until }
  }

  const ask = (line: Array<Place<A>>, now: number): Turn<A> | undefined => {
    const next = line.shift()
    if (next === undefined) return undefined
    freshInARow = line === fresh ? freshInARow + 1 : 0
    // Two calls without a wait of the queue between them show the rate. A pause of the whole account does not, so it is cut
    // off.
    if (lastAsk !== null) pace += (Math.min(now - lastAsk, 2_000) - pace) / 10
    lastAsk = now
    if (isCounted(next)) open -= 1
    next.at = now
    underWay.set(next.batch, next)
    return { _tag: "Ask", batch: next.batch }
  }

  const leave = (batch: A) => {
    const left = underWay.get(batch)
    underWay.delete(batch)
    return left
  }

  return {
    /** Adds a batch without a call so far, after those of the same age. */
    add: (batch: A, now = startsAt) =>
      insert(fresh, { batch, opens: 0, isFresh: true, from: now, at: batch.since }),
    /** Adds a batch that was asked about before. It is due at once, after the others of this kind. */
    addAsked: (batch: A, now = startsAt) =>
      insert(asked, { batch, opens: 0, isFresh: false, from: now, at: now }),
    next: (now: number): Turn<A> => {
      const recent = underWayFor(atOnce, now)
      if (recent.calls >= mostAtOnce) return { _tag: "Wait", until: recent.until }
      const { calls, until } = underWayFor(patience, now)
      const isHurry = now >= hurryFrom()
      const hasRoom = open + calls < mostOpen || isHurry || isOutOfOrder()
      const firstAt = freshAt()
      const againAt = asked[0]?.at ?? never
      const isAgainDue = againAt <= now
      const isFirstDue = hasRoom && firstAt <= now
      const isFirstsTurn = isFirstDue && (!isAgainDue || freshInARow < firstsATurn)
      const turn = isFirstsTurn ? ask(fresh, now) : isAgainDue ? ask(asked, now) : undefined
      if (turn !== undefined) return turn
      lastAsk = null
      // A batch that is due gets room when a call ends or has lasted too long.
      const wake = [firstAt, againAt, fresh.length > 0 ? hurryFrom() : never, until]
      return { _tag: "Wait", until: Math.min(...wake.filter((time) => time > now)) }
    },
    /** The call showed that the batch has settled. */
    settled: (batch: A, now: number) => {
      const left = leave(batch)
      if (left === undefined || !left.isFresh || once) return
      if (left.opens === 0) {
        earlyInARow = 0
        noteFirst(false)
      } else allOpen -= 1
      times.push(timeToSettle(now - batch.since, left.opens > 0))
      if (times.length > timesKept) times.shift()
      wait = firstWait(times)
      latest = usualTime(times) + longestPause
    },
    /** The call showed that the batch is open. Returns the time of its next call. */
    isOpen: (batch: A, now: number): number => {
      const left = leave(batch)
      const at = now + pollInterval(now - batch.since, left === undefined ? 0 : now - left.from)
      if (left === undefined) return at
      left.opens += 1
      if (isCounted(left)) open += 1
      if (left.isFresh && left.opens === 1) {
        allOpen += 1
        noteFirst(true)
        pausedUntil = now + (at - now) / 2 ** earlyInARow
        earlyInARow += 1
      }
      left.at = at
      insert(asked, left)
      return at
    },
    /** The call failed, and is repeated at that time. */
    putOff: (batch: A, until: number) => {
      const left = leave(batch)
      if (left !== undefined) insert(asked, { ...left, isFresh: false, at: until })
    },
    /** The batch is not asked about again. */
    giveUp: (batch: A) => {
      underWay.delete(batch)
    },
    /** Puts batches back whose calls were given up without an answer. */
    putBack: (now: number, batches: (batch: A) => boolean) => {
      for (const place of [...underWay.values()]) {
        underWay.delete(place.batch)
        if (batches(place.batch)) insert(asked, { ...place, isFresh: false, at: now })
      }
    },
    /** Batches that wait or are being asked about. */
    size: () => fresh.length + asked.length + underWay.size,
    /** Removes all waiting batches and returns them. */
    takeRest: (): ReadonlyArray<A> => [...fresh.splice(0), ...asked.splice(0)].map(({ batch }) => batch)
  }
}

export type DueQueue<A extends Followable> = ReturnType<typeof make<A>>
