import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Runs from "../../ledger/facts/Runs.js"
import * as Ledger from "../../ledger/Ledger.js"
import * as Attention from "../../ledger/reports/Attention.js"
import * as Reports from "../../ledger/reports/Reports.js"
import { printable, printableJson } from "../../text/printable.js"
import * as Account from "../config/Account.js"
import { snakeKeys } from "../json/snakeKeys.js"
import { ExitCode } from "../shell/ExitCode.js"
import { type End, endOf, type Failure, isStopped, type Response } from "./End.js"
import { bodyOf, eventOf, type State, withoutAddress } from "./Notice.js"
import { type Body, type NotTaken, post } from "./post.js"
import { below, type Webhook } from "./Webhook.js"

export interface Options {
  readonly db: string
  readonly notify: Option.Option<Webhook>
  readonly notifyAddresses: boolean
  readonly ping: Option.Option<Webhook>
}

/** The run is not affected, and says so. */
const warn = (option: string) => (error: NotTaken) =>
  Console.error(
    `ac-reconcile: ${option}: ${printable(error.host)} ${error.reason}. The run is not affected by that.`
  )

const plain = (text: string): Body => ({ type: "text/plain; charset=utf-8", text: `${text}\n` })

const pingOf = (ping: Webhook, end: End) =>
  post(
    end.exitCode === ExitCode.done ? ping : below(ping, "/fail"),
    plain(`Exit code ${end.exitCode}: ${withoutAddress(end)}`)
  ).pipe(Effect.catchAll(warn("--ping")))

/** The account as people know it: its host. */
const accountHost = Effect.map(Effect.option(Account.url), (url) =>
  Option.getOrNull(
    Option.flatMap(url, ({ text }) => (URL.canParse(text) ? Option.some(new URL(text).host) : Option.none()))
  )
)

const state = Effect.gen(function* () {
  const { file } = yield* Ledger.Ledger
  const result: State = {
    file,
    runId: yield* Runs.lastId,
    summary: yield* Reports.summary,
    attention: yield* Attention.attention
  }
  return result
})

/** Sends the notice even if the file cannot be read or written. What was sent before is then not known. */
const notified = (notify: Webhook, end: End, options: Options) =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const tell = (before: Runs.LastNotice | undefined, found: State | undefined) =>
      Effect.gen(function* () {
        const event = eventOf(before, end, now)
        if (event === undefined) return false
        const at = DateTime.formatIso(yield* DateTime.now)
        const body = bodyOf({
          event,
          at,
          end,
          before,
          account: yield* accountHost,
          state: found,
          withAddresses: options.notifyAddresses
        })
        const text = printableJson(JSON.stringify(snakeKeys(body)))
        yield* post(notify, { type: "application/json", text })
        return true
      })
    const inFile = Effect.gen(function* () {
      const before = yield* Runs.lastNotice
      const isNews = eventOf(before, end, now) !== undefined
      const told = yield* tell(before, isNews ? yield* state : undefined)
      const at = DateTime.formatIso(yield* DateTime.now)
      if (told) yield* Effect.ignore(Runs.recordNotice({ at, exitCode: end.exitCode, reason: end.reason }))
    }).pipe(Effect.provide(Ledger.layer(options.db, { mustExist: true })))
    yield* Effect.catchTag(inFile, "LedgerError", () => tell(undefined, undefined))
  }).pipe(Effect.catchTag("NotTaken", warn("--notify")))

/** How long a run that has ended waits for the news of its beginning to arrive. */
const patience = Duration.seconds(2)

/** Tells others that a run begins and how it ends. It changes nothing of the run. */
export const around =
  (options: Options) =>
  <A extends Response, E extends Failure, R>(run: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.gen(function* () {
      const ping = Option.getOrUndefined(options.ping)
      const notify = Option.getOrUndefined(options.notify)
      const start =
        ping === undefined ? Effect.void : Effect.ignore(post(below(ping, "/start"), plain("A run begins.")))
      const starting = yield* Effect.forkScoped(start)
      // An interrupted run sends nothing: somebody stopped it.
      const exit = yield* Effect.exit(run)
      const end = endOf(exit)
      if (!isStopped(end) && !end.isOthersTurn) {
        // In this order, or the monitor would take the run for one that goes on.
        const pinged =
          ping === undefined
            ? Effect.void
            : Fiber.await(starting).pipe(
                Effect.timeoutOption(patience),
                Effect.zipRight(Fiber.interrupt(starting)),
                Effect.zipRight(pingOf(ping, end))
              )
        yield* Effect.all([pinged, notify === undefined ? Effect.void : notified(notify, end, options)], {
          concurrency: "unbounded",
          discard: true
        })
      }
      return yield* exit
    }).pipe(Effect.scoped)
