import { randomUUID } from "node:crypto"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as RateBudget from "effect-activecampaign/RateBudget"
import { codeOf, messageOf } from "../ledger/LedgerError.js"
import * as RateFile from "./RateFile.js"

export interface Options {
  /** The account's URL in its canonical form. */
  readonly account: string
  /** This command's own rate. */
  readonly requestsPerSecond: number
  /** What all commands together may use. */
  readonly accountLimit: number
  /** The user's state folder, or why there is none. */
  readonly folder: { readonly path: string } | { readonly missing: string }
  /** Receives a sentence that the user should know. */
  readonly tell: (sentence: string) => Effect.Effect<void>
  /** The machine's own clock in milliseconds, the same for all of its processes. For tests. */
  readonly machineTime?: Effect.Effect<number>
}

/** Not the wall clock, which may jump. This clock counts from the machine's start, in every process. */
const sinceBoot = Effect.sync(() => Number(process.hrtime.bigint()) / 1e6)

/** How long a request may take to reach the account. */
const slack = 100

/** In its first second, a process still has to load code and connect. */
const slackAtFirst = 500
const firstWhile = 1000

/** How long to continue without the file after trouble with it. */
const pauseAfterTrouble = 10_000

/** Longer waits are reported. */
const worthTelling = 5000

class Trouble extends Data.TaggedError("Trouble")<{
  readonly kind: "busy" | "damaged" | "unusable"
  readonly reason: string
}> {}

const kindOf = (error: unknown): Trouble["kind"] => {
  const code = codeOf(error)
  // Moved: another command has just replaced it.
  if (/^SQLITE_(BUSY|LOCKED|READONLY_DBMOVED)/.test(code)) return "busy"
  return /^SQLITE_(NOTADB|CORRUPT|ERROR|CONSTRAINT|MISMATCH|SCHEMA|FORMAT)/.test(code)
    ? "damaged"
    : "unusable"
}

/** Our commands use the file for less than a millisecond: whatever locks it for longer than these tries is another program. */
const untilFree = Schedule.intersect(Schedule.jittered(Schedule.spaced("5 millis")), Schedule.recurs(300))

/** Uses the file; opens it when first needed, and again if its name leads to another file. */
const makeFile = ({ account, folder }: Options) => {
  let file: RateFile.RateFile | undefined
  const close = () => {
    file?.close()
    file = undefined
  }
  const attempt = <A>(use: (path: string) => A) =>
    Effect.try({
      try: () => {
        if ("missing" in folder) throw new Error(folder.missing)
        return use(folder.path)
      },
      catch: (error) => {
        const kind = kindOf(error)
        if (kind !== "busy") close()
        return new Trouble({ kind, reason: messageOf(error) })
      }
    })
  return {
    use: <A>(use: (file: RateFile.RateFile) => A) =>
      attempt((path) => {
        if (file?.isInPlace() === false) close()
        file ??= RateFile.open(path, account)
        return use(file)
      }),
    remove: attempt((path) => RateFile.remove(path, account)),
    close: Effect.sync(close)
  }
}

/**
 * A budget that all commands of one user on one machine share for one account. Together they stay within the account's
 * limit in any rolling second, each within its own setting, and a 429 to one holds all.
 *
 * Nothing is reserved ahead: a request counts when it is sent, so a killed process delays nobody. Trouble with the file
 * never stops a job: each process then keeps its own rate.
 */
