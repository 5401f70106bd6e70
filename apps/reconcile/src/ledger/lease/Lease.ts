import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { Ledger, rowOf, type Service } from "../Ledger.js"
import { LedgerError } from "../LedgerError.js"
import { type Holder, lookFor, ThisProcess } from "./Holder.js"
import { type LeaseEvent, OnLease } from "../Notices.js"
import { transactionConnection } from "../file/transaction.js"

const renewEvery = Duration.seconds(5)

/**
 * A holder that cannot be seen counts as gone if its lease did not change during so many looks. They are counted, not
 * timed: no clock decides, and a pause of the whole machine is not a silence of the holder.
 */
const looks = 30
const lookEvery = Duration.seconds(1)

/** A live holder has renewed by then, so most waits end without a message. */
const looksBeforeTelling = 5

const Lease = rowOf("writer_lease", {
  instance: Schema.String,
  boot_id: Schema.NullOr(Schema.String),
  pid_namespace: Schema.NullOr(Schema.String),
  host: Schema.String,
  process_id: Schema.Int,
  process_start: Schema.NullOr(Schema.String),
  taken_at: Schema.String,
  renewals: Schema.Int,
  renewed_at: Schema.String
})

type Lease = typeof Lease.Type

const holderOf = (lease: Lease): Holder => ({
  instance: lease.instance,
  bootId: lease.boot_id,
  pidNamespace: lease.pid_namespace,
  host: lease.host,
  processId: lease.process_id,
  processStart: lease.process_start
})

const isUnchanged = (lease: Lease, before: Lease) =>
  lease.instance === before.instance &&
  lease.renewals === before.renewals &&
  lease.renewed_at === before.renewed_at

const current = Effect.map(
  Ledger.query(Lease, (sql) => sql`SELECT * FROM writer_lease`),
  ([lease]) => lease
)

/** Who holds the lease, and whether that process is still there; undefined if nobody does. */
export const held = Effect.gen(function* () {
  const lease = yield* current
  if (lease === undefined) return undefined
  const { host, process_id: processId, taken_at: takenAt } = lease
  return { host, processId, takenAt, sight: lookFor(holderOf(lease), yield* ThisProcess) }
})

const inUse = (file: string, lease: Lease) =>
  new LedgerError({
    file,
    kind: "locked",
    reason: `another run has been working on it since ${lease.taken_at} (process ${lease.process_id} on ${lease.host}). Run again when it has finished; run --watch frees the file whenever it has nothing to do. You can read the file meanwhile.`
  })

const tell = (_tag: LeaseEvent["_tag"], file: string, lease: Lease) =>
  Effect.flatMap(OnLease, (onLease) =>
    onLease({
      _tag,
      file,
      host: lease.host,
      processId: lease.process_id,
      patience: Duration.times(lookEvery, looks)
    })
  )

/** Waits until the lease is gone or its holder has been silent for long enough. Fails if the lease is renewed. */
const watch = (lease: Lease) =>
  Effect.gen(function* () {
    const { file } = yield* Ledger
    for (let look = 1; look <= looks; look++) {
      yield* Effect.sleep(lookEvery)
      const now = yield* current
      if (now?.instance !== lease.instance) return
      if (!isUnchanged(now, lease)) return yield* inUse(file, now)
      if (look === looksBeforeTelling) yield* tell("Watching", file, lease)
    }
  })

/**
 * Takes the lease if nobody has it, its holder is gone, or it is still the one that was `watched`, and returns the lease
 * that it was taken from. Otherwise returns the lease to watch.
 */
const tryToTake = (me: Holder, watched: Lease | undefined) =>
  Effect.flatMap(Ledger, ({ file, sql, transact }) =>
    transact(
      Effect.gen(function* () {
        const lease = yield* current
        const isSilent = lease !== undefined && watched !== undefined && isUnchanged(lease, watched)
        if (lease !== undefined && !isSilent) {
          const sight = lookFor(holderOf(lease), me)
          if (sight === "there") return yield* inUse(file, lease)
          if (sight === "out-of-sight") return { isTaken: false, lease } as const
        }
        const now = DateTime.formatIso(yield* DateTime.now)
        yield* sql`DELETE FROM writer_lease`
        yield* sql`
          INSERT INTO writer_lease (writer_lease_id, instance, boot_id, pid_namespace, host, process_id,
            process_start, taken_at, renewals, renewed_at)
          VALUES (1, ${me.instance}, ${me.bootId}, ${me.pidNamespace}, ${me.host}, ${me.processId},
            ${me.processStart}, ${now}, 0, ${now})`
        return { isTaken: true, silent: isSilent ? lease : undefined } as const
      })
    )
  )

