import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

interface Options {
  readonly readonly?: boolean
}

/** Opens an own connection to an existing file for one piece of work. Throws SQLite's errors. */
export const using = <A>(file: string, use: (database: Sqlite.Database) => A, options: Options = {}): A => {
  const database = new Sqlite(file, { fileMustExist: true, ...options })
  try {
    return use(database)
  } finally {
    database.close()
  }
}

/** The same, read-only, for as long as the scope lasts. */
export const reading = <E>(
  file: string,
  trouble: (error: unknown) => E
): Effect.Effect<Sqlite.Database, E, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({ try: () => new Sqlite(file, { readonly: true, fileMustExist: true }), catch: trouble }),
    (database) => Effect.sync(() => database.close())
  )
