import { homedir } from "node:os"
import { isAbsolute, join } from "node:path"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as ActiveCampaignClient from "effect-activecampaign/ActiveCampaignClient"
import * as Proxy from "../../account/Proxy.js"
import * as SharedRate from "../../account/SharedRate.js"
import * as Attempts from "../../job/Attempts.js"
import { httpClient } from "./httpClient.js"
import * as Account from "../config/Account.js"
import { printable } from "../output/text.js"

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
export const stateFolder = Effect.gen(function* () {
  const isWindows = process.platform === "win32"
  const set = yield* Effect.option(Config.string(isWindows ? "LOCALAPPDATA" : "XDG_STATE_HOME"))
  const home = isWindows ? inHome("AppData", "Local") : inHome(".local", "state")
  const base = yield* Option.match(Option.filter(set, isAbsolute), {
    onNone: () => home,
    onSome: Effect.succeed
  })
  return { path: join(base, "ac-reconcile") }
}).pipe(Effect.catchAll((missing) => Effect.succeed({ missing })))

/** How to reach the account. The proxy code is loaded only if there is a proxy: most runs have none. */
const wayTo = (account: string) =>
  Effect.gen(function* () {
    const direct = { http: httpClient, proxy: undefined }
    const named = yield* Proxy.of(account)
    if (Option.isNone(named)) return direct
    const ProxyClient = yield* Effect.promise(() => import("../../account/ProxyClient.js"))
    if (!ProxyClient.isFor(named.value, account)) return direct
    return { http: ProxyClient.layer(named.value), proxy: named.value.host }
  })

export interface AccountOptions {
  readonly requestsPerSecond: number
  readonly accountLimit: number
  /** Receives messages about the shared rate. The default is standard error. */
  readonly tell?: (sentence: string) => Effect.Effect<void>
  /** In place of what all commands use. */
  readonly client?: Pick<ActiveCampaignClient.Options, "retry" | "timeout" | "transformClient">
}

/** The client of the account in the environment or the config files. */
export const layer = ({ client, tell, ...rate }: AccountOptions) =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const { key, url } = yield* Account.account
      const account = yield* ActiveCampaignClient.accountUrl(url.text)
      const sharedRate = SharedRate.layer({
        ...rate,
        account,
        folder: yield* stateFolder,
        tell: tell ?? ((sentence) => Console.error(`ac-reconcile: ${printable(sentence)}`))
      })
      const { http, proxy } = yield* wayTo(account)
      return ActiveCampaignClient.layer({
        url: url.text,
        apiToken: key.token,
        proxy,
        retry: Attempts.retry,
        ...client
      }).pipe(Layer.provide(Attempts.budgetLayer), Layer.provide([sharedRate, http]))
    })
  )
