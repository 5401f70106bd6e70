import { existsSync, statSync } from "node:fs"
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Effect from "effect/Effect"
import { copyLedger } from "../ledger/copyLedger.js"
import { type Held, held } from "../ledger/held.js"
import { codeOf, fromSqlite, messageOf } from "../ledger/LedgerError.js"
import { readablePath } from "../ledger/readable.js"
import { readOnly } from "../ledger/readOnly.js"
import { ConfigurationError } from "./account.js"
import { db, json } from "./options.js"
import { respond } from "./respond.js"
import { batchesOf, blocks, plural, sizeOf } from "./text.js"
import { OutputError } from "./writeText.js"

const file = Args.text({ name: "file" }).pipe(
  Args.mapEffect((text) =>
    // A misspelt option would otherwise be taken for a file.
    text.startsWith("-") || text.trim() === ""
      ? Effect.fail(HelpDoc.p(`'${text}' is not the name of a file.`))
      : Effect.succeed(text)
  ),
  Args.withDescription("The file to make; it must not exist")
)

const describe = (
  target: string,
  bytes: number,
  { answers, batches, localContacts, schema, sent, settled }: Held
) =>
  blocks(
    `${target}: ${sizeOf(bytes)}, schema ${schema}.`,
    `It holds ${batchesOf(batches)}, ${settled} settled; ${plural(sent, "sent contact")}, ${plural(answers, "answer")}, ${plural(localContacts, "contact")} of your own.`
  )

const taken = (target: string) =>
  new ConfigurationError({
    problem: `${target} exists already and was left as it is.`,
    hint: "Name a file that does not exist."
  })

export const snapshot = Command.make("snapshot", { file, db, json }, (options) =>
  respond(
    "snapshot",
    options.json,
    Effect.gen(function* () {
      const target = options.file
      if (existsSync(target)) return yield* taken(target)
      // Says in one sentence what is wrong with a file that is no ledger, or cannot be read.
      const readable = yield* readablePath(options.db, { schema: "any" })
      const made = yield* Effect.mapError(copyLedger(readable, target, { replace: false }), ({ cause }) =>
        /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(cause))
          ? fromSqlite(options.db, cause)
          : new OutputError({ file: target, reason: messageOf(cause), hint: "Name another file." })
      )
      if (!made) return yield* taken(target)
      const content = yield* Effect.map(readOnly(target), held)
      const bytes = statSync(target).size
      return {
        text: describe(target, bytes, content),
        result: { db: options.db, file: target, bytes, ...content }
      }
    }).pipe(Effect.scoped)
  )
).pipe(Command.withDescription("Copy the file as it stands, as one file, even while a run writes to it"))
