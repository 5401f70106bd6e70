import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { hideToken, keptOf } from "../src/internal/hide.js"

const token = FastCheck.stringMatching(/^[!-~]{8,40}$/)

describe("hiding the token", () => {
  it("removes it from any text, in every spelling of JSON", () => {
    FastCheck.assert(
      FastCheck.property(token, FastCheck.string(), FastCheck.string(), (secret, before, after) => {
        const json = JSON.stringify({ said: `${before}${secret}${after}` })
        for (const body of [`${before}${secret}${after}`, json, json.replaceAll("/", "\\/")]) {
          const hidden = hideToken(secret)(body)
          assert.notInclude(hidden, secret)
          assert.notInclude(hidden.replaceAll("\\/", "/").replaceAll(/\\(["\\])/g, "$1"), secret)
        }
      })
    )
  })
})

describe("the kept part of a body", () => {
  it("is its first 2 KiB, in whole characters", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.string({ unit: "binary", maxLength: 3000 }), (body) => {
        const kept = keptOf(body)
        const bytes = new TextEncoder().encode(kept).length
        assert.isAtMost(bytes, 2048)
        const all = new TextEncoder().encode(body).length
        if (all <= 2048) assert.strictEqual(bytes, all)
        else assert.isAbove(bytes, 2044)
        assert.isTrue(new TextDecoder().decode(new TextEncoder().encode(body)).startsWith(kept))
      })
    )
  })
})
