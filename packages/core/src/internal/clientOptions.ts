import type * as HttpClient from "@effect/platform/HttpClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { InvalidOption } from "../SetupError.js"
import * as RetryPolicy from "../RetryPolicy.js"
import { version } from "./version.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The account's URL, with or without `/api/3`. https only, except for loopback addresses. */
  readonly url: string | URL
  /**
   * The account's token, or an effect that reads it. The effect runs for each attempt, so that a token can be replaced
   * without a new client. Both the old and the new token are hidden.
   */
  readonly apiToken: Redacted.Redacted | Effect.Effect<Redacted.Redacted>
  /** Longest wait for one attempt's answer. Default 30 seconds. */
  readonly timeout?: Duration.DurationInput | undefined
  /** When and how often a call is retried, if it may be. Default: `RetryPolicy.standard`. */
  readonly retry?: RetryPolicy.RetryPolicy | undefined
  /** The longest body that is read, in bytes. Default 10 MiB. */
  readonly maxBodyBytes?: number | undefined
  /** Host and port of the proxy that the `HttpClient` uses, if any: errors name it. */
  readonly proxy?: string | undefined
  /** Sent as `User-Agent` if the runtime allows it; browsers send their own. Default `effect-activecampaign/VERSION`. */
  readonly userAgent?: string | undefined
  /**
   * Wraps the `HttpClient`, for instance to log each request. It sees requests as they are sent, with the token in
   * `Api-Token`.
   */
  readonly transformClient?: ((client: HttpClient.HttpClient) => HttpClient.HttpClient) | undefined
}

const invalid = (option: string, reason: string) => new InvalidOption({ option, reason })

/** Browsers send their own, and would first ask the server whether they may send another one. */
const isBrowser = () => {
  const { navigator } = globalThis
  return typeof navigator === "object" && /^Mozilla\//.test(navigator.userAgent ?? "")
}

const timeoutOf = (input: Options["timeout"]) =>
  Option.match(Option.filter(Duration.decodeUnknown(input ?? "30 seconds"), Duration.greaterThan(0)), {
    onNone: () => invalid("timeout", 'a duration above zero, such as "30 seconds"'),
    onSome: Effect.succeed
  })

const bytesOf = (bytes = 10 * 1024 * 1024) =>
  bytes >= 1 ? Effect.succeed(bytes) : invalid("maxBodyBytes", `a number of bytes from 1 on, not ${bytes}`)

const userAgentOf = (name = `effect-activecampaign/${version}`) =>
  /^[\x20-\x7e]+$/.test(name) && name.trim() === name
    ? Effect.succeed(isBrowser() ? undefined : name)
    : invalid("userAgent", "text that is valid in a header: printable ASCII, without spaces around it")

/** The options other than URL and token, checked, with defaults for missing ones. */
export const settings = (options: Options) =>
  Effect.all({
    timeout: timeoutOf(options.timeout),
    maxBodyBytes: bytesOf(options.maxBodyBytes),
    userAgent: userAgentOf(options.userAgent),
    retry: Effect.succeed(RetryPolicy.make(options.retry ?? RetryPolicy.standard))
  })
