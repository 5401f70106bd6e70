import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import { BatchId } from "effect-activecampaign/BatchId"
import * as Ledger from "../../ledger/Ledger.js"
import { whileLeased } from "../../ledger/lease/Lease.js"
import { preview, removeBatches } from "../../ledger/erase/Removals.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { knownBatch } from "../input/knownBatch.js"
import { knownBatchArgument, db, json } from "../shell/options.js"
import { describeRemoval, notDone, yes } from "../output/removalText.js"
import { respond } from "../shell/respond.js"
import { batchesOf, blocks, plural, printable } from "../output/text.js"

const id = Options.text("id").pipe(
  Options.repeated,
  Options.withDescription("A batch ID, even one that begins with -; may be given several times")
)

export const batchesRemove = Command.make(
  "remove",
  { batchIds: knownBatchArgument.pipe(Args.repeated), id, yes, db, json },
  (options) =>
    respond(
      "batches remove",
      options.json,
      Effect.gen(function* () {
        const named = options.id.map((text) => text.trim()).filter((text) => text !== "")
        const given = [...new Set([...options.batchIds, ...named])]
        if (given.length === 0) {
          return yield* new ConfigurationError({
            problem: "No batch ID was given.",
            hint: "Name the batches to remove: ac-reconcile batches remove BATCH_ID."
          })
        }
        const found = yield* Effect.forEach(given, (batchId) => knownBatch(options.db, batchId))
        const batchIds = [...new Set(found.map((batch) => BatchId.make(batch.batch_id)))]
        const short = given.find((text) => !found.some((batch) => batch.batch_id === text))
        if (options.yes && short !== undefined) {
          // A typing error must not remove another batch.
          return yield* new ConfigurationError({
            problem: printable(`'${short}' is only the beginning of the ID of a batch.`),
            hint: `With --yes, write whole IDs: ${printable(batchIds.join(" "))}.`
          })
        }
        const removal = removeBatches(batchIds)
        const report = yield* options.yes ? whileLeased(removal) : preview(removal)
        const what = batchIds.length === 1 ? `batch ${batchIds[0]}` : batchesOf(batchIds.length)
        return {
          text: blocks(
            printable(
              options.yes
                ? `${options.db}: ${what} removed.`
                : `${options.db}: removing ${what} would delete:`
            ),
            ...describeRemoval(report, options.yes),
            report.unnamed === 0
              ? ""
              : `${options.yes ? plural(report.unnamed, "local contact stays", "local contacts stay") : `${plural(report.unnamed, "local contact")} would stay`} without a batch. Loading their source again brings the batch back.`,
            options.yes ? "" : notDone
          ),
          result: { db: options.db, batchIds, done: options.yes, ...report }
        }
      }).pipe(Effect.provide(Ledger.layer(options.db, { mustExist: true })))
    )
).pipe(Command.withDescription("Remove batches and everything that belongs to them"))
