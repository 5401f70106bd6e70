import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { BatchId } from "effect-activecampaign/BatchId"
import type { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import * as Trouble from "../ledger/facts/Trouble.js"
import type { Failure } from "./Failure.js"
import type { RunEvent } from "./RunEvent.js"
import { steadyMillis } from "./steadyTime.js"

/** A row of the file for a trouble that lasts: of a batch, of a step, or of all batches together. */
export interface Episode {
  readonly batchId: BatchId | null
  readonly step: Trouble.Step
  began: number
  readonly firstAt: string
  lastAt: string
  times: number
  recorded: number
  last: Failure
  isTold: boolean
  /** Until when a wait was reported, on the steady clock. */
  toldUntil: number
  endedAt: string | null
}

/** The failures of one topic since it last answered. */
export interface Streak {
  /** When the first of these calls went out. */
  readonly began: number
  lastAt: string
  calls: number
  last: Failure
  episode: Episode | null
  /** The part that belongs to no other trouble: since when, and how many calls. */
  ownFrom: number
  ownFirstAt: string
  ownCalls: number
}

/** A wait this long is reported, even if the trouble already was. */
const worthTellingAgain = Duration.toMillis("1 minute")

/**
 * Troubles as rows of the file and as lines for the user. Each is reported and recorded once, from its beginning to its
 * end.
 */
export const make = (onEvent: (event: RunEvent) => Effect.Effect<void>) => {
  const episodes = new Set<Episode>()
  let count = 0

  const add = (episode: Episode, failure: Failure, at: string) => {
    episode.times += 1
    episode.lastAt = at
    episode.last = failure
  }

  const episodeOf = (
    batchId: BatchId | null,
    step: Trouble.Step,
    members: ReadonlyArray<Streak>
  ): Episode => {
    const first = members.reduce((first, member) => (member.ownFrom < first.ownFrom ? member : first))
    const last = members.reduce((last, member) => (member.lastAt > last.lastAt ? member : last))
    const began = first.ownFrom
    const episode: Episode = {
      batchId,
      step,
      began,
      firstAt: first.ownFirstAt,
      lastAt: last.lastAt,
      times: members.reduce((times, member) => times + member.ownCalls, 0),
      recorded: 0,
      last: last.last,
      isTold: false,
      toldUntil: began,
      endedAt: null
    }
    for (const member of members) member.episode = episode
    episodes.add(episode)
    count += 1
    return episode
  }

  const tell = (episode: Episode, wait: number) =>
    Effect.flatMap(steadyMillis, (now) => {
      if (episode.isTold && (wait < worthTellingAgain || now < episode.toldUntil)) return Effect.void
      episode.isTold = true
      episode.toldUntil = now + wait
      const { batchId, last } = episode
      return onEvent({ _tag: "TroubleBegan", batchId, message: last.message, wait })
    })

  const passed = (episode: Episode, now: number) =>
    Effect.suspend(() => {
      if (!episode.isTold) return Effect.void
      episode.isTold = false
      const { batchId, times } = episode
      return onEvent({
        _tag: "TroubleEnded",
        batchId,
        calls: times,
        millis: Math.round(now - episode.began)
      })
    })

  const end = (episode: Episode, now: number, at: string) => {
    episode.endedAt = at
    return passed(episode, now)
  }

  /** Writes what is new about each trouble. */
  const flush: Effect.Effect<void, LedgerError, Ledger> = Effect.gen(function* () {
    for (const episode of episodes) {
      const { batchId, endedAt, firstAt, last, lastAt, recorded, step, times } = episode
      if (times > recorded) {
        episode.recorded = times
        const { body, error, message } = last
        const failed = { firstAt, lastAt, times: times - recorded, error, message, body }
        yield* batchId === null ? Trouble.recordOfStep(step, failed) : Trouble.recordOfBatch(batchId, failed)
      }
      if (endedAt !== null) {
        episodes.delete(episode)
        yield* batchId === null ? Trouble.endOfStep(step, endedAt) : Trouble.endOfBatch(batchId, endedAt)
      }
    }
  })

  return { add, begin: episodeOf, count: () => count, end, flush, passed, tell }
}
