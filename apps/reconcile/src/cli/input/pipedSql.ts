import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { StandardInput } from "../../contacts/StandardInput.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"

/** More than anybody writes by hand, and less than SQLite refuses. */
const mostBytes = 1_000_000

const refuse = (problem: string) =>
  new ConfigurationError({
    problem: `Standard input ${problem}.`,
    hint: "Pipe one SELECT into it, as in 'ac-reconcile query - < question.sql'."
  })

/** The SQL that is piped into the command. */
export const pipedSql = Effect.gen(function* () {
  const input = yield* StandardInput
  let size = 0
  const parts = yield* input.pipe(
    Stream.takeUntil((part) => {
      size += part.byteLength
      return size > mostBytes
    }),
    Stream.runCollect,
    Effect.mapError(() => refuse("cannot be read"))
  )
  if (size > mostBytes) return yield* refuse("is longer than a megabyte, too long for a query")
  const text = yield* Effect.try({
    try: () => new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat([...parts])),
    catch: () => refuse("is not UTF-8")
  })
  return text.trim() === "" ? yield* refuse("is empty") : text
})
