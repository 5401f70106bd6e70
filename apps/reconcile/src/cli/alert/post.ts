import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { codeOf } from "../../ledger/LedgerError.js"
import { span } from "../../text/numbers.js"
import { version } from "../../version.js"
import { wayTo } from "../shell/wayTo.js"
import type { Webhook } from "./Webhook.js"

/** A webhook that did not take what was sent. `reason` goes on after the host: `hooks.example.com answered 500`. */
export class NotTaken extends Data.TaggedError("NotTaken")<{
  readonly host: string
  readonly reason: string
  /** Whether it may help to try again. */
  readonly isPassing: boolean
}> {}

export interface Body {
  readonly type: string
  readonly text: string
}

/** However badly the other side behaves, a run waits no longer for it. */
const longest = Duration.seconds(10)

const eachTry = Duration.seconds(4)

const isPassing = (status: number) => status === 408 || status === 429 || status >= 500

/**
 * Not the client of the account, which would send its token. Redirects are not followed, the answer's body is not read, and
 * nothing of it is traced: a trace would have the whole URL.
 */
const once = (client: HttpClient.HttpClient, { host, url }: Webhook, { text, type }: Body) => {
  const failed = (reason: string, isPassing: boolean) => new NotTaken({ host, reason, isPassing })
  return client
    .execute(
      HttpClientRequest.post(Redacted.value(url)).pipe(
        HttpClientRequest.setHeader("user-agent", `ac-reconcile/${version}`),
        HttpClientRequest.bodyText(text, type)
      )
    )
    .pipe(
      Effect.mapError((error) => {
        const code = codeOf(error)
        return failed(`cannot be reached${code === "" ? "" : ` (${code})`}`, true)
      }),
      Effect.flatMap(({ status }) =>
        status >= 200 && status < 300 ? Effect.void : failed(`answered ${status}`, isPassing(status))
      ),
      Effect.timeoutFail({ duration: eachTry, onTimeout: () => failed("gave no answer", true) })
    )
}

const soonAgain = Schedule.exponential("500 millis").pipe(Schedule.intersect(Schedule.recurs(2)))

/** Sends a text, in up to three tries and ten seconds. */
export const post = (webhook: Webhook, body: Body): Effect.Effect<void, NotTaken> => {
  const { host } = webhook
  return Effect.gen(function* () {
    const { http } = yield* Effect.mapError(
      wayTo(Redacted.value(webhook.url)),
      ({ variable }) =>
        new NotTaken({ host, reason: `cannot be reached: ${variable} is not a proxy`, isPassing: false })
    )
    return yield* HttpClient.HttpClient.pipe(
      Effect.flatMap((client) => {
        const untraced = HttpClient.withTracerPropagation(
          HttpClient.withTracerDisabledWhen(client, () => true),
          false
        )
        return Effect.retry(once(untraced, webhook, body), {
          schedule: soonAgain,
          while: ({ isPassing }) => isPassing
        })
      }),
      Effect.provide(http)
    )
  }).pipe(
    Effect.timeoutFail({
      duration: longest,
      onTimeout: () =>
        new NotTaken({
          host,
          reason: `gave no answer in ${span(Duration.toMillis(longest))}`,
          isPassing: true
        })
    })
  )
}
