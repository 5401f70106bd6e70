import * as Effect from "effect/Effect"
import { use } from "../../files/Disk.js"
import { Ledger } from "../Ledger.js"
import { codeOf, messageOf } from "../LedgerError.js"
import { ownTables } from "../schema/ownTables.js"

/** Whether the file contains only what its tables contain; if not for sure, why, and which processes have it open. */
export type Tidied =
  | { readonly done: true }
  | {
      readonly done: false
      readonly because: "log" | "writer" | "failed"
      readonly reason: string
      readonly openIn: ReadonlyArray<number>
    }

const linksIn = (folder: string) =>
  Effect.orElseSucceed(
    use((disk) => disk.list(folder).map((name) => disk.readlink(`${folder}/${name}`))),
    (): ReadonlyArray<string> => []
  )

/** Other processes that have the file open, as far as this system and this user can see. */
const processesWith = (file: string): Effect.Effect<ReadonlyArray<number>> =>
  Effect.gen(function* () {
    const path = yield* use((disk) => disk.realpath(file))
    const names = yield* use((disk) => disk.list("/proc"))
    const others = names.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    const open = yield* Effect.filter(others, (pid) =>
      Effect.map(linksIn(`/proc/${pid}/fd`), (links) => links.includes(path))
    )
    return open.map(Number)
  }).pipe(Effect.orElseSucceed(() => []))

/** SQLite keeps samples of indexes if somebody ran ANALYZE. */
const sampleAgain = Effect.flatMap(Ledger, ({ sql }) =>
  Effect.gen(function* () {
    const kept = yield* sql`SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat4'`
    if (kept.length === 0) return
    const tables = yield* sql<{ readonly tbl: string }>`SELECT DISTINCT tbl FROM sqlite_stat4`
    for (const { tbl } of tables) if (ownTables.has(tbl)) yield* sql.unsafe(`ANALYZE ${tbl}`)
  })
)

interface Checkpoint {
  readonly busy: number
  readonly log: number
  readonly checkpointed: number
}

/** Rewrites the whole file from its tables and empties the log. Readers can prevent that. */
export const tidy = Effect.flatMap(Ledger, ({ file, sql, use: asOfFile }) => {
  const undone = (because: "log" | "writer" | "failed", reason: string) =>
    Effect.map(processesWith(file), (openIn): Tidied => ({ done: false, because, reason, openIn }))
  return Effect.gen(function* () {
    yield* sampleAgain
    yield* sql.unsafe("VACUUM")
    const [log] = yield* sql.unsafe<Checkpoint>("PRAGMA wal_checkpoint(TRUNCATE)")
    if (log === undefined || log.busy !== 0 || log.log !== log.checkpointed) {
      return yield* undone("log", "another program is reading the file")
    }
    const tidied: Tidied = { done: true }
    return tidied
  }).pipe(
    Effect.catchTag("SqlError", (error) =>
      /^SQLITE_(?:BUSY|LOCKED)/.test(codeOf(error))
        ? undone("writer", "another program is writing to the file")
        : undone("failed", messageOf(error))
    ),
    asOfFile
  )
})
