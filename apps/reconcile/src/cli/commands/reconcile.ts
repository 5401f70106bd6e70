import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Ledger from "../../ledger/Ledger.js"
import { rebuild, reconcileStale } from "../../ledger/conclusions/Reconciliation.js"
import * as Reports from "../../ledger/reports/Reports.js"
import { db, json } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { failOn } from "../shell/runOptions.js"
import { appliedTo } from "../failOn/facts.js"
import { failOnEnding } from "../output/run/ending.js"
import * as Attention from "../../ledger/reports/Attention.js"
import { totals } from "../output/run/lastScreen.js"
import { batchesOf, blocks, outputWidth, plural } from "../output/text.js"

const again = Options.boolean("rebuild").pipe(
  Options.withDescription("Recompute every outcome, and report changes")
)

export const reconcile = Command.make("reconcile", { rebuild: again, failOn, db, json }, (options) =>
  respond(
    "reconcile",
    options.json,
    Effect.gen(function* () {
      const { batches, changed } = yield* options.rebuild ? rebuild : reconcileStale()
      const summary = yield* Reports.summary
      const attention = yield* Attention.attention
      const failedOn = yield* appliedTo(options.failOn, { summary })
      const ending = failedOn.length > 0 ? failOnEnding(failedOn) : undefined
      const outcome = options.rebuild
        ? `${batchesOf(batches)} recomputed from the facts: ${changed === 0 ? "no outcome changed" : `${plural(changed, "contact")} changed outcome`}.`
        : `${plural(batches, "stale batch", "stale batches")} recomputed; ${plural(changed, "contact")} changed outcome.`
      return {
        text: blocks(
          outcome,
          totals({ attention, summary, width: outputWidth() }),
          ending === undefined ? "" : `Exit code ${ending.exitCode}: ${ending.why}`
        ),
        result: { db: options.db, rebuilt: options.rebuild, batches, changed, summary, failedOn },
        ...(ending === undefined ? {} : { exitCode: ending.exitCode, because: { message: ending.why } })
      }
    }).pipe(Effect.provide(Ledger.layer(options.db, { mustExist: true })))
  )
).pipe(Command.withDescription("Recompute stale outcomes from what is recorded, without calling the account"))
