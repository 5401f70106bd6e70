import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Ledger from "../../ledger/Ledger.js"
import { runAndReport } from "../runAndReport.js"
import * as account from "../shell/account.js"
import { db, deadline, failOn, json, maxCalls, rate } from "../shell/options.js"
import { respond } from "../shell/respond.js"

export const run = Command.make(
  "run",
  {
    once: Options.boolean("once").pipe(
      Options.withDescription("Ask about each open batch once, as from cron, and do not wait")
    ),
    deadline: deadline("30m"),
    rate,
    noResolve: Options.boolean("no-resolve").pipe(
      Options.withDescription("Do not fetch the addresses behind successful contact IDs that nobody knows")
    ),
    noLookup: Options.boolean("no-lookup").pipe(
      Options.withDescription("Do not look up the addresses of which the lists said nothing")
    ),
    maxCalls,
    failOn,
    db,
    json
  },
  (options) =>
    respond(
      "run",
      options.json,
      runAndReport({
        ...options,
        follow: true,
        suggest: true,
        account: { resolve: !options.noResolve, lookup: !options.noLookup, maxCalls: options.maxCalls }
      }).pipe(
        Effect.provide(account.layer({ ...options.rate, json: options.json })),
        Effect.provide(Ledger.layer(options.db, { mustExist: true }))
      )
    )
).pipe(
  Command.withDescription(
    "Follow every open batch until it has settled, ask the account about what the lists left open, and say what became of each contact"
  )
)
