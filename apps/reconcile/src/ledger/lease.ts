import { hostname } from "node:os"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import { Ledger } from "./Ledger.js"
import { LedgerError } from "./LedgerError.js"

/** A holder that has not renewed its lease for this long is taken for dead, wherever it ran. */
const staleAfter = Duration.seconds(90)

const renewEvery = Duration.seconds(20)

interface Lease {
  readonly holder: string
  readonly host: string
  readonly process_id: number
  readonly taken_at: string
  readonly renewed_at: string
}

/** On this host one can simply look; elsewhere only time tells. */
const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

const isStale = (lease: Lease, now: number) =>
  now - Date.parse(lease.renewed_at) > Duration.toMillis(staleAfter) ||
  (lease.host === hostname() && !isRunning(lease.process_id))

const take = (holder: string) =>
  Effect.flatMap(Ledger, ({ file, sql, transact }) =>
    transact(
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const [lease] =
          yield* sql<Lease>`SELECT holder, host, process_id, taken_at, renewed_at FROM writer_lease`
        if (lease !== undefined && !isStale(lease, now)) {
          return yield* new LedgerError({
            file,
            kind: "locked",
            reason: `another run has been working on it since ${lease.taken_at} (process ${lease.process_id} on ${lease.host}). Run again when that has finished; reading is possible all the time.`
          })
        }
        const at = DateTime.formatIso(DateTime.unsafeMake(now))
        yield* sql`DELETE FROM writer_lease`
        yield* sql`
          INSERT INTO writer_lease (writer_lease_id, holder, host, process_id, taken_at, renewed_at)
          VALUES (1, ${holder}, ${hostname()}, ${process.pid}, ${at}, ${at})`
      })
    )
  )

const renew = (holder: string): Effect.Effect<void, LedgerError, Ledger> =>
  Effect.flatMap(Ledger, ({ file, sql }) =>
    Effect.gen(function* () {
      const now = DateTime.formatIso(yield* DateTime.now)
      // A file that is locked for a while is no loss of the lease; the next turn comes before that is stale.
      const renewed = yield* Effect.option(
        sql`UPDATE writer_lease SET renewed_at = ${now} WHERE holder = ${holder} RETURNING holder`
      )
      if (Option.exists(renewed, (rows) => rows.length === 0)) {
        return yield* new LedgerError({
          file,
          kind: "locked",
          reason:
            "another run took over, since this one had not been heard of for too long. Nothing recorded is lost."
        })
      }
    })
  )

const release = (holder: string) =>
  Effect.flatMap(Ledger, ({ sql }) => Effect.ignore(sql`DELETE FROM writer_lease WHERE holder = ${holder}`))

/**
 * Runs a job that asks the account on the file's behalf, one at a time a file: two would ask everything twice. Other
 * writers need no more than their transactions, and readers nothing. A lease whose holder was killed is taken over.
 */
export const whileLeased = <A, E, R>(job: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const holder = `${process.pid}-${yield* Random.nextIntBetween(0, Number.MAX_SAFE_INTEGER)}`
    const heartbeat = renew(holder).pipe(
      Effect.repeat(Schedule.spaced(renewEvery)),
      Effect.delay(renewEvery),
      Effect.zipRight(Effect.never)
    )
    return yield* Effect.acquireUseRelease(
      take(holder),
      () => Effect.raceFirst(job, heartbeat),
      () => release(holder)
    )
  })
