import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { describe, expect, it } from "vitest"
import { fieldsOf, type Format, formats, lineOf } from "../../../src/cli/logs/logLine.js"

const logged = (
  format: Format,
  log: Effect.Effect<void>,
  { addresses = false, runId }: { readonly addresses?: boolean; readonly runId?: number } = {}
) => {
  const lines: Array<string> = []
  const logger = Logger.make<unknown, void>((entry) => {
    lines.push(lineOf(format, fieldsOf(entry, { runId, addresses })))
  })
  Effect.runSync(Effect.provide(log, Logger.replace(Logger.defaultLogger, logger)))
  return lines
}

/** Any text, also such as no program should write: control characters, line ends, halves of surrogate pairs. */
const text = FastCheck.oneof(
  FastCheck.string({ unit: "binary" }),
  FastCheck.constantFrom(
    "\n",
    "\r\n",
    "\u2028",
    "\u2029",
    "\u0085",
    "\ud800",
    "\udc00x",
    "\u001b[2J",
    "\0",
    '"',
    "=",
    " "
  )
)

describe("a line of the log", () => {
  it.each(formats)("is one line of visible characters as %s, whatever was logged", (format) => {
    FastCheck.assert(
      FastCheck.property(text, text, text, (message, name, value) => {
        const log = Effect.annotateLogs(Effect.logInfo(`${message}x`), { [`k${name}`]: value })
        const [line = "", ...others] = logged(format, log)
        expect(others).toEqual([])
        expect(line).not.toMatch(/(?! )[\p{C}\p{Z}]/u)
        expect(line.length).toBeGreaterThan(0)
      })
    )
  })

  it("is JSON that gives back what was logged", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.string({ unit: "binary" }),
        FastCheck.string({ unit: "binary" }),
        (one, other) => {
          const log = Effect.annotateLogs(Effect.logWarning(`m${one}`), {
            reason: other,
            calls: 3,
            gone: null
          })
          const [line = ""] = logged("json", log, { addresses: true, runId: 7 })
          expect(JSON.parse(line)).toEqual({
            time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
            level: "warning",
            message: `m${one}`,
            run_id: 7,
            calls: 3,
            gone: null,
            reason: other
          })
        }
      )
    )
  })

  it("masks addresses in the message, the notes and the cause, unless they are asked for", () => {
    const log = Effect.annotateLogs(
      Effect.logError("no contact ada@example.com", new Error("asked for ada%40example.com")),
      { reason: "ada@example.com is gone", list: ["ada@example.com"] }
    )
    for (const format of formats) {
      const [line = ""] = logged(format, log)
      expect(line).not.toContain("ada")
      expect(line.match(/\*\*\*(?:@|%40)example\.com/g)?.length).toBeGreaterThanOrEqual(3)
      expect(logged(format, log, { addresses: true })[0]).toContain("no contact ada@example.com")
    }
  })

  it("names the span it was written in", () => {
    const [line = ""] = logged("json", Effect.withSpan(Effect.logInfo("here"), "reconcile.follow"))
    expect(JSON.parse(line)).toMatchObject({
      span: "reconcile.follow",
      trace_id: expect.stringMatching(/^[\da-f]{32}$/),
      span_id: expect.stringMatching(/^[\da-f]{16}$/)
    })
  })

  it("has the time, level and message that are its own, whatever it is annotated with", () => {
    const log = Effect.annotateLogs(Effect.logDebug("own"), { time: "1", level: "2", message: "3" })
    const run = Logger.withMinimumLogLevel(log, LogLevel.All)
    expect(JSON.parse(logged("json", run)[0] ?? "")).toMatchObject({ level: "debug", message: "own" })
  })
})
