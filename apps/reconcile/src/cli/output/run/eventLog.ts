import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { OutputError } from "../../../files/OutputError.js"
import type { Target } from "../../../files/Target.js"
import * as Writer from "../../../files/Writer.js"
import type { RunEvent } from "../../../job/RunEvent.js"
import { printable, printableJson } from "../../../text/printable.js"
import { snakeKeys } from "../../json/snakeKeys.js"
import type { Ending } from "./ending.js"

/** What a run reports to programs while it works: its events, and how it ended. */
export type Logged = RunEvent | ({ readonly _tag: "Ended" } & Ending)

/** `{"at":"2026-11-26T12:00:00.000Z","event":"Settled","batch_id":"…","status":"completed"}` */
const lineOf = (at: string, { _tag, ...rest }: Logged): string =>
  `${printableJson(JSON.stringify(snakeKeys({ at, event: _tag, ...rest })))}\n`

/**
 * Appends each event to the file as a line of NDJSON. If that fails, it says so once and the run continues, because
 * everything is recorded in the ledger.
 */
export const make = (
  target: Target
): Effect.Effect<(event: Logged) => Effect.Effect<void>, OutputError, Scope.Scope> =>
  Effect.map(Writer.appendTo(target), (write) => {
    let failed = false
    return (event) =>
      failed
        ? Effect.void
        : Effect.flatMap(DateTime.now, (now) => write(lineOf(DateTime.formatIso(now), event))).pipe(
            Effect.catchAll((error) => {
              failed = true
              return error._tag === "ReaderLeft"
                ? Effect.void
                : Console.error(`ac-reconcile: ${printable(error.message)} The run goes on without --events.`)
            })
          )
  })
