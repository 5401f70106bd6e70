import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import { reading } from "../../ledger/file/connection.js"
import { identify } from "../../ledger/file/identity.js"
import { leavingNothing } from "../../ledger/file/readable.js"
import { fromSqlite } from "../../ledger/LedgerError.js"
import { schemaVersion } from "../../ledger/schema/migrations.js"
import { db } from "../shell/options.js"
import { respond } from "../shell/respond.js"

/** The newest that begin like this, of those that need no quotes in any shell. */
const newest = `SELECT batch_id FROM batches
  WHERE substr(batch_id, 1, length(:beginning)) = :beginning
    AND batch_id NOT GLOB '*[^A-Za-z0-9._-]*' AND batch_id NOT GLOB '-*'
  ORDER BY added_at DESC LIMIT 100`

/** Reads the file only where it is: a copy would take too long while somebody waits for Tab. */
const batchIds = (file: string, beginning: string) =>
  Effect.gen(function* () {
    const identity = yield* identify(file, schemaVersion)
    if (identity._tag === "New") return []
    yield* leavingNothing(identity.path)
    const trouble = (error: unknown) => fromSqlite(file, error)
    const database = yield* reading(identity.path, trouble)
    return yield* Effect.try({
      try: () => database.prepare<[{ beginning: string }], string>(newest).pluck().all({ beginning }),
      catch: trouble
    })
  }).pipe(
    Effect.scoped,
    Effect.orElseSucceed((): ReadonlyArray<string> => [])
  )

/** Called by the completion scripts, and listed nowhere. If nothing can be looked up, it prints nothing. */
export const complete = Command.make(
  "complete",
  {
    what: Args.choice([["batches", "batches"]], { name: "what" }),
    beginning: Options.text("beginning").pipe(Options.withDefault("")),
    db
  },
  ({ beginning, db }) =>
    respond(
      "complete",
      false,
      Effect.map(batchIds(db, beginning), (ids) => ({ text: ids.join("\n"), result: null, exact: true }))
    )
)