export const make = (options: Options) =>
  Effect.gen(function* () {
    const { accountLimit, machineTime = sinceBoot, tell } = options
    // The command line takes no other rate.
    const own = yield* Effect.orDie(RateBudget.make({ requestsPerSecond: options.requestsPerSecond }))
    const file = makeFile(options)
    yield* Effect.addFinalizer(() => file.close)
    const waiter = randomUUID()
    const oneAtATime = Effect.unsafeMakeSemaphore(1)
    const said = { perProcess: false, damaged: false }
    let begun: number | undefined
    let usableFrom = 0
    let ownTurn = 0
    // A hold that this process itself was asked for is reported elsewhere.
    let toldUntil = 0

    const once = (what: keyof typeof said, sentence: string) =>
      Effect.suspend(() => {
        if (said[what]) return Effect.void
        said[what] = true
        return tell(sentence)
      })

    const tellPerProcess = ({ kind, reason }: Trouble) => {
      const where = "path" in options.folder ? ` in ${options.folder.path}` : ""
      const why = kind === "busy" ? "another program has locked the file" : reason
      return once(
        "perProcess",
        `The rate limit covers this process only, because commands cannot share it${where} (${why}). Other commands on this account are not counted.`
      )
    }

    const tellDamaged = ({ reason }: Trouble) =>
      once(
        "damaged",
        `The file that commands use to share the account's rate was damaged (${reason}) and has been replaced.`
      )

    /** None if the file cannot be used. */
    const shared = <A>(use: (file: RateFile.RateFile, now: number) => A): Effect.Effect<Option.Option<A>> =>
      Effect.flatMap(machineTime, (start) => {
        if (start < usableFrom) return Effect.succeedNone
        const tried = Effect.retry(
          Effect.flatMap(machineTime, (now) => file.use((open) => use(open, now))),
          { schedule: untilFree, while: ({ kind }) => kind === "busy" }
        )
        return tried.pipe(
          Effect.catchIf(
            ({ kind }) => kind === "damaged",
            (trouble) => tellDamaged(trouble).pipe(Effect.zipRight(file.remove), Effect.zipRight(tried))
          ),
          Effect.asSome,
          Effect.catchAll((trouble) => {
            usableFrom = start + pauseAfterTrouble
            return Effect.as(tellPerProcess(trouble), Option.none())
          })
        )
      })

    const claim = shared((open, now) => {
      const isFirst = now < (begun ?? now) + firstWhile
      const claim = open.claim({ now, limit: accountLimit, slack: isFirst ? slackAtFirst : slack, waiter })
      if (claim._tag === "Go") begun ??= now
      return { claim, now }
    })

    const tellHold = (millis: number, now: number) => {
      if (millis <= worthTelling || now + millis <= toldUntil + slack) return Effect.void
      toldUntil = now + millis
      return tell(
        `ActiveCampaign asked another command on this machine to slow down (429). Waiting ${Math.ceil(millis / 1000)} seconds.`
      )
    }

    // Requests delayed by other commands must not come closer together than this command's rate allows.
    const untilOwnTurn = Effect.flatMap(machineTime, (now) =>
      ownTurn > now ? Effect.sleep(Duration.millis(Math.ceil(ownTurn - now))) : Effect.void
    )

    const turn = Effect.gen(function* () {
      yield* untilOwnTurn
      for (;;) {
        const claimed = yield* claim
        if (Option.isNone(claimed) || claimed.value.claim._tag === "Go") {
          ownTurn = (yield* machineTime) + 1000 / options.requestsPerSecond
          return
        }
        const { isHeld, millis } = claimed.value.claim
        if (isHeld) yield* tellHold(millis, claimed.value.now)
        yield* Effect.sleep(Duration.millis(Math.ceil(millis)))
      }
    })

    const service: RateBudget.Service = {
      take: (kind) => Effect.zipRight(own.take(kind), oneAtATime.withPermits(1)(turn)),
      hold: (duration, kind) =>
        Effect.zipRight(
          own.hold(duration, kind),
          kind === undefined
            ? shared((open, now) => {
                const millis = Duration.toMillis(duration)
                toldUntil = Math.max(toldUntil, now + millis)
                open.hold(now, millis)
              })
            : Effect.void
        ),
      observe: own.observe
    }
    return service
  })

export const layer = (options: Options): Layer.Layer<RateBudget.RateBudget> =>
  Layer.scoped(RateBudget.RateBudget, make(options))
