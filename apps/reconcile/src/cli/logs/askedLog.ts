import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { optionOf, type Setting, type Sourced } from "../config/Setting.js"
import * as Settings from "../config/Settings.js"
import type { Call } from "../shell/syntax.js"

/** What a call or its settings ask for. */
export interface Asked {
  readonly level: Option.Option<Sourced>
  readonly format: Option.Option<Sourced>
  readonly file: Option.Option<Sourced>
  readonly addresses: boolean
  readonly call: Call
}

const found = (setting: Setting, given: ReadonlyMap<string, string>) => {
  const option = optionOf(setting)
  const text = given.get(option)
  return text === undefined
    ? Settings.lookUp(setting)
    : Effect.succeed(Option.some<Sourced>({ text, source: { _tag: "Option", option } }))
}

/** Called by a shell each time that Tab is pressed. */
const isOfShell = ({ words }: Call) => words[0] === "complete"

/** What is asked for, if a log is. Everything else about logs is loaded only then. */
export const askedLog = (call: Call, given: ReadonlyMap<string, string>) =>
  Effect.gen(function* () {
    const level = yield* found("log_level", given)
    const format = yield* found("log_format", given)
    const file = yield* found("log_file", given)
    const addresses = given.has("--log-addresses")
    const isAsked = addresses || [level, format, file].some(Option.isSome)
    const asked: Asked = { level, format, file, addresses, call }
    return isAsked && !isOfShell(call) ? Option.some(asked) : Option.none()
  })
