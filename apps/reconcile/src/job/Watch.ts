import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import { reconcileStale } from "../ledger/conclusions/Reconciliation.js"
import * as Batches from "../ledger/facts/Batches.js"
import { dataVersion } from "../ledger/file/transaction.js"
import { whileLeased } from "../ledger/lease/Lease.js"
import { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import type { Joining, Left, Rounds } from "./Round.js"
import type { RunEvent } from "./RunEvent.js"
import { steadyMillis } from "./steadyTime.js"

/** How often it looks whether another command has written to the file. A look reads one number. */
const lookEvery = "2 seconds"

/** While another command works on the file, it looks again after this time. */
const pause = "5 seconds"

/** After this time, the calls for contacts are counted from the start, and what was given up is tried again. */
const renewEvery = Duration.toMillis("1 hour")

const isLocked = (error: ContactsError | LedgerError) =>
  error._tag === "LedgerError" && error.kind === "locked"

/**
 * Makes a round whenever there is something to do, and waits for more in between. It never ends by itself. Between the
 * rounds it does not hold the lease, so that any other command may work on the file.
 */
export const watch = (
  { calls, endings, journal, left, round }: Pick<Rounds, "calls" | "endings" | "journal" | "left" | "round">,
  options: {
    readonly onEvent: (event: RunEvent) => Effect.Effect<void>
    /** Whether it waits, with nothing left to do. */
    readonly onIdle: (isIdle: boolean) => void
  }
): Effect.Effect<never, ContactsError | LedgerError, Ledger> =>
  Effect.gen(function* () {
    let seen: number | undefined
    const hasChanged = Effect.map(Ledger.use(dataVersion), (version) => {
      const before = seen
      seen = version
      return version !== before
    })
    const look = Effect.delay(hasChanged, lookEvery)
    /** Batches that were given up do not count, until they are tried again. */
    const open = Effect.map(Batches.open, (all) =>
      all.filter(({ batchId }) => endings.get(batchId)?._tag !== "Failed")
    )
    const joining: Joining = Effect.gen(function* () {
      for (;;) {
        if (!(yield* look)) continue
        const more = (yield* Batches.open).filter(({ batchId }) => !endings.has(batchId))
        if (more.length > 0) return more
      }
    })

    let asked: Left = { ids: 0, addresses: 0, contacts: 0 }
    let renewsAt = (yield* steadyMillis) + renewEvery
    const renew = Effect.map(steadyMillis, (now) => {
      if (now < renewsAt) return
      renewsAt = now + renewEvery
      calls.renew()
      asked = { ids: 0, addresses: 0, contacts: 0 }
      for (const [batchId, { _tag }] of endings) if (_tag === "Failed") endings.delete(batchId)
    })
    /** What another command or the hour has added. */
    const more = Effect.gen(function* () {
      yield* renew
      yield* hasChanged
      yield* reconcileStale({ meanwhile: true })
      const batches = yield* open
      const { addresses, contacts, ids } = yield* left
      const isNew = addresses !== asked.addresses || ids !== asked.ids || contacts !== asked.contacts
      return batches.length > 0 || (isNew && addresses + ids + contacts > 0 && calls.left() > 0)
        ? batches
        : undefined
    })
    let isTold = false
    const work = (batches: ReadonlyArray<Batches.OpenBatch>) =>
      Effect.gen(function* () {
        isTold = false
        yield* whileLeased(round(batches, joining))
        yield* journal.finish
        asked = yield* left
      })
    const waitForMore = Effect.gen(function* () {
      options.onIdle(true)
      if (!isTold) yield* options.onEvent({ _tag: "Idle" })
      isTold = true
      const isOver = Effect.map(steadyMillis, (now) => now >= renewsAt)
      yield* Effect.repeat(
        Effect.zipWith(look, isOver, (changed, over) => changed || over),
        {
          until: (hasEnded) => hasEnded
        }
      )
      options.onIdle(false)
    })

    // Like any run, it ends if another one is at work.
    yield* work(yield* open)
    const next = Effect.gen(function* () {
      const batches = yield* more
      if (batches === undefined) return yield* waitForMore
      const joined = batches.filter(({ batchId }) => !endings.has(batchId)).length
      if (joined > 0) yield* options.onEvent({ _tag: "Joined", batches: joined })
      yield* work(batches)
    })
    return yield* Effect.forever(Effect.catchIf(next, isLocked, () => Effect.sleep(pause)))
  })
