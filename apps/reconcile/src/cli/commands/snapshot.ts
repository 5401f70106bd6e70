import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Effect from "effect/Effect"
import { use } from "../../files/Disk.js"
import { OutputRefused } from "../../files/OutputError.js"
import { follow } from "../../files/Place.js"
import { outputFailed, outputTo } from "../../files/Target.js"
import { nameNew, sweep } from "../../files/Unfinished.js"
import { checkedCopy, type Contents, contentsOf } from "../../ledger/file/copyLedger.js"
import { strayBeside } from "../../ledger/file/identity.js"
import { leavingNothing, readablePath } from "../../ledger/file/readable.js"
import { readOnly } from "../../ledger/file/readOnly.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { db, json } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { batchesOf, blocks, plural, sizeOf } from "../output/text.js"

const file = Args.text({ name: "file" }).pipe(
  Args.mapEffect((text) =>
    // Otherwise a misspelt option would be taken for a file.
    text.startsWith("-") || text.trim() === ""
      ? Effect.fail(HelpDoc.p(`'${text}' is not the name of a file.`))
      : Effect.succeed(text)
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

const taken = (target: string) =>
  new ConfigurationError({
    problem: `${target} already exists and was left unchanged.`,
    hint: "Choose a name that does not exist yet."
  })

const hint = "Name another file."

/** The place for the copy. Nothing may be there yet, not even a device or a pipe. */
const freePlace = (name: string, from: string) =>
  Effect.gen(function* () {
    const place = yield* Effect.mapError(follow(name), outputFailed({ name, hint }))
    // A command that was killed while naming its copy has left its temporary files next to it.
    if (place._tag !== "Descriptor") yield* sweep(place.path)
    if (place._tag !== "Absent") return yield* taken(name)
    yield* outputTo(name, { inputs: [{ name: from, is: "the ledger being copied" }] })
    const stray = yield* strayBeside(place.path)
    return stray === undefined
      ? place.path
      : yield* new OutputRefused({
          file: name,
          is: `the name of a database whose log, ${stray}, still exists and would be applied to the copy`,
          hint
        })
  })

export const snapshot = Command.make("snapshot", { file, db, json }, (options) =>
  respond(
    "snapshot",
    options.json,
    Effect.gen(function* () {
      const target = yield* freePlace(options.file, options.db)
      // Reports a file that is not a ledger, or cannot be read.
      yield* leavingNothing(options.db)
      const readable = yield* readablePath(options.db, { schema: "any" })
      const copy = yield* checkedCopy(readable, target, options.file)
      const content = yield* Effect.map(readOnly(copy), contentsOf)
      const { bytes, named } = yield* Effect.mapError(
        Effect.gen(function* () {
          const bytes = yield* use((disk) => Number(disk.stat(copy).size))
          return { bytes, named: yield* nameNew(copy, target) }
        }),
        outputFailed({ name: options.file, hint })
      )
      if (!named) return yield* taken(options.file)
      return {
        text: describe(options.file, bytes, content),
        result: { db: options.db, file: options.file, bytes, ...content }
      }
    }).pipe(Effect.scoped)
  )
).pipe(Command.withDescription("Copy the file as it is now, even while a run writes to it"))
