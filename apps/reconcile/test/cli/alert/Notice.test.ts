import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as fc from "effect/FastCheck"
import * as Redacted from "effect/Redacted"
import { endOf } from "../../../src/cli/alert/End.js"
import { bodyOf, eventOf, withoutAddress } from "../../../src/cli/alert/Notice.js"
import * as Webhook from "../../../src/cli/alert/Webhook.js"

const began = Date.parse("2031-04-02T08:00:00Z")
const hours = (count: number) => count * 3_600_000

type Pass = readonly [exitCode: 0 | 1 | 3, reason: string]

const good: Pass = [0, "Done"]
const silent: Pass = [1, "ApiUnavailable"]
const rejected: Pass = [3, "FailOn rejected"]

/** What is told of passes an hour apart, if each message is taken. */
const told = (passes: ReadonlyArray<Pass>) => {
  let last: Parameters<typeof eventOf>[0]
  return passes.map(([exitCode, reason], index) => {
    const now = began + hours(index)
    const event = eventOf(last, { exitCode, reason }, now)
    if (event !== undefined) last = { sentAt: DateTime.unsafeMake(now), exitCode, reason }
    return event
  })
}

const silence = (length: number) => Array.from({ length }, () => undefined)

describe("a notice", () => {
  it("is sent when a run ends badly, when it does so in another way, and when it is well again", () => {
    assert.deepStrictEqual(told([good, silent, silent, rejected, rejected, good, good, silent]), [
      undefined,
      "failed",
      undefined,
      "failed",
      undefined,
      "recovered",
      undefined,
      "failed"
    ])
  })

  it("is repeated once a day, as long as it ends badly in the same way", () => {
    const week = Array.from({ length: 7 * 24 }, () => silent)
    assert.deepStrictEqual(told(week), [
      "failed",
      ...Array.from({ length: 6 }, () => [...silence(23), "reminder" as const]).flat(),
      ...silence(23)
    ])
  })

  it("is never sent twice for the same, whatever the clock says", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(good, silent, rejected),
        fc.integer({ min: -23, max: 23 }),
        (pass, later) => {
          const [exitCode, reason] = pass
          const sent = { sentAt: DateTime.unsafeMake(began), exitCode, reason }
          assert.strictEqual(eventOf(sent, { exitCode, reason }, began + hours(later)), undefined)
        }
      )
    )
  })

  it("is named by what stays the same from run to run", () => {
    const failedOn = [{ condition: "rejected>2%", count: 3, of: 100, says: "3 of 100" }]
    const result = { failedOn }
    assert.strictEqual(
      endOf(Exit.succeed({ exitCode: 3, because: { message: "" }, result })).reason,
      "FailOn rejected>2%"
    )
    assert.strictEqual(
      endOf(Exit.succeed({ exitCode: 8, because: { message: "" }, result })).reason,
      "StillPending"
    )
    assert.strictEqual(
      endOf(Exit.fail({ _tag: "AuthenticationFailed", message: "" })).reason,
      "AuthenticationFailed"
    )
  })

  it("has no message that may quote an address", () => {
    const quoting = "GET /contacts?email=ada%40x.test: no answer"
    assert.strictEqual(
      withoutAddress({ exitCode: 4, message: quoting }),
      "ActiveCampaign refused the API key."
    )
    assert.strictEqual(withoutAddress({ exitCode: 8, message: "2 batches" }), "2 batches")
    const told = bodyOf({
      event: "failed",
      at: "2031-04-02T08:00:00.000Z",
      end: { exitCode: 1, reason: "ApiUnavailable", message: quoting, isOthersTurn: false },
      before: undefined,
      account: "account.api-us1.com",
      state: undefined,
      withAddresses: false
    })
    assert.notInclude(JSON.stringify(told), "ada")
  })
})

describe("a webhook", () => {
  it("is named by its host alone, and printed in no other way", () => {
    const read = Webhook.parse("https://hooks.example.com:8443/secret-path?x=secret#part", "--ping")
    const webhook = Either.getOrThrow(read)
    assert.strictEqual(webhook.host, "hooks.example.com:8443")
    assert.notInclude(JSON.stringify(webhook) + String(webhook.url), "secret")
    assert.strictEqual(
      Redacted.value(Webhook.below(webhook, "/start").url),
      "https://hooks.example.com:8443/secret-path/start?x=secret"
    )
  })

  it("is refused without repeating it", () => {
    for (const text of [
      "hooks.example.com/s3cret",
      "ftp://s3cret",
      "https://ada:s3cret@hooks.example.com",
      ""
    ]) {
      const read = Webhook.parse(text, "--notify")
      assert.match(Either.isLeft(read) ? read.left : "", /^--notify (?!.*s3cret)/)
    }
  })
})
