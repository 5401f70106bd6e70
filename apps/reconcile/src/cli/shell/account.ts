import { homedir } from "node:os"
import { isAbsolute, join } from "node:path"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Account from "../config/Account.js"
import type { AccountOptions } from "./accountClient.js"

const inHome = (...names: ReadonlyArray<string>) =>
  Effect.try({
    try: () => {
      const home = homedir()
      if (!isAbsolute(home)) throw new Error("there is no home folder")
      return join(home, ...names)
    },
    catch: (error) => (error instanceof Error ? error.message : String(error))
  })

/** The folder for the user's application state on this system; a path that is not absolute is ignored. */
const stateFolder = Effect.gen(function* () {
  const isWindows = process.platform === "win32"
  const set = yield* Effect.option(Config.string(isWindows ? "LOCALAPPDATA" : "XDG_STATE_HOME"))
  const home = isWindows ? inHome("AppData", "Local") : inHome(".local", "state")
  const base = yield* Option.match(Option.filter(set, isAbsolute), {
    onNone: () => home,
    onSome: Effect.succeed
  })
  return { path: join(base, "ac-reconcile") }
}).pipe(Effect.catchAll((missing) => Effect.succeed({ missing })))

/**
 * The client of the account that the environment or the config files name. It is loaded only then, so that a missing
 * setting is reported at once.
 */
export const layer = (options: AccountOptions) =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const account = yield* Account.account
      const { layer } = yield* Effect.promise(() => import("./accountClient.js"))
      return layer(account, yield* stateFolder, options)
    })
  )
