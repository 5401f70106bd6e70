import type * as Headers from "@effect/platform/Headers"
import * as Context from "effect/Context"
import { oneLine } from "./text.js"

/** One request of a call, as what sends it needs it. */
export interface Service {
  readonly token: string
  /** Told the headers of the answer before its body is read. */
  readonly answered: (headers: Headers.Headers) => void
}

/** Only what a call provides can be sent: there is no request without a turn, a time limit and a token. */
export class Attempt extends Context.Tag("effect-activecampaign/internal/Attempt")<Attempt, Service>() {}

/** ActiveCampaign's own name for the call, or that of the service in front of it. */
export const requestIdOf = (headers: Headers.Headers): string | undefined => {
  const name = headers["x-request-id"] ?? headers["cf-ray"]
  return name === undefined || name.trim() === "" ? undefined : oneLine(name, 100)
}
