import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Ledger from "../../ledger/Ledger.js"
import * as account from "../shell/account.js"
import { db, deadline, json, maxCalls, rate } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { failOn } from "../shell/runOptions.js"
import { runAndReport } from "../runAndReport.js"

export const resolve = Command.make(
  "resolve",
  { maxCalls, deadline: deadline("30m"), rate, failOn, db, json },
  (options) =>
    respond(
      "resolve",
      options.json,
      runAndReport({
        follow: false,
        once: true,
        deadline: options.deadline,
        account: { resolve: true, lookup: false, maxCalls: options.maxCalls },
        failOn: options.failOn,
        suggest: true,
        json: options.json
      }).pipe(
        Effect.provide(account.layer(options.rate)),
        Effect.provide(Ledger.layer(options.db, { mustExist: true }))
      )
    )
).pipe(
  Command.withDescription("Fetch the addresses of successful contact IDs, 100 a call; 'run' does this too")
)
