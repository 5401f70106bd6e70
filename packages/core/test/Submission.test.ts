import { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, FastCheck, Option, Redacted, Schema } from "effect"
import { RateBudget, RetryPolicy, type Submission, SubmissionError } from "effect-activecampaign"
import { bodyOf } from "./account.js"
import { connect, type Reply, respond, token, withVirtualTime } from "./support.js"

const ada = { email: "ada@example.test" }
const queued = { Success: 1, queued_contacts: 1, batchId: "b-0001", message: "Contact import queued" }
const reply = (body: unknown, status = 200): Reply => ({ status, body: JSON.stringify(body) })

/** Submits to a service that answers with these replies, the last of them for ever. */
const submit = (submission: Submission.Submission, ...replies: readonly [Reply, ...ReadonlyArray<Reply>]) => {
  const bodies: Array<string> = []
  const http = HttpClient.make((request) =>
    Effect.sync(() => {
      bodies.push(`${request.method} ${request.url.split("/api/3")[1]} ${bodyOf(request)}`)
      return respond(request, replies[Math.min(bodies.length, replies.length) - 1] ?? replies[0])
    })
  )
  return connect(http, { retry: RetryPolicy.standard }).pipe(
    Effect.flatMap((client) => client.submitImport(submission)),
    Effect.either,
    Effect.map((result) => ({ bodies, result })),
    Effect.scoped,
    Effect.provide(RateBudget.layerUnlimited),
    withVirtualTime
  )
}
const one = { contacts: [ada] }
const errorOf = (...replies: readonly [Reply, ...ReadonlyArray<Reply>]) =>
  Effect.map(submit(one, ...replies), ({ bodies, result }) => ({
    calls: bodies.length,
    error: Either.getOrThrow(Either.flip(result))
  }))

describe("a submission", () => {
  it.effect("is sent as it was written, with snake case keys and the switch at the top", () =>
    Effect.gen(function* () {
      const { bodies } = yield* submit(
        {
          contacts: [
            {
              ...ada,
              first_name: "Ada",
              tags: ["vip"],
              fields: [{ id: 7, value: "||a||b||" }],
              subscribe: [{ listid: 3 }]
            }
          ],
          exclude_automations: true
        },
        reply(queued)
      )
      assert.deepStrictEqual(bodies, [
        'POST /import/bulk_import {"contacts":[{"email":"ada@example.test","first_name":"Ada","tags":["vip"],"fields":[{"id":7,"value":"||a||b||"}],"subscribe":[{"listid":3}]}],"exclude_automations":true}'
      ])
    })
  )

  it.effect("that is accepted has a batch ID, a count and a message", () =>
    Effect.gen(function* () {
      const { result } = yield* submit(one, reply(queued))
      assert.deepStrictEqual(
        Either.map(result, ({ batchId, ...rest }) => ({ ...rest, batchId: String(batchId) })),
        Either.right({ batchId: "b-0001", queued: Option.some(1), message: "Contact import queued" })
      )
    })
  )

  it.effect("is accepted in any shape that names the batch, and with any 2xx", () =>
    Effect.gen(function* () {
      for (const [body, status] of [
        [{ success: 5, queued_contacts: "3", batchId: "b-0001" }, 200],
        [{ batchId: "b-0001", queued_contacts: null, message: 7 }, 200],
        [queued, 201],
        [queued, 202]
      ] as const) {
        const { result } = yield* submit(one, reply(body, status))
        assert.strictEqual(Either.getOrThrow(result).batchId, "b-0001")
      }
    })
  )

  it.effect("has an unknown outcome if the flag is 0 or a 2xx names no batch, and is not sent again", () =>
    Effect.gen(function* () {
      for (const body of [
        { ...queued, Success: 0 },
        { success: "0", batchId: "b" },
        { Success: 1 },
        { Success: 1, batchId: "" }
      ]) {
        const { calls, error } = yield* errorOf(reply(body))
        assert.strictEqual(error._tag, "OutcomeUnknown")
        assert.strictEqual(calls, 1)
      }
      const { error } = yield* errorOf(reply({ ...queued, Success: 0 }))
      assert.include(error.message, "batch b-0001")
    })
  )

  it.effect("whose answer was lost has an unknown outcome, and is not sent again", () =>
    Effect.gen(function* () {
      for (const lost of [
        { status: 502, body: "<html></html>" },
        { status: 200, body: "" },
        { status: 200, body: '{"Success":1' },
        { status: 201, body: "<html></html>" }
      ]) {
        const { calls, error } = yield* errorOf(lost)
        assert.strictEqual(error._tag, "OutcomeUnknown")
        assert.strictEqual(calls, 1)
      }
    })
  )

  it.effect("is sent again after 429 and after the 400 about a rate limit", () =>
    Effect.gen(function* () {
      const tooMany = {
        success: 0,
        message: "Rate limit exceeded.",
        failureReasons: ["Up to 100 imports may be requested per minute."]
      }
      const { bodies, result } = yield* submit(one, { status: 429 }, reply(tooMany, 400), reply(queued))
      assert.isTrue(Either.isRight(result))
      assert.strictEqual(bodies.length, 3)
    })
  )
})

