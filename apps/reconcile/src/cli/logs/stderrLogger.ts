import * as Logger from "effect/Logger"
import { printable } from "../../text/printable.js"

/** For the few warnings of a call that asks for no log. */
export const stderrLogger = Logger.map(Logger.logfmtLogger, (line) => {
  process.stderr.write(`${printable(line)}\n`)
})
