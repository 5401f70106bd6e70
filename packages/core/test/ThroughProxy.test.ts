import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ActiveCampaignError, RetryPolicy, Submission } from "effect-activecampaign"
import { encode, errorOf, json } from "./failing.js"
import { batchId, call, connect, during, type Reply, unreachable, vendor } from "./support.js"

const proxy = "proxy.example.test:3128"

const coded = (code: string, message: string) => Object.assign(new Error(message), { code })

/** As undici's agents tell of a proxy's answer, within what `fetch` puts around it. */
const refusal = (status: number) =>
  new TypeError("fetch failed", {
    cause: coded("UND_ERR_ABORTED", `Proxy response (${status}) !== 200 when HTTP Tunneling`)
  })
const tunnel = (why: string) =>
  coded("ERR_PROXY_TUNNEL", `the proxy has its reasons (${why}, ERR_PROXY_TUNNEL)`)

type Step = Reply | ReturnType<typeof unreachable>

const errorThrough = (step: Step) =>
  Effect.gen(function* () {
    const client = yield* connect(vendor(step).http, { proxy })
    return yield* Effect.flip(client.importInfo(batchId))
  }).pipe(Effect.scoped)

const attempts = (step: Step) =>
  Effect.gen(function* () {
    const { calls, http } = vendor(step)
    const client = yield* connect(http, { retry: RetryPolicy.standard })
    yield* during("1 hour")(Effect.flip(client.importInfo(batchId)))
    return calls.length
  }).pipe(Effect.scoped)

const submission = Submission.Submission.make({ contacts: [{ email: "ada@example.test" }] })

describe("a client that goes through a proxy", () => {
  it.effect("names it in every error of a call", () =>
    Effect.gen(function* () {
      for (const step of [
        unreachable(coded("ECONNREFUSED", "connect ECONNREFUSED 192.0.2.1:3128")),
        unreachable(tunnel("502")),
        { status: 401 },
        { status: 404, body: json({ message: "No Result found" }) },
        { status: 407 },
        { status: 429 },
        { status: 502 },
        { status: 200, body: "<html></html>" }
      ]) {
        const error = yield* errorThrough(step)
        assert.isTrue(error.message.startsWith(`${call} through proxy ${proxy}: `), error.message)
        assert.propertyVal(encode(error), "request", `${call} through proxy ${proxy}`)
      }
    })
  )

  it.effect("names it if a submission is refused or lost", () =>
    Effect.gen(function* () {
      for (const reply of [
        { status: 422, body: json({ message: "no", failureReasons: ["bad"] }) },
        { status: 200, body: json({ Success: 1 }) }
      ]) {
        const client = yield* connect(vendor(reply).http, { proxy })
        const error = yield* Effect.flip(client.submitImport(submission))
        assert.include(error.message, `POST /import/bulk_import through proxy ${proxy}: `)
      }
    }).pipe(Effect.scoped)
  )
})

describe("a proxy that makes no connection", () => {
  it.effect("is distinguished from the account, in Node's words and in undici's", () =>
    Effect.gen(function* () {
      for (const cause of [refusal(407), refusal(502), tunnel("403"), tunnel("ECONNREFUSED")]) {
        const error = yield* errorOf(unreachable(cause))
        assert.isTrue(error._tag === "ApiUnavailable" && ActiveCampaignError.isProxyTrouble(error))
        assert.match(error.message, /The account was not asked. Check the proxy and its settings\.$/)
        assert.notInclude(error.message, "token")
      }
      const other = yield* errorOf(unreachable(coded("ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:1")))
      assert.isFalse(other._tag === "ApiUnavailable" && ActiveCampaignError.isProxyTrouble(other))
    })
  )

  it.effect("is asked again only if that may help", () =>
    Effect.gen(function* () {
      for (const refused of [refusal(407), refusal(403), tunnel("407"), tunnel("403")]) {
        assert.strictEqual(yield* attempts(unreachable(refused)), 1)
      }
      assert.strictEqual(yield* attempts({ status: 407 }), 1)
      for (const passing of [refusal(502), refusal(429), tunnel("503"), tunnel("ECONNREFUSED")]) {
        assert.strictEqual(yield* attempts(unreachable(passing)), 6)
      }
    })
  )

  it.effect("keeps a submission from the account, so that its outcome is known", () =>
    Effect.gen(function* () {
      for (const step of [unreachable(refusal(407)), unreachable(tunnel("502")), { status: 407 }]) {
        const client = yield* connect(vendor(step).http)
        const error = yield* Effect.flip(client.submitImport(submission))
        assert.strictEqual(error._tag, "ApiUnavailable")
      }
    }).pipe(Effect.scoped)
  )
})

describe("a certificate of an unknown authority", () => {
  it.effect.each([
    "SELF_SIGNED_CERT_IN_CHAIN",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
  ])("is reported with its remedy, and not retried: %s", (code) =>
    Effect.gen(function* () {
      const step = unreachable(new TypeError("fetch failed", { cause: coded(code, "not trusted") }))
      const error = yield* errorOf(step)
      assert.include(error.message, `${code} not trusted. The runtime does not know the authority`)
      assert.match(error.message, /in NODE_EXTRA_CA_CERTS\.$/)
      assert.strictEqual(yield* attempts(step), 1)
    })
  )
})