describe("a submission too large", () => {
  const contacts = (count: number, tag = "") =>
    Array.from({ length: count }, (_, index) => ({
      email: `c${index}@example.test`,
      ...(tag === "" ? {} : { tags: [tag] })
    }))

  it.effect("by a contact is not sent", () =>
    Effect.gen(function* () {
      const { bodies, result } = yield* submit({ contacts: contacts(251) }, reply(queued))
      const error = Either.getOrThrow(Either.flip(result))
      assert.instanceOf(error, SubmissionError.SubmissionTooLarge)
      assert.deepStrictEqual([error.limit, error.most, error.actual, error.excess], ["contacts", 250, 251, 1])
      assert.include(error.message, "251 contacts, 1 more than the 250")
      assert.isEmpty(bodies)
      assert.isTrue(Either.isRight((yield* submit({ contacts: contacts(250) }, reply(queued))).result))
    })
  )

  it.effect("by a byte of UTF-8 is not sent", () =>
    Effect.gen(function* () {
      const ofBytes = (bytes: number) => {
        const empty = new TextEncoder().encode(
          JSON.stringify({ contacts: [{ ...ada, first_name: "" }] })
        ).length
        const room = bytes - empty
        const first_name = "é".repeat(Math.floor(room / 2)) + "e".repeat(room % 2)
        return { contacts: [{ ...ada, first_name }] }
      }
      const { bodies, result } = yield* submit(ofBytes(400_000), reply(queued))
      const error = Either.getOrThrow(Either.flip(result))
      assert.instanceOf(error, SubmissionError.SubmissionTooLarge)
      assert.deepStrictEqual(
        [error.limit, error.most, error.actual, error.excess],
        ["bytes", 399_999, 400_000, 1]
      )
      assert.isEmpty(bodies)
      assert.isTrue(Either.isRight((yield* submit(ofBytes(399_999), reply(queued))).result))
    })
  )
})

