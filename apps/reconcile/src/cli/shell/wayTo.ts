import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Proxy from "../../account/Proxy.js"
import { httpClient } from "./httpClient.js"

/** How to reach a URL. The proxy code is loaded only if there is a proxy: most runs have none. */
export const wayTo = (url: string) =>
  Effect.gen(function* () {
    const direct = { http: httpClient, proxy: undefined }
    const named = yield* Proxy.of(url)
    if (Option.isNone(named)) return direct
    const ProxyClient = yield* Effect.promise(() => import("../../account/ProxyClient.js"))
    if (!ProxyClient.isFor(named.value, url)) return direct
    return { http: ProxyClient.layer(named.value), proxy: named.value.host }
  })
