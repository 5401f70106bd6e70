import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { outputTo } from "../../files/Target.js"
import * as Ledger from "../../ledger/Ledger.js"
import type { Options as AlertOptions } from "../alert/alerting.js"
import type { Failure, Response } from "../alert/End.js"
import { sourceOf } from "../config/Settings.js"
import { runAndReport } from "../runAndReport.js"
import * as account from "../shell/account.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { db, deadline, json, maxCalls, rate } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { alerts, failOn } from "../shell/runOptions.js"

/** Checked before the ledger is opened. */
const eventsTarget = ({ db, events }: { readonly db: string; readonly events: Option.Option<string> }) =>
  Option.match(events, {
    onNone: () => Effect.succeed(undefined),
    onSome: (name) =>
      outputTo(name, { option: "--events", inputs: [{ name: db, is: "the ledger of this run" }] })
  })

type Alerts = Pick<AlertOptions, "db"> & { readonly alerts: Omit<AlertOptions, "db"> }

/** Loaded only if somebody is to be told. */
const alerting =
  ({ alerts, db }: Alerts) =>
  <A extends Response, E extends Failure, R>(run: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Option.isNone(alerts.notify) && Option.isNone(alerts.ping)
      ? run
      : Effect.flatMap(
          Effect.promise(() => import("../alert/alerting.js")),
          ({ around }) => around({ ...alerts, db })(run)
        )

/** What cannot be combined with --watch. A deadline from a setting is for other runs. */
const fits = ({ once, watch }: { readonly once: boolean; readonly watch: boolean }) =>
  Effect.gen(function* () {
    if (!watch) return
    if (once) {
      return yield* new ConfigurationError({
        problem: "--once asks a single time, and --watch goes on.",
        hint: "Use one of them."
      })
    }
    if ((yield* sourceOf("deadline"))._tag === "Option") {
      return yield* new ConfigurationError({
        problem: "--watch goes on until it is stopped, so --deadline means nothing.",
        hint: "Leave it out. 'timeout 8h ac-reconcile run --watch' stops it after 8 hours."
      })
    }
  })

export const run = Command.make(
  "run",
  {
    once: Options.boolean("once").pipe(
      Options.withDescription("Ask about each open batch once, as from cron, and do not wait")
    ),
    watch: Options.boolean("watch").pipe(
      Options.withDescription(
        "Go on as batches and contacts are added, until Ctrl-C; without --deadline, and --max-calls counts for each hour"
      )
    ),
    deadline: deadline("30m"),
    rate,
    noResolve: Options.boolean("no-resolve").pipe(
      Options.withDescription("Do not fetch the addresses of successful contact IDs")
    ),
    noLookup: Options.boolean("no-lookup").pipe(
      Options.withDescription("Do not look up the addresses in neither list")
    ),
    noCheck: Options.boolean("no-check").pipe(
      Options.withDescription("Do not compare what was sent with what the account holds")
    ),
    maxCalls,
    failOn,
    events: Options.text("events").pipe(
      Options.optional,
      Options.withDescription("Append what happens to this file while it happens, as NDJSON")
    ),
    alerts,
    db,
    json
  },
  (options) =>
    respond(
      "run",
      options.json,
      Effect.zipRight(
        fits(options),
        alerting(options)(
          Effect.flatMap(eventsTarget(options), (events) =>
            runAndReport({
              ...options,
              events,
              follow: true,
              suggest: true,
              account: {
                resolve: !options.noResolve,
                lookup: !options.noLookup,
                check: options.noCheck ? undefined : { sample: 0 },
                maxCalls: options.maxCalls
              }
            }).pipe(
              Effect.provide(account.layer(options.rate)),
              Effect.provide(Ledger.layer(options.db, { mustExist: true }))
            )
          )
        )
      )
    )
).pipe(
  Command.withDescription(
    "Follow open batches until they settle, resolve and look up what the lists left open, and report what became of each contact"
  )
)
