import * as Effect from "effect/Effect"
import { use } from "../../files/Disk.js"
import { OutputRefused } from "../../files/OutputError.js"
import { follow } from "../../files/Place.js"
import { outputFailed, outputTo } from "../../files/Target.js"
import { nameNew, sweep } from "../../files/Unfinished.js"
import { checkedCopy, contentsOf } from "../../ledger/file/copyLedger.js"
import { strayBeside } from "../../ledger/file/identity.js"
import { leavingNothing, readablePath } from "../../ledger/file/readable.js"
import { readOnly } from "../../ledger/file/readOnly.js"
import { ConfigurationError } from "./ConfigurationError.js"

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

/** Makes a checked copy of a ledger under a name that nothing has yet, and says what the copy has. */
export const snapshotTo = (db: string, file: string) =>
  Effect.gen(function* () {
    const target = yield* freePlace(file, db)
    // Reports a file that is not a ledger, or cannot be read.
    yield* leavingNothing(db)
    const readable = yield* readablePath(db, { schema: "any" })
    const copy = yield* checkedCopy(readable, target, file)
    const content = yield* Effect.map(readOnly(copy), contentsOf)
    const { bytes, named } = yield* Effect.mapError(
      Effect.gen(function* () {
        const bytes = yield* use((disk) => Number(disk.stat(copy).size))
        return { bytes, named: yield* nameNew(copy, target) }
      }),
      outputFailed({ name: file, hint })
    )
    return named ? { bytes, content } : yield* taken(file)
  }).pipe(Effect.scoped)
