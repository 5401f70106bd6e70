import type * as Headers from "@effect/platform/Headers"
import * as Context from "effect/Context"
import { oneLine } from "./text.js"

/** One request of a call, with what is needed to send it. */
export interface Service {
  readonly token: string
  /** Is told the headers of the answer before its body is read. */
  readonly answered: (headers: Headers.Headers) => void
}

/** Provided by a call, so that there is no request without a turn, a time limit and a token. */
export class Attempt extends Context.Tag("effect-activecampaign/internal/Attempt")<Attempt, Service>() {}

/** The ID of the request that ActiveCampaign, or the service in front of it, gave. */
export const requestIdOf = (headers: Headers.Headers): string | undefined => {
  const name = headers["x-request-id"] ?? headers["cf-ray"]
  return name === undefined || name.trim() === "" ? undefined : oneLine(name, 100)
}
