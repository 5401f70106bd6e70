import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import type { Counter } from "./counter.js"

const beginsOnly = /^\s*(?:BEGIN|ROLLBACK|SAVEPOINT|RELEASE)\b/i

// The driver calls it one that writes nothing.
const commits = /^\s*COMMIT\b/i

const ioError = () => new Sqlite.SqliteError("disk I/O error", "SQLITE_IOERR_WRITE")

const isStatement = (value: unknown): value is Sqlite.Statement =>
  typeof value === "object" && value !== null && "readonly" in value

type Method = (this: unknown, ...parameters: Array<unknown>) => unknown

const isMethod = (value: unknown): value is Method => typeof value === "function"

/** Puts another function in the place of a method; the effect puts the old one back. */
const replacing = (target: object, name: string, make: (real: Method) => Method) => {
  const real: unknown = Reflect.get(target, name)
  if (!isMethod(real)) throw new Error(`there is no ${name}`)
  Object.defineProperty(target, name, { value: make(real), configurable: true, writable: true })
  return Effect.sync(() => {
    Object.defineProperty(target, name, { value: real, configurable: true, writable: true })
  })
}

/**
 * While the effect runs, every statement that writes is counted on its way to SQLite, and fails there when its turn has
 * come: in the driver itself, since the job opens its connections where it likes.
 */
export const withFailingWrites =
  (counter: Counter) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    const counted = (real: Method): Method =>
      function (...parameters) {
        if (counter.fails()) throw ioError()
        return real.apply(this, parameters)
      }
    const prepared = (real: Method): Method =>
      function (sql) {
        const statement = real.call(this, sql)
        if (!isStatement(statement) || typeof sql !== "string") return statement
        const writes = !beginsOnly.test(sql) && (!statement.readonly || commits.test(sql))
        if (writes) for (const name of ["run", "all", "get", "iterate"]) replacing(statement, name, counted)
        return statement
      }
    return Effect.acquireUseRelease(
      Effect.sync(() => [
        replacing(Sqlite.prototype, "prepare", prepared),
        replacing(Sqlite.prototype, "exec", counted)
      ]),
      () => effect,
      (restores) => Effect.all(restores, { discard: true })
    )
  }
