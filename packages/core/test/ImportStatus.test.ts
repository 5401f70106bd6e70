import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck, Schema } from "effect"
import { ImportStatus } from "effect-activecampaign"

const decode = Schema.decodeUnknownSync(ImportStatus.ImportStatus)
const decodeEither = Schema.decodeUnknownEither(ImportStatus.ImportStatus)
const encode = Schema.encodeSync(ImportStatus.ImportStatus)

const settled = ["completed", "failed", "interrupted"]
const inProgress = ["waiting", "claimed", "active"]
const documented = [...inProgress, ...settled]

describe("ImportStatus", () => {
  it.each(documented)("decodes the documented word %s", (word) => {
    assert.strictEqual(decode(word), word)
  })

  it("decodes false as unset, and writes unset as false", () => {
    assert.strictEqual(decode(false), "unset")
    assert.strictEqual(encode("unset"), false)
  })

  it.each(["COMPLETED", " completed", "Completed\r\n", "\tcOmPlEtEd \u00a0"])(
    "reads %j as completed",
    (word) => {
      assert.strictEqual(decode(word), "completed")
    }
  )

  it.each(["paused", "complete", "complet\u00e9d", "", " ", "null", "false", " Paused "])(
    "keeps the unknown word %j exactly as it came",
    (word) => {
      const status = decode(word)
      assert.strictEqual(status, word)
      assert.strictEqual(encode(status), word)
      assert.isFalse(ImportStatus.isFinal(status))
      assert.isFalse(ImportStatus.isInProgress(status))
    }
  )

  it.each([[true], [null], [undefined], [0], [1], [["completed"]], [{ status: "completed" }]])(
    "refuses %j",
    (wire) => {
      assert.isTrue(Either.isLeft(decodeEither(wire)))
    }
  )

  it.each(documented)("does not accept the documented word %s as an unknown one", (word) => {
    const isUnrecognized = Schema.is(ImportStatus.UnrecognizedStatus)
    assert.isFalse(isUnrecognized(word))
    assert.isFalse(isUnrecognized(` ${word.toUpperCase()}`))
  })

  it("is final for completed, failed and interrupted, and in progress for waiting, claimed and active", () => {
    assert.deepStrictEqual(
      documented.filter((word) => ImportStatus.isFinal(decode(word))),
      settled
    )
    assert.deepStrictEqual(
      documented.filter((word) => ImportStatus.isInProgress(decode(word))),
      inProgress
    )
    assert.isFalse(ImportStatus.isFinal("unset"))
    assert.isFalse(ImportStatus.isInProgress("unset"))
  })

  it.prop(
    "decodes any string, and decodes what it encodes to the same status",
    [FastCheck.string()],
    ([word]) => {
      const status = decode(word)
      assert.strictEqual(decode(encode(status)), status)
    }
  )

  it.prop(
    "is never final unless the word is one of the three",
    [FastCheck.oneof(FastCheck.string(), FastCheck.mixedCase(FastCheck.constantFrom(...documented)))],
    ([word]) => {
      assert.strictEqual(ImportStatus.isFinal(decode(word)), settled.includes(word.trim().toLowerCase()))
    }
  )

  it.prop(
    "decodes every status of its type to itself",
    [Schema.typeSchema(ImportStatus.ImportStatus)],
    ([status]) => {
      assert.strictEqual(decode(encode(status)), status)
    }
  )
})
