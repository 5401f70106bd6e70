import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import type { Check } from "../doctor/Check.js"
import { examine } from "../doctor/examine.js"
import { wrapped } from "../../text/wrapped.js"
import { blocks, columns } from "../output/text.js"
import { ExitCode } from "../shell/ExitCode.js"
import { db, json, maxCalls, rate } from "../shell/options.js"
import { respond } from "../shell/respond.js"

const signs = { ok: "ok", warn: "warn", fail: "FAIL" } as const

const width = 80
const indent = " ".repeat(8)

/** The remedy is below the finding. */
const describe = ({ check, remedy, says, state }: Check) => {
  const [first = "", ...rest] = wrapped(`${check}: ${says}`, width - indent.length)
  const more = [...rest, ...(remedy === null ? [] : wrapped(`To do: ${remedy}`, width - indent.length))]
  return [`  ${signs[state].padEnd(6)}${first}`, ...more.map((line) => indent + line)].join("\n")
}

const headline = (checks: ReadonlyArray<Check>) => {
  const count = (state: Check["state"]) => checks.filter((one) => one.state === state).length
  const [failures, warnings] = [count("fail"), count("warn")]
  if (failures === 0 && warnings === 0) return "All is well."
  return [
    ...(failures > 0 ? [`${failures} failed`] : []),
    ...(warnings > 0 ? [`${warnings} to look at`] : []),
    `${count("ok")} well`
  ].join(", ")
}

export const doctor = Command.make("doctor", { db, rate, maxCalls, json }, (options) =>
  respond(
    "doctor",
    options.json,
    Effect.gen(function* () {
      const { checks, nextRun, settings } = yield* examine(options)
      const worst = checks.find(({ state }) => state === "fail")
      return {
        text: blocks(
          headline(checks),
          checks.map(describe).join("\n"),
          `Settings:\n${columns(settings.map(({ setting, source, value }) => [setting, value ?? "", source]))}`
        ),
        result: {
          checks: checks.map(({ exitCode: _, ...check }) => check),
          settings: settings.map(({ kind: _, ...setting }) => setting),
          nextRun
        },
        warnings: checks
          .filter(({ state }) => state === "warn")
          .map(({ check, says }) => `${check}: ${says}`),
        ...(worst === undefined
          ? {}
          : { because: { code: "CheckFailed", message: `${worst.check}: ${worst.says}` } }),
        exitCode: worst?.exitCode ?? ExitCode.done
      }
    })
  )
).pipe(
  Command.withDescription("Check the settings, the account and the file, and show what a run would cost")
)
