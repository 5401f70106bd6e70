import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BatchId } from "effect-activecampaign/BatchId"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import type { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import * as Trouble from "../ledger/facts/Trouble.js"
import type { ContactStep } from "../ledger/schema/words.js"
import { Attempts } from "./Attempts.js"
import * as Episodes from "./episodes.js"
import { type Failure, failureOf, type Topic } from "./Failure.js"
import type { RunEvent } from "./RunEvent.js"
import { steadyMillis } from "./steadyTime.js"

/** Trouble that is over sooner is not reported. */
const worthTelling = Duration.toMillis("5 seconds")

const nowIso = Effect.map(DateTime.now, DateTime.formatIso)

const keyOf = (topic: Topic) => (topic._tag === "Batch" ? `batch ${topic.batchId}` : topic.step)

export type Troubles = ReturnType<typeof make>

/**
 * Tracks which calls fail, for what and since when. Each trouble is reported once when it begins and once when it ends, and
 * recorded as one row. Trouble that keeps all batches from answering is one trouble.
 */
export const make = (options: {
  readonly onEvent: (event: RunEvent) => Effect.Effect<void>
  /** The trouble that earlier runs left: the batches, and whether none had an answer. */
  readonly lasting: { readonly batches: ReadonlySet<string>; readonly ofAll: boolean }
}) => {
  const streaks = new Map<string, Episodes.Streak>()
  const sentAt = new Map<string, number>()
  const episodes = Episodes.make(options.onEvent)
  /** Batches with rows of earlier runs that an answer has ended by now. */
  const over = new Set<BatchId>()
  const lasting = new Set(options.lasting.batches)
  let lastsOfAll = options.lasting.ofAll
  const askedAbout = new Set<string>()
  const ofSteps = new Map<string, Episodes.Episode>()
  let ofAll: Episodes.Episode | null = null
  let lastAnswer = Number.NEGATIVE_INFINITY

  /** A step has one row, however often its calls alternate between failing and working. */
  const episodeOfStep = (step: ContactStep, streak: Episodes.Streak): Episodes.Episode => {
    const known = ofSteps.get(step)
    if (known === undefined) {
      const episode = episodes.begin(null, step, [streak])
      ofSteps.set(step, episode)
      return episode
    }
    streak.episode = known
    known.began = streak.ownFrom
    known.times += streak.ownCalls
    known.lastAt = streak.lastAt
    known.last = streak.last
    return known
  }

  /** Makes the trouble a row: of all batches, if none has answered since it began and others wait for answers. */
  const begin = (topic: Topic, streak: Episodes.Streak): Episodes.Episode => {
    if (streak.episode !== null) return streak.episode
    if (topic._tag === "Step") return episodeOfStep(topic.step, streak)
    const key = keyOf(topic)
    const waiting = [...askedAbout].filter((other) => other !== key).length
    if (!streak.last.isOfTheWay || lastAnswer >= streak.ownFrom || waiting === 0) {
      return episodes.begin(topic.batchId, "follow", [streak])
    }
    const others = [...streaks].flatMap(([other, its]) =>
      other !== key && askedAbout.has(other) && its.episode === null && its.last.isOfTheWay ? [its] : []
    )
    ofAll = episodes.begin(null, "follow", [streak, ...others])
    return ofAll
  }

  const noted = (topic: Topic, failure: Failure) =>
    Effect.gen(function* () {
      const key = keyOf(topic)
      const now = yield* steadyMillis
      const at = yield* nowIso
      const before = streaks.get(key)
      const began = before?.began ?? sentAt.get(key) ?? now
      const streak = before ?? {
        began,
        lastAt: at,
        calls: 0,
        last: failure,
        episode: null,
        ownFrom: began,
        ownFirstAt: at,
        ownCalls: 0
      }
      streaks.set(key, streak)
      streak.calls += 1
      streak.ownCalls += 1
      streak.lastAt = at
      streak.last = failure
      if (ofAll !== null && topic._tag === "Batch" && failure.isOfTheWay) {
        streak.episode ??= ofAll
        episodes.add(ofAll, failure, at)
      } else if (streak.episode !== null) episodes.add(streak.episode, failure, at)
      return { streak, now }
    })

  const heard = new WeakSet<ContactsError>()

  /** Wrap each call about a topic in this. */
  const listen =
    (topic: Topic) =>
    <A, E, R>(call: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.provideService(call, Attempts, {
        sent: Effect.map(steadyMillis, (now) => {
          sentAt.set(keyOf(topic), now)
        }),
        failed: (error, next) =>
          Effect.gen(function* () {
            heard.add(error)
            const { now, streak } = yield* noted(topic, failureOf(error))
            if (Option.isNone(next)) return
            const wait = Duration.toMillis(next.value)
            if (streak.episode === null && now - streak.ownFrom + wait <= worthTelling) return
            yield* episodes.tell(begin(topic, streak), wait)
          })
      })

  /** Writes what is new of each trouble. */
  const flush: Effect.Effect<void, LedgerError, Ledger> = Effect.gen(function* () {
    yield* episodes.flush
    if (lastsOfAll && lastAnswer > Number.NEGATIVE_INFINITY) {
      lastsOfAll = false
      if (ofAll === null) yield* Trouble.endOfStep("follow", yield* nowIso)
    }
    for (const batchId of over) {
      over.delete(batchId)
      yield* Trouble.endOfBatch(batchId, yield* nowIso)
    }
  })

  return {
    listen,
    /** How many troubles there were. */
    count: episodes.count,
    /** Marks the batch as asked about, until it has settled or was given up. */
    open: (batchId: BatchId) => askedAbout.add(keyOf({ _tag: "Batch", batchId })),
    close: (batchId: BatchId) => askedAbout.delete(keyOf({ _tag: "Batch", batchId })),
    /** When the current or last call was sent; undefined if none was. */
    sentAt: (topic: Topic) => sentAt.get(keyOf(topic)),
    streakOf: (topic: Topic) => streaks.get(keyOf(topic)),
    /** A call was given up. `again`: the wait before it is made again; null: it is not made again. */
    givenUp: (
      topic: Topic,
      failure: Failure,
      { again, error }: { readonly error?: ContactsError; readonly again: number | null }
    ) =>
      Effect.gen(function* () {
        const known = error !== undefined && heard.has(error) ? streaks.get(keyOf(topic)) : undefined
        const streak = known ?? (yield* noted(topic, failure)).streak
        const episode = begin(topic, streak)
        if (again === null) return
        if ((yield* steadyMillis) - streak.ownFrom + again > worthTelling)
          yield* episodes.tell(episode, again)
      }),
    /** Keeps what has failed since the last answer, although its calls were not given up. */
    keep: (topic: Topic) => {
      const streak = streaks.get(keyOf(topic))
      if (streak !== undefined) begin(topic, streak)
    },
    /** What keeps all batches without an answer, if something does. */
    ofAll: () => ofAll?.last,
    /** An answer ends the trouble of its topic, and that of all. */
    answered: (topic: Topic) =>
      Effect.gen(function* () {
        const now = yield* steadyMillis
        const key = keyOf(topic)
        const streak = streaks.get(key)
        lastAnswer = now
        sentAt.delete(key)
        streaks.delete(key)
        if (topic._tag === "Batch" && lasting.delete(topic.batchId)) over.add(topic.batchId)
        if (ofAll === null && streak === undefined) return
        const at = yield* nowIso
        if (ofAll !== null) {
          const ended = ofAll
          ofAll = null
          for (const other of streaks.values()) {
            if (other.episode !== ended) continue
            Object.assign(other, { episode: null, ownFrom: now, ownFirstAt: at, ownCalls: 0 })
          }
          yield* episodes.end(ended, now, at)
        }
        const own = streak?.episode ?? null
        if (own === null || own.endedAt !== null) return
        if (own.batchId === null) yield* episodes.passed(own, now)
        else yield* episodes.end(own, now, at)
      }),
    /** A step has ended. What it left unasked lasts. */
    stepEnded: (step: ContactStep, { isWhole }: { readonly isWhole: boolean }) =>
      Effect.gen(function* () {
        const episode = ofSteps.get(step)
        ofSteps.delete(step)
        streaks.delete(step)
        if (!isWhole) return
        const at = yield* nowIso
        if (episode === undefined) yield* Trouble.endOfStep(step, at)
        else episode.endedAt = at
      }),
    flush
  }
}
