import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

interface Options {
  readonly readonly?: boolean
}

/** A connection of its own to a file that exists, for one piece of work; throws SQLite's errors. */
export const using = <A>(file: string, use: (database: Sqlite.Database) => A, options: Options = {}): A => {
  const database = new Sqlite(file, { fileMustExist: true, ...options })
  try {
    return use(database)
  } finally {
    database.close()
  }
}

/** The same for reading, for as long as the scope lasts. */
export const reading = <E>(
  file: string,
  trouble: (error: unknown) => E
): Effect.Effect<Sqlite.Database, E, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({ try: () => new Sqlite(file, { readonly: true, fileMustExist: true }), catch: trouble }),
    (database) => Effect.sync(() => database.close())
  )
