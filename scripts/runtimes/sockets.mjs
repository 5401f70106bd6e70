// The essentials of the sockets suite on whichever runtime this is: what a real connection does, and what is said of it.
// The servers are a process of their own, on Node; this half uses nothing but what every runtime has.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { ActiveCampaignClient, RateBudget, RetryPolicy } from "effect-activecampaign"

const token = "tok-5e82f1c0-never-to-be-seen"
const layer = Layer.merge(FetchHttpClient.layer, RateBudget.layerUnlimited)

const ask = (url, use, options = {}) =>
  Effect.runPromise(
    Effect.gen(function* () {
      const client = yield* ActiveCampaignClient.make({
        url,
        apiToken: Redacted.make(token),
        retry: RetryPolicy.none,
        ...options
      })
      return yield* Effect.either(use(client))
    }).pipe(Effect.scoped, Effect.provide(layer))
  )
const info = (client) => client.importInfo("b-0001")
const submit = (client) => client.submitImport({ contacts: [{ email: "ada@example.test" }] })

let checks = 0
const expect = (what, isSo, seen) => {
  checks += 1
  const shown = JSON.stringify(seen)
  if (shown.includes(token)) throw new Error(`${what}: the token is shown`)
  if (!isSo) throw new Error(`${what}: ${shown}`)
}
const failsAs = (what, end, tag, more = () => true) =>
  expect(what, Either.isLeft(end) && end.left._tag === tag && more(end.left), Either.merge(end))

/** `urls` of the servers, by what they do. */
const run = async (urls) => {
  const answered = await ask(urls.answers, info)
  expect(
    "an answer arrives",
    Either.isRight(answered) && answered.right.answer.status === "completed",
    answered
  )
  const told = answered.right.body === urls.body && answered.right.requestId === "r-1"
  expect("with its body and the vendor's name for the call", told, answered.right)
  const packed = await ask(urls.packed, info)
  expect("a packed answer is unpacked", Either.isRight(packed) && packed.right.body === urls.body, packed)

  const isTransport = ({ reason }) => reason === "Transport"
  failsAs("a reset is no connection", await ask(urls.resets, info), "ApiUnavailable", isTransport)
  failsAs("half a body is no answer", await ask(urls.cuts, info), "ApiUnavailable", isTransport)
  const isTimeout = ({ reason }) => reason === "Timeout"
  failsAs("silence", await ask(urls.silent, info, { timeout: "300 millis" }), "ApiUnavailable", isTimeout)
  failsAs("a redirect is not followed", await ask(urls.redirects, info), "RequestRejected")

  for (const [what, url, neverLeft] of [
    ["a refused connection", urls.refused, "refused"],
    ["a host that does not exist", "https://no-such-host.invalid", "no-such-host"],
    ["a certificate of nobody's", urls.selfSigned, "certificate"],
    ["a port without TLS", urls.answers.replace("http:", "https:"), "tls"]
  ]) {
    const isKnown = (error) => isTransport(error) && error.neverLeft === neverLeft
    failsAs(`a submission: ${what}`, await ask(url, submit), "ApiUnavailable", isKnown)
  }
  failsAs("a submission: a reset", await ask(urls.resets, submit), "OutcomeUnknown")
  failsAs(
    "a submission: silence",
    await ask(urls.silent, submit, { timeout: "300 millis" }),
    "OutcomeUnknown"
  )
  return checks
}

const urls = globalThis.Deno?.env.get("SOCKET_URLS") ?? globalThis.process?.env.SOCKET_URLS
if (urls === undefined) throw new Error("SOCKET_URLS is not set")
console.log(`${await run(JSON.parse(urls))} checks over sockets`)
