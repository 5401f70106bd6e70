import * as Reactivity from "@effect/experimental/Reactivity"
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import type { AccountNames } from "../asSent/compare.js"
import type { Client, Prepare } from "./file/client.js"
import { isSqlError, withImmediateTransaction } from "./file/transaction.js"
import type * as Scope from "effect/Scope"
import { fromRow, fromSqlite, LedgerError } from "./LedgerError.js"
import { type OpenOptions, openFile } from "./file/openFile.js"
import { readOnlyClient } from "./file/readOnly.js"

/** The open file: its client, its name, and one way to turn its errors into `LedgerError`. */
export interface Service {
  readonly file: string
  readonly sql: SqlClient.SqlClient
  /** Runs an effect on the file. SQL errors become errors about the file. */
  readonly use: <A, E, R>(
    effect: Effect.Effect<A, E | SqlError, R>
  ) => Effect.Effect<A, Exclude<E, SqlError> | LedgerError, R>
  /** As `use`, in one transaction: all or nothing is recorded. */
  readonly transact: <A, E, R>(
    effect: Effect.Effect<A, E | SqlError, R>
  ) => Effect.Effect<A, Exclude<E, SqlError> | LedgerError, R>
  /**
   * As `transact`, without foreign key checks: for statements that write many rows and make sure themselves that each
   * reference exists. SQLite's check can take longer than writing the row.
   */
  readonly transactUnchecked: Service["transact"]
  /** One transaction of work that needs nothing but SQLite, for what is recorded often. */
  readonly atOnce: <A>(work: (prepare: Prepare) => A) => Effect.Effect<A, LedgerError>
  /** The names of the account as they were last decoded, and the text they are from: decoding them takes long. */
  readonly lastNames: Ref.Ref<{ readonly text: string; readonly names: AccountNames } | undefined>
}

export class Ledger extends Context.Tag("ac-reconcile/Ledger")<Ledger, Service>() {
  /** Runs an effect made from the file's client. Its SQL errors become errors about the file. */
  static readonly use = <A, E, R>(
    body: (sql: SqlClient.SqlClient) => Effect.Effect<A, E | SqlError, R>
  ): Effect.Effect<A, Exclude<E, SqlError> | LedgerError, R | Ledger> =>
    Effect.flatMap(Ledger, ({ sql, use }) => use(body(sql)))

  /** As `use`, in one transaction: all or nothing is recorded. */
  static readonly transact = <A, E, R>(
    body: (sql: SqlClient.SqlClient) => Effect.Effect<A, E | SqlError, R>
  ): Effect.Effect<A, Exclude<E, SqlError> | LedgerError, R | Ledger> =>
    Effect.flatMap(Ledger, ({ sql, transact }) => transact(body(sql)))

  /**
   * The decoded rows of a statement. A row that cannot be decoded is a `LedgerError` with the name of its table or view.
   *
   * Two kinds of rows are not decoded: those of which there may be a million, and the numbers that a write to a STRICT table
   * returns.
   */
  static readonly query = <A, I>(
    row: Schema.Schema<A, I>,
    statement: (sql: SqlClient.SqlClient) => Effect.Effect<ReadonlyArray<unknown>, SqlError>
  ): Effect.Effect<ReadonlyArray<A>, LedgerError, Ledger> => {
    const from = Option.getOrElse(AST.getIdentifierAnnotation(row.ast), () => "the ledger")
    return Effect.flatMap(Ledger, ({ file, sql, use }) =>
      Effect.flatMap(use(statement(sql)), (rows) =>
        Effect.mapError(Schema.decodeUnknown(Schema.Array(row))(rows), (error) =>
          fromRow(file, from, rows, error)
        )
      )
    )
  }

  /** The column `number` of a statement's only row, or 0 without a row. */
  static readonly number = (
    from: string,
    statement: (sql: SqlClient.SqlClient) => Effect.Effect<ReadonlyArray<unknown>, SqlError>
  ): Effect.Effect<number, LedgerError, Ledger> =>
    Effect.map(Ledger.query(rowOf(from, { number: Schema.Int }), statement), ([row]) => row?.number ?? 0)
}

/** The rows of a table or view, with the name for errors. */
export const rowOf = <Fields extends Schema.Struct.Fields>(from: string, fields: Fields) =>
  Schema.Struct(fields).annotations({ identifier: from })

const layerOf = (
  file: string,
  client: Effect.Effect<Client, LedgerError, Scope.Scope | Reactivity.Reactivity>
): Layer.Layer<Ledger, LedgerError> =>
  Layer.scoped(
    Ledger,
    Effect.map(client, (sql): Service => {
      const use: Service["use"] = Effect.catchIf(isSqlError, (error) => Effect.fail(fromSqlite(file, error)))
      const transactions = (options: { readonly checksReferences: boolean }): Service["transact"] => {
        const inTransaction = withImmediateTransaction(sql, options)
        return (effect) => use(inTransaction(effect))
      }
      return {
        file,
        sql,
        use,
        transact: transactions({ checksReferences: true }),
        transactUnchecked: transactions({ checksReferences: false }),
        atOnce: (work) => use(sql.atOnce(work)),
        lastNames: Ref.unsafeMake<Effect.Effect.Success<Service["lastNames"]>>(undefined)
      }
    })
  ).pipe(Layer.provide(Reactivity.layer))

/** Opens the file and migrates it if needed. Creates it unless `mustExist`. */
export const layer = (file: string, options: OpenOptions = {}): Layer.Layer<Ledger, LedgerError> =>
  layerOf(file, openFile(file, options))

/** Opens an existing file to read it, and changes nothing. Works even where nothing can be written. */
export const layerReadOnly = (file: string): Layer.Layer<Ledger, LedgerError> =>
  layerOf(file, readOnlyClient(file))

/** The base URL of the account the file is tied to, if any. */
export const boundAccount = Effect.map(
  Ledger.query(rowOf("accounts", { base_url: Schema.String }), (sql) => sql`SELECT base_url FROM accounts`),
  ([account]) => account?.base_url
)

/** Refuses another account than the one the file is tied to. Writes nothing. */
export const checkAccount = (baseUrl: string): Effect.Effect<void, LedgerError, Ledger> =>
  Effect.flatMap(Ledger, ({ file }) =>
    Effect.flatMap(boundAccount, (bound) =>
      bound === undefined || bound === baseUrl
        ? Effect.void
        : new LedgerError({
            file,
            kind: "other-account",
            reason: `it belongs to the account at ${bound}, not ${baseUrl}. Name another file with --db FILE, or set ACTIVECAMPAIGN_URL to that account.`
          })
    )
  )

/** Ties the file to the account that gave its first answer. */
export const bindAccount = (baseUrl: string, now: string): Effect.Effect<void, LedgerError, Ledger> =>
  Effect.asVoid(
    Ledger.transact(
      (sql) =>
        sql`INSERT INTO accounts (account_id, base_url, bound_at) VALUES (1, ${baseUrl}, ${now}) ON CONFLICT DO NOTHING`
    )
  )