describe("a rejected submission", () => {
  const rejection = (failureReasons: unknown, status = 400) =>
    Effect.map(
      errorOf(
        reply({ success: 0, message: "JSON payload did not pass validation.", failureReasons }, status)
      ),
      ({ calls, error }) => {
        assert.instanceOf(error, SubmissionError.SubmissionRejected)
        assert.strictEqual(calls, 1)
        return error
      }
    )

  it.effect("says which contact is wrong, and why", () =>
    Effect.gen(function* () {
      const error = yield* rejection([{ contact: 12, failureReason: "Field ‘email’ incorrect format" }])
      assert.deepStrictEqual(error.reasons, [
        { contact: Option.some(12), reason: "Field ‘email’ incorrect format" }
      ])
      assert.include(error.message, "contact 12: Field ‘email’ incorrect format")
    })
  )

  it.effect("has reasons in any shape: mixed, missing or anything else", () =>
    Effect.gen(function* () {
      const { reasons } = yield* rejection([
        "too  long",
        { contact: "3", failureReason: "bad" },
        { contact: null, failureReason: ["x"] },
        { something: "else" },
        null,
        7
      ])
      assert.deepStrictEqual(
        reasons.map(({ contact, reason }) => [Option.getOrNull(contact), reason]),
        [
          [null, "too long"],
          [3, "bad"],
          [null, '["x"]'],
          [null, '{"something":"else"}'],
          [null, "null"],
          [null, "7"]
        ]
      )
      assert.deepStrictEqual((yield* rejection(undefined)).reasons, [])
      assert.deepStrictEqual((yield* rejection("alone")).reasons, [
        { contact: Option.none(), reason: "alone" }
      ])
    })
  )

  it.effect("survives being stored and read again", () =>
    Effect.gen(function* () {
      const error = yield* rejection([{ contact: 12, failureReason: "bad" }, "alone"])
      const stored = JSON.stringify(Schema.encodeSync(SubmissionError.SubmissionRejected)(error))
      const restored = Schema.decodeUnknownSync(Schema.parseJson(SubmissionError.SubmissionRejected))(stored)
      assert.deepStrictEqual(restored.reasons, error.reasons)
      assert.strictEqual(restored.message, error.message)
    })
  )

  it.effect("keeps at most twice as many reasons as it may have contacts", () =>
    Effect.map(rejection(Array.from({ length: 10_000 }, () => "bad")), ({ reasons }) =>
      assert.lengthOf(reasons, 500)
    )
  )

  it.effect("may also be a 422", () =>
    Effect.gen(function* () {
      const { error } = yield* errorOf(reply({ errors: [{ title: "Invalid", detail: "no address" }] }, 422))
      assert.instanceOf(error, SubmissionError.SubmissionRejected)
      assert.deepStrictEqual(error.reasons, [{ contact: Option.none(), reason: "Invalid: no address" }])
    })
  )

  it.effect("is rejected, not rate limited, if a contact is at fault", () =>
    Effect.map(rejection([{ contact: 1, failureReason: "per minute" }, "rate limit"]), ({ reasons }) =>
      assert.strictEqual(reasons.length, 2)
    )
  )

  it.effect("does not repeat the token", () =>
    Effect.gen(function* () {
      const error = yield* rejection([`Api-Token: ${token}`])
      assert.notInclude(JSON.stringify(error) + error.message, token)
    })
  )

  it.effect("does not repeat a token that JSON spells differently", () =>
    Effect.gen(function* () {
      const apiToken = "half/of/it"
      const spelt = String.raw`{"success":0,"message":"half\/of\/it","failureReasons":["\u0068alf/of/it"]}`
      const http = HttpClient.make((request) =>
        Effect.sync(() => respond(request, { status: 400, body: spelt }))
      )
      const client = yield* connect(http, { apiToken: Redacted.make(apiToken) })
      const error = yield* Effect.flip(client.submitImport(one))
      assert.instanceOf(error, SubmissionError.SubmissionRejected)
      assert.notInclude(JSON.stringify(error) + error.message, apiToken)
    }).pipe(Effect.scoped)
  )

  it("never throws, for any JSON and status", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(
        FastCheck.jsonValue(),
        FastCheck.constantFrom(200, 201, 400, 422),
        async (json, status) => {
          for (const body of [
            json,
            { ...queued, failureReasons: json },
            { Success: json, batchId: json, queued_contacts: json, message: json }
          ]) {
            const { result } = await Effect.runPromise(submit(one, reply(body, status)))
            if (Either.isLeft(result)) assert.isString(result.left.message)
            else assert.notStrictEqual(result.right.batchId, "")
          }
        }
      ),
      { numRuns: 50 }
    ))
})
