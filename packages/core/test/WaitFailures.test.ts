import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { PollPolicy, RetryPolicy } from "effect-activecampaign"
import { answering, batchId, during, unreachable } from "./support.js"
import { completed, everySecond, scripted } from "./waiting.js"

describe("an error", () => {
  it.scoped("that passes by itself does not end the wait", () =>
    Effect.gen(function* () {
      const { bulkImport } = yield* scripted(
        [
          answering("waiting"),
          { status: 502, body: "<html>" },
          unreachable(new Error("reset")),
          { body: "" },
          answering("active"),
          { status: 429, headers: { "retry-after": "3" } },
          completed
        ],
        { retry: RetryPolicy.standard }
      )
      const answer = yield* during("5 minutes")(
        bulkImport.awaitSettled(batchId, PollPolicy.fixed("1 second", "5 minutes"))
      )
      assert.strictEqual(answer.status, "completed")
    })
  )

  it.scoped("that outlasts the retries surfaces as itself", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted([answering("waiting"), { status: 502, body: "<html>" }], {
        retry: RetryPolicy.standard
      })
      const error = yield* during("1 hour")(
        Effect.flip(bulkImport.awaitSettled(batchId, PollPolicy.fixed("1 second", "1 hour")))
      )
      assert.strictEqual(error._tag, "ApiUnavailable")
      assert.lengthOf(calls, 1 + 6)
    })
  )

  it.scoped("that no retry can fix surfaces at once", () =>
    Effect.gen(function* () {
      const { bulkImport, calls } = yield* scripted(
        [answering("waiting"), { status: 401, body: "{}" }, completed],
        { retry: RetryPolicy.standard }
      )
      const tag = yield* during("1 hour")(
        bulkImport.awaitSettled(batchId, everySecond).pipe(
          Effect.as("settled"),
          Effect.catchTags({
            AuthenticationFailed: ({ status }) => Effect.succeed(`AuthenticationFailed ${status}`)
          })
        )
      )
      assert.strictEqual(tag, "AuthenticationFailed 401")
      assert.lengthOf(calls, 2)
    })
  )
})
