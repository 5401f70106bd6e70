import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { planCheckOnly } from "../../job/Run.js"
import * as Ledger from "../../ledger/Ledger.js"
import { standing } from "../../ledger/asSent/Standing.js"
import { nothingToCompare } from "../../report/standing.js"
import { describeCheckPlan, describeNamesAlone, describeSample } from "../output/steps.js"
import { blocks } from "../output/text.js"
import { runAndReport } from "../runAndReport.js"
import * as account from "../shell/account.js"
import { db, deadline, invalid, json, maxCalls, rate, readWhole } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { failOn } from "../shell/runOptions.js"

const dryRun = Options.boolean("dry-run").pipe(
  Options.withDescription("Only show how many contacts would be looked at, and the cost; makes no call")
)

const sample = Options.text("sample").pipe(
  Options.withPseudoName("integer"),
  Options.withDefault("0"),
  Options.mapEffect((text) => Either.mapLeft(readWhole(0)(text, "--sample"), invalid)),
  Options.withDescription(
    "Ask for this many contacts one by one, two calls each, if the account leaves fields, tags and lists out of its answers"
  )
)

export const check = Command.make(
  "check",
  { dryRun, sample, maxCalls, deadline: deadline("30m"), rate, failOn, db, json },
  (options) =>
    respond(
      "check",
      options.json,
      Effect.gen(function* () {
        if (options.dryRun) {
          const plan = yield* planCheckOnly(options)
          return {
            text: blocks(
              plan.contacts === 0 ? nothingToCompare(yield* standing) : describeCheckPlan(plan),
              describeNamesAlone(plan),
              describeSample(plan, options.sample),
              plan.affordable === 0 ? "" : "None was looked at. Run again without --dry-run to do it."
            ),
            result: { db: options.db, plan }
          }
        }
        return yield* runAndReport({
          follow: false,
          once: true,
          deadline: options.deadline,
          account: {
            resolve: false,
            lookup: false,
            check: { sample: options.sample, again: "all" },
            maxCalls: options.maxCalls
          },
          failOn: options.failOn,
          suggest: true,
          json: options.json
        }).pipe(Effect.provide(account.layer(options.rate)))
      }).pipe(Effect.provide(Ledger.layer(options.db, { mustExist: true })))
    )
).pipe(
  Command.withDescription(
    "Compare what contacts were sent with and what the account holds, 100 a call; 'run' does this too"
  )
)
