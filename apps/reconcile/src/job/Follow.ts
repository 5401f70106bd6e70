import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Random from "effect/Random"
import type { ActiveCampaignClient } from "effect-activecampaign/ActiveCampaignClient"
import type { ActiveCampaignError } from "effect-activecampaign/ActiveCampaignError"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import type { BatchId } from "effect-activecampaign/BatchId"
import type { Service as Contacts } from "effect-activecampaign/Contacts"
import { isSettled } from "effect-activecampaign/ImportAnswer"
import type { ImportSnapshot } from "effect-activecampaign/ImportSnapshot"
import type { SettledStatus } from "effect-activecampaign/ImportStatus"
import type { OpenBatch } from "../ledger/facts/Batches.js"
import type { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import { isOfTheWay, neverConnected, provesNothing } from "./blame.js"
import * as DueQueue from "./dueQueue.js"
import * as Hopeless from "./hopeless.js"
import type { Journal } from "./Journal.js"
import { noAnswer, problemOf } from "./batchProblem.js"
import { accountAnswers } from "./probe.js"
import type { BatchProblem, RunEvent } from "./RunEvent.js"
import { steadyMillis } from "./steadyTime.js"
import { type Failure, failureOf, type Topic, silence } from "./Failure.js"
import type { Restore, Turns } from "./turns.js"
import * as UnknownBatch from "./unknownBatch.js"

/** How a batch's part in a run ended. */
export type Ending =
  | { readonly _tag: "Settled"; readonly batchId: BatchId; readonly status: SettledStatus }
  | { readonly _tag: "Open" }
  | { readonly _tag: "Failed"; readonly problem: BatchProblem }

/** Wait before asking about a batch again after its call failed through all retries. */
const pauseAfterFailure = Duration.toMillis("10 seconds")

/** Wait before the one retry after an invalid answer. The next answer has often been valid. */
const pauseAfterNonsense = Duration.toMillis("2 seconds")

interface Followed extends DueQueue.Followable {
  readonly batch: OpenBatch
  readonly topic: Topic
  asked: boolean
  /** When it last answered, on the steady clock and as a date. */
  answered: { readonly time: number; readonly at: string } | null
  readonly isUnknown: UnknownBatch.IsUnknown
  /** Failures since the last answer that do not pass with time. */
  strikes: number
  ending: Ending | null
}

export interface Options {
  readonly client: ActiveCampaignClient["Type"]
  readonly contacts: Contacts
  readonly journal: Journal
  readonly turns: Turns
  /** How long the last batches took to settle, in milliseconds, the latest last. */
  readonly timesToSettle: ReadonlyArray<number>
  readonly once: boolean
  /** When following must end, on the steady clock. */
  readonly endsAt: number
  /** Waits until there are more batches to follow. Null: none are added. */
  readonly joining: Effect.Effect<ReadonlyArray<OpenBatch>, LedgerError, Ledger> | null
  /** Runs beside, with the turns that are left. Following lasts at least as long. */
  readonly beside: Effect.Effect<void, ContactsError | LedgerError, Ledger> | null
  /** Gets the ending of each batch: that it is open, until it has another one. */
  readonly endings: Map<BatchId, Ending>
  readonly onEvent: (event: RunEvent) => Effect.Effect<void>
}

/** Errors that any other server may give to every call. */
const unclear: ReadonlySet<string> = new Set(["AuthenticationFailed", "RequestRejected"])

/** Asks about every open batch once, or until it settles. Fails if every call must fail the same way. */
export const follow = (
  open: ReadonlyArray<OpenBatch>,
  options: Options
): Effect.Effect<void, ContactsError | LedgerError, Ledger> =>
  Effect.gen(function* () {
    const { beside, client, contacts, endings, endsAt, journal, once, onEvent, timesToSettle, turns } =
      options
    const { troubles } = journal
    const startedAt = yield* steadyMillis
    const all: Array<Followed> = []
    const judge = Hopeless.make(all, journal.hasHeard)
    const queue = DueQueue.make<Followed>({ startsAt: startedAt, endsAt, once, timesToSettle })
    const isTroubled = ({ batch }: Followed) => journal.wasTroubled(batch.batchId)
    const isNew = (one: Followed) => one.batch.wasAnswered === 0 && !isTroubled(one)

    /** Puts batches into the queue. */
    const join = (batches: ReadonlyArray<OpenBatch>) =>
      Effect.gen(function* () {
        const at = yield* steadyMillis
        const now = yield* DateTime.now
        const joined = batches.map((batch): Followed => {
          const since = at - Math.max(0, DateTime.distance(batch.since, now))
          const topic: Topic = { _tag: "Batch", batchId: batch.batchId }
          const isUnknown = UnknownBatch.make(batch, { journal, once })
          return { batch, topic, since, isUnknown, asked: false, answered: null, strikes: 0, ending: null }
        })
        for (const one of joined) {
          all.push(one)
          endings.set(one.batch.batchId, { _tag: "Open" })
          troubles.open(one.batch.batchId)
        }
        // Batches without an answer so far come by age. The others come in random order, troubled ones last: if there is
        // not enough time for all, no batch is always the one left out.
        const others = [...(yield* Random.shuffle(joined.filter((one) => !isNew(one))))]
        for (const one of joined.filter(isNew)) queue.add(one, at)
        for (const one of others.filter((other) => !isTroubled(other))) queue.addAsked(one, at)
        for (const one of others.filter(isTroubled)) queue.addAsked(one, at)
      })
    yield* join(open)

    const ended = (followed: Followed, ending: Ending) =>
      Effect.suspend(() => {
        followed.ending = ending
        endings.set(followed.batch.batchId, ending)
        troubles.close(followed.batch.batchId)
        queue.giveUp(followed)
        if (ending._tag !== "Failed") return Effect.void
        const event: RunEvent = { _tag: "Failed", problem: ending.problem }
        if (!journal.hasHeard() && unclear.has(ending.problem.error)) {
          waiting.push(event)
          return Effect.void
        }
        return onEvent(event)
      })
    /** Reported only once something answers: if all are refused alike, the error that ends the run says so. */
    const waiting: Array<RunEvent> = []
    const tellRest = Effect.suspend(() =>
      journal.hasHeard() ? Effect.forEach(waiting.splice(0), onEvent, { discard: true }) : Effect.void
    )

    const fail = (followed: Followed, last: Failure) =>
      Effect.flatMap(problemOf(troubles, followed, last), (problem) =>
        ended(followed, { _tag: "Failed", problem })
      )

    const atTheEnd = (followed: Followed) =>
      Effect.gen(function* () {
        const { answered, asked, topic } = followed
        const streak = troubles.streakOf(topic)
        if (streak !== undefined) {
          if (!streak.last.provesNothing) yield* journal.heardFrom
          troubles.keep(topic)
          yield* journal.flush
          return yield* fail(followed, streak.last)
        }
        const sentAt = troubles.sentAt(topic)
        if (sentAt === undefined) {
          followed.asked = asked && answered !== null
          return yield* answered === null ? fail(followed, noAnswer) : ended(followed, { _tag: "Open" })
        }
        if (answered !== null && (yield* steadyMillis) - sentAt <= silence) {
          return yield* ended(followed, { _tag: "Open" })
        }
        yield* journal.heardFrom
        yield* troubles.givenUp(topic, noAnswer, { again: null })
        yield* journal.flush
        return yield* fail(followed, noAnswer)
      })

    const answered = (followed: Followed, snapshot: ImportSnapshot) =>
      Effect.gen(function* () {
        const { answer, batchId, receivedAt } = snapshot
        yield* journal.recordAnswer(snapshot)
        yield* tellRest
        const now = yield* steadyMillis
        followed.answered = { time: now, at: DateTime.formatIso(receivedAt) }
        followed.strikes = 0
        judge.answered()
        if (isSettled(answer)) {
          queue.settled(followed, now)
          return yield* ended(followed, { _tag: "Settled", batchId, status: answer.status })
        }
        if (yield* followed.isUnknown(snapshot)) {
          const unknown = UnknownBatch.failureOf(batchId)
          yield* troubles.givenUp(followed.topic, unknown, { again: null })
          yield* journal.flush
          return yield* fail(followed, unknown)
        }
        if (once) return yield* ended(followed, { _tag: "Open" })
        queue.isOpen(followed, now)
      })

    /** Endings that count only if the token turns out to work. */
    const inDoubt: Array<ReturnType<typeof fail>> = []

    /** The wait before another try; null if there is none. */
    const waitAfter = (followed: Followed, error: ActiveCampaignError): number | null => {
      if (isOfTheWay(error)) return once ? null : pauseAfterFailure
      followed.strikes += 1
      if (followed.strikes > 1) return null
      // If it may be transient, the client has already retried.
      if (error._tag === "ContractBroken") return error.isTransient ? null : pauseAfterNonsense
      return error._tag === "AuthenticationFailed" && !once ? pauseAfterFailure : null
    }

    const failed = (followed: Followed, error: ActiveCampaignError) =>
      Effect.gen(function* () {
        const failure = failureOf(error)
        judge.note(followed, error)
        if (!provesNothing(error)) yield* journal.heardFrom
        const wait = waitAfter(followed, error)
        const now = yield* steadyMillis
        const isEnd = judge.isTheEnd(error)
        const again = wait !== null && !isEnd && now + wait < endsAt ? wait : null
        // The next refusal may end the run; then there is nothing to wait for.
        const isUnclear = error._tag === "AuthenticationFailed" && !journal.hasHeard()
        yield* troubles.givenUp(followed.topic, failure, { error, again: isUnclear ? null : again })
        yield* journal.flush
        if (wait !== null && now + wait < endsAt) queue.putOff(followed, now + wait)
        else if (isEnd) inDoubt.push(fail(followed, failure))
        else yield* fail(followed, failure)
        if (isEnd) yield* Effect.fail(error)
      })

    // Every answer is recorded, even if following is interrupted: otherwise a settled batch would be asked about again.
    const visit = (followed: Followed, restore: Restore) =>
      Effect.gen(function* () {
        if ((yield* steadyMillis) >= endsAt) return yield* atTheEnd(followed)
        followed.asked = true
        const call = troubles.listen(followed.topic)(client.importInfo(followed.batch.batchId))
        const answer = yield* Effect.exit(restore(Effect.either(call)))
        if (Exit.isFailure(answer)) {
          const isEnd = Exit.isInterrupted(answer) && (yield* steadyMillis) >= endsAt
          return yield* isEnd ? atTheEnd(followed) : answer
        }
        return yield* Either.match(answer.value, {
          onLeft: (error) => failed(followed, error),
          onRight: (snapshot) => answered(followed, snapshot)
        })
      })

    const answersOtherwise = (error: ContactsError) =>
      neverConnected(error) ? Effect.succeed(false) : accountAnswers(contacts, journal)
    const leaveUnreached = Effect.forEach(
      all,
      (one) => {
        const streak = one.ending === null ? troubles.streakOf(one.topic) : undefined
        return streak === undefined ? Effect.void : fail(one, streak.last)
      },
      { discard: true }
    )
    const followAll: Effect.Effect<void, ContactsError | LedgerError, Ledger> = turns
      .follow<Followed, ContactsError | LedgerError, Ledger>(queue, { endsAt, visit, atTheEnd, beside })
      .pipe(
        // The current calls have been given up by now, so they do not delay the call that decides.
        Effect.catchIf(
          (error) => error._tag !== "LedgerError",
          (error) =>
            Effect.gen(function* () {
              if (!(yield* answersOtherwise(error))) {
                if (error._tag !== "AuthenticationFailed") yield* leaveUnreached
                return yield* Effect.fail(error)
              }
              judge.answersOthers()
              yield* Effect.all(inDoubt.splice(0), { discard: true })
              queue.putBack(yield* steadyMillis, ({ ending }) => ending === null)
              return yield* followAll
            })
        )
      )
    const { joining } = options
    const joinMore =
      joining === null
        ? Effect.never
        : Effect.forever(
            Effect.flatMap(joining, (batches) =>
              Effect.uninterruptible(
                join(batches).pipe(
                  Effect.zipRight(onEvent({ _tag: "Joined", batches: batches.length })),
                  Effect.zipRight(Effect.sync(turns.queueChanged))
                )
              )
            )
          )
    yield* Effect.raceFirst(followAll, joinMore)
    // Nothing so far surely came from the account. If it does not answer now, the file stays unchanged.
    const lastStranger = judge.lastStranger()
    if (lastStranger !== null && !journal.hasHeard() && !(yield* answersOtherwise(lastStranger))) {
      return yield* Effect.fail(lastStranger)
    }
    yield* tellRest
  }).pipe(Effect.withSpan("reconcile.follow"))
