import * as Option from "effect/Option"
import type { Reply } from "../Reply.js"

/**
 * A request as received. Headers are not kept, and so neither is the token.
 *
 * @since 0.1.0
 * @category models
 */
export interface ReceivedRequest {
  /** Milliseconds after the simulator started. */
  readonly at: number
  readonly method: string
  /** Path and query. */
  readonly url: string
  /** `None` until it is answered; it stays `None` if the connection was reset or the caller gave up. */
  readonly status: Option.Option<number>
}

const statusOf = (reply: Reply): Option.Option<number> => {
  switch (reply._tag) {
    case "Whole":
      return Option.some(reply.response.status)
    case "Cut":
      return Option.some(reply.status)
    case "Reset":
      return Option.none()
  }
}

/** Keeps the last `limit` requests: a server may run for weeks. */
export const makeRequestLog = (limit: number) => {
  const log: Array<{ received: ReceivedRequest }> = []
  return {
    /** Notes a request on arrival; the function returned notes its answer. */
    received: (request: Omit<ReceivedRequest, "status">) => {
      const entry = { received: { ...request, status: Option.none<number>() } }
      log.push(entry)
      if (log.length > limit) log.shift()
      return (reply: Reply): void => {
        entry.received = { ...request, status: statusOf(reply) }
      }
    },
    entries: (): ReadonlyArray<ReceivedRequest> => log.map((entry) => entry.received)
  }
}