const take = (me: Holder) =>
  Effect.gen(function* () {
    let watched: Lease | undefined
    for (;;) {
      const tried = yield* tryToTake(me, watched)
      if (tried.isTaken) {
        const { file } = yield* Ledger
        return yield* tried.silent === undefined ? Effect.void : tell("TakenOver", file, tried.silent)
      }
      watched = tried.lease
      yield* Effect.interruptible(watch(watched))
    }
  })

const lost = (file: string) =>
  new LedgerError({
    file,
    kind: "locked",
    reason:
      "another run took over, because this one had been silent for too long. Nothing recorded is lost; that run continues with it."
  })

const renewal =
  "UPDATE writer_lease SET renewals = renewals + 1, renewed_at = ? WHERE instance = ? RETURNING 1"

const renew = ({ instance }: Holder): Effect.Effect<void, LedgerError, Ledger> =>
  Effect.flatMap(Ledger, ({ file, sql }) =>
    Effect.gen(function* () {
      const now = DateTime.formatIso(yield* DateTime.now)
      // A locked file does not mean that the lease is lost: while another process writes, nobody can take over.
      const renewed = yield* Effect.option(sql.unsafe(renewal, [now, instance]))
      if (Option.exists(renewed, (rows) => rows.length === 0)) return yield* lost(file)
    })
  )

/**
 * The file for the holder of its lease: each transaction renews the lease first, or writes nothing. A holder that was
 * silent and lost the lease notices before it writes beside the run that took over.
 */
const onlyWhileHeld = (ledger: Service, { instance }: Holder): Service => {
  const renewInTransaction = Effect.gen(function* () {
    const connection = yield* transactionConnection
    const now = DateTime.formatIso(yield* DateTime.now)
    const renewed = yield* connection.execute(renewal, [now, instance], undefined)
    if (renewed.length === 0) return yield* lost(ledger.file)
  })
  const checked =
    (transact: Service["transact"]): Service["transact"] =>
    <A, E, R>(effect: Effect.Effect<A, E | SqlError, R>) =>
      transact<A, E | LedgerError, R>(Effect.zipRight(renewInTransaction, effect))
  const atOnce: Service["atOnce"] = (work) =>
    Effect.flatMap(DateTime.now, (now) =>
      Effect.flatten(
        ledger.atOnce((prepare) =>
          prepare(renewal).get(DateTime.formatIso(now), instance) === undefined
            ? lost(ledger.file)
            : Effect.succeed(work(prepare))
        )
      )
    )
  return {
    ...ledger,
    atOnce,
    transact: checked(ledger.transact),
    transactUnchecked: checked(ledger.transactUnchecked)
  }
}

const release = ({ instance }: Holder) =>
  Effect.flatMap(Ledger, ({ sql }) =>
    Effect.ignore(sql`DELETE FROM writer_lease WHERE instance = ${instance}`)
  )

/**
 * Ends with the job, or fails with the heartbeat. Even if the job is interrupted, it has ended by then; a race does not
 * wait.
 */
const whileBeating = <A, E, R, E2, R2>(
  job: Effect.Effect<A, E, R>,
  heartbeat: Effect.Effect<never, E2, R2>
) =>
  Effect.acquireUseRelease(
    Effect.all([Effect.fork(Effect.interruptible(job)), Effect.fork(Effect.interruptible(heartbeat))]),
    ([working, beating]) => Effect.raceFirst(Fiber.join(working), Fiber.join(beating)),
    Fiber.interruptAll
  )

/**
 * Runs a job that asks the account, one at a time for a file: two would ask everything twice. Other writers need only
 * their transactions, and readers nothing. A lease whose holder was killed is taken over.
 */
export const whileLeased = <A, E, R>(job: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const me = yield* ThisProcess
    const heartbeat = renew(me).pipe(
      Effect.repeat(Schedule.spaced(renewEvery)),
      Effect.delay(renewEvery),
      Effect.zipRight(Effect.never)
    )
    return yield* Effect.acquireUseRelease(
      take(me),
      () => whileBeating(Effect.provideService(job, Ledger, onlyWhileHeld(ledger, me)), heartbeat),
      () => release(me)
    )
  })
