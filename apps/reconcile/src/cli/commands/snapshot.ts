import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Effect from "effect/Effect"
import type { Contents } from "../../ledger/file/copyLedger.js"
import { db, json } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { snapshotTo } from "../shell/snapshotTo.js"
import { batchesOf, blocks, plural, sizeOf } from "../output/text.js"

const file = Args.text({ name: "file" }).pipe(
  Args.mapEffect((text) =>
    text.trim() === "" ? Effect.fail(HelpDoc.p(`'${text}' is not the name of a file.`)) : Effect.succeed(text)
  ),
  Args.withDescription("The file to create; it must not exist")
)

const describe = (
  target: string,
  bytes: number,
  { answers, batches, localContacts, schema, sent, settled }: Contents
) =>
  blocks(
    `${target}: ${sizeOf(bytes)}, schema ${schema}.`,
    `It contains ${batchesOf(batches)}, ${settled} settled; ${plural(sent, "sent contact")}, ${plural(answers, "answer")}, ${plural(localContacts, "contact")} of your own.`
  )

export const snapshot = Command.make("snapshot", { file, db, json }, (options) =>
  respond(
    "snapshot",
    options.json,
    Effect.map(snapshotTo(options.db, options.file), ({ bytes, content }) => ({
      text: describe(options.file, bytes, content),
      result: { db: options.db, file: options.file, bytes, ...content }
    }))
  )
).pipe(Command.withDescription("Copy the file as it is now, even while a run writes to it"))
