import { constants } from "node:fs"
import { basename, dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import { type DiskError, opened, use } from "../../files/Disk.js"
import type { OutputError } from "../../files/OutputError.js"
import { follow, pathOf } from "../../files/Place.js"
import { outputFailed } from "../../files/Target.js"
import * as Unfinished from "../../files/Unfinished.js"
import { checkedCopy } from "./copyLedger.js"
import { LedgerError } from "../LedgerError.js"

/** Before what a copy was made: a migration to a schema, or a purge on a day. */
const marks = [".before-schema-", ".before-purge-"]

/** Copies are beside the file itself, even if a link leads to it. */
export const realPath = (file: string): Effect.Effect<string> =>
  use((disk) => disk.lstat(file).isSymbolicLink()).pipe(
    Effect.flatMap((isLink) => (isLink ? Effect.map(follow(file), pathOf) : Effect.succeed(undefined))),
    Effect.map((path) => path ?? file),
    Effect.orElseSucceed(() => file)
  )

/** The copies that earlier migrations and purges left beside a ledger. */
export const keptCopies = (file: string): Effect.Effect<ReadonlyArray<string>, LedgerError> =>
  file === ":memory:"
    ? Effect.succeed([])
    : Effect.flatMap(realPath(file), (path) =>
        use((disk) => disk.list(dirname(path))).pipe(
          Effect.map((names) =>
            names
              .filter((name) => marks.some((mark) => name.startsWith(`${basename(path)}${mark}`)))
              .map((name) => join(dirname(path), name))
              .sort()
          ),
          Effect.mapError(
            ({ reason }) =>
              new LedgerError({
                file,
                kind: "unusable",
                reason: `its folder cannot be listed (${reason}), so its copies of the ledger cannot be listed. Make the folder readable, and run again.`
              })
          )
        )
      )

const chunkSize = 1 << 20

const holdTheSame = (one: string, other: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const first = yield* opened(one, constants.O_RDONLY)
      const second = yield* opened(other, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
      return yield* use((disk) => {
        if (!disk.fstat(second).isFile() || disk.fstat(first).size !== disk.fstat(second).size) return false
        const [a, b] = [Buffer.alloc(chunkSize), Buffer.alloc(chunkSize)]
        for (;;) {
          const [read, alsoRead] = [disk.read(first, a), disk.read(second, b)]
          if (read !== alsoRead || !a.subarray(0, read).equals(b.subarray(0, read))) return false
          if (read === 0) return true
        }
      })
    })
  ).pipe(Effect.orElseSucceed(() => false))

/** Names a copy. An existing file is kept: an equal one serves as the copy, otherwise the next free name is taken. */
const nameCopy = (copy: string, name: string, number = 1): Effect.Effect<string, DiskError> =>
  Effect.gen(function* () {
    const candidate = number === 1 ? name : `${name}-${number}`
    if (yield* Unfinished.nameNew(copy, candidate)) return candidate
    return (yield* holdTheSame(copy, candidate)) ? candidate : yield* nameCopy(copy, name, number + 1)
  })

/** Copies a ledger beside it before much of it changes, and returns where the copy is. */
export const keepCopy = (
  file: string,
  before: `schema-${number}` | `purge-${string}`
): Effect.Effect<string, OutputError | LedgerError> =>
  Effect.flatMap(realPath(file), (path) => {
    const name = `${path}.before-${before}`
    return Effect.scoped(
      Effect.flatMap(checkedCopy(file, name), (copy) =>
        Effect.mapError(nameCopy(copy, name), outputFailed({ name, hint: "Name another file." }))
      )
    )
  })
