import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { planOnly } from "../../job/Run.js"
import type { Condition } from "../failOn/Condition.js"
import * as Ledger from "../../ledger/Ledger.js"
import * as account from "../shell/account.js"
import { db, deadline, json, maxCalls, rate } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { failOn } from "../shell/runOptions.js"
import { runAndReport } from "../runAndReport.js"
import { describePlan } from "../output/steps.js"
import { blocks } from "../output/text.js"
import { sayingWaits } from "../shell/waiting.js"

const dryRun = Options.boolean("dry-run").pipe(
  Options.withDescription(
    "Only show how the addresses would be looked up, and the cost (makes at most one call)"
  )
)

const lookAllUp = (options: {
  readonly deadline: Duration.Duration
  readonly maxCalls: number
  readonly failOn: ReadonlyArray<Condition>
  readonly json: boolean
}) =>
  runAndReport({
    follow: false,
    once: true,
    deadline: options.deadline,
    account: { resolve: false, lookup: true, maxCalls: options.maxCalls },
    failOn: options.failOn,
    suggest: true,
    json: options.json
  })

export const lookup = Command.make(
  "lookup",
  { dryRun, maxCalls, deadline: deadline("30m"), rate, failOn, db, json },
  (options) =>
    respond(
      "lookup",
      options.json,
      Effect.gen(function* () {
        if (!options.dryRun) return yield* lookAllUp(options)
        const plan = yield* sayingWaits(options.json)(planOnly(options))
        return {
          text: blocks(
            describePlan(plan),
            plan.affordable === 0 ? "" : "None was looked up. Run again without --dry-run to do it."
          ),
          result: { db: options.db, plan }
        }
      }).pipe(
        Effect.provide(account.layer(options.rate)),
        Effect.provide(Ledger.layer(options.db, { mustExist: true }))
      )
    )
).pipe(
  Command.withDescription(
    "Check whether the addresses in neither list are in the account; 'run' does this too"
  )
)
