import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/**
 * The connection of the transaction around, for statements that are run so often that a `sql` template, which costs
 * ten times what SQLite needs for a small one, would be felt.
 */
export const transactionConnection = Effect.flatMap(
  Effect.serviceOption(SqlClient.TransactionConnection),
  Option.match({
    onNone: () => Effect.dieMessage("this is done within a transaction"),
    onSome: ([connection]) => Effect.succeed(connection)
  })
)
