import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import type * as RetryPolicy from "../RetryPolicy.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The account's address, with or without `/api/3`. https only, except for loopback addresses. */
  readonly url: string | URL
  readonly apiToken: Redacted.Redacted
  /** Longest wait for one attempt's answer. Default 30 seconds. */
  readonly timeout?: Duration.DurationInput | undefined
  /** Default: `RetryPolicy.standard`. */
  readonly retry?: RetryPolicy.RetryPolicy | undefined
  /** The longest body that is read, in bytes. Default 10 MiB. */
  readonly maxBodyBytes?: number | undefined
  /** Host and port of the proxy that the `HttpClient` goes through, if it does: errors name it. */
  readonly proxy?: string | undefined
}
