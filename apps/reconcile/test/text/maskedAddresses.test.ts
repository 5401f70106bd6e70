import * as FastCheck from "effect/FastCheck"
import { describe, expect, it } from "vitest"
import { masked, maskedAddresses } from "../../src/text/maskedAddresses.js"

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
/** What a mailbox may have without quotes (RFC 5321), and letters beyond it (RFC 6531). */
const atext = [...`${letters}!#$%&'*+-/=?^_\`{|}~.äßжü字`]
const local = FastCheck.array(FastCheck.constantFrom(...atext), { minLength: 1, maxLength: 64 }).map((all) =>
  all.join("")
)
const quotedLocal = FastCheck.array(FastCheck.constantFrom(...letters, " ", "@", ",", ".", '\\"'), {
  minLength: 1,
  maxLength: 62
}).map((all) => `"${all.join("")}"`)
const before = FastCheck.constantFrom(
  "",
  " ",
  "no contact ",
  "<",
  "(",
  '{"email":"',
  "mailto:",
  "to: ",
  "a, "
)
const after = FastCheck.constantFrom("", " is gone", ">", ")", '"}', ", ", ".", "\n")
const domain = FastCheck.constantFrom("example.com", "mail.example.co.uk", "localhost", "bücher.example")

describe("masked text", () => {
  it("has no local part of an address, and keeps its domain and what is around it", () => {
    FastCheck.assert(
      FastCheck.property(
        before,
        FastCheck.oneof(local, quotedLocal),
        domain,
        after,
        (left, name, host, right) => {
          expect(maskedAddresses(`${left}${name}@${host}${right}`)).toBe(`${left}${masked}@${host}${right}`)
        }
      )
    )
  })

  it("does not take a quotation mark in a name for its end", () => {
    expect(maskedAddresses(String.raw`to "\"@a, b"@example.com`)).toBe(`to ${masked}@example.com`)
    expect(maskedAddresses(String.raw`{"to":"\"odd one\"@example.com"}`)).toBe(
      `{"to":"${masked}@example.com"}`
    )
  })

  it("has none in the query of a URL, either, however often it is escaped", () => {
    const escapes = [
      (text: string) => encodeURIComponent(text),
      (text: string) => encodeURIComponent(encodeURIComponent(text)),
      (text: string) => new URLSearchParams({ a: text }).toString().slice(2)
    ]
    FastCheck.assert(
      FastCheck.property(local, FastCheck.constantFrom(...escapes), (name, escaped) => {
        const at = escaped("@")
        expect(maskedAddresses(`GET /api/3/contacts?email=${escaped(`${name}@example.com`)}&limit=1`)).toBe(
          `GET /api/3/contacts?email=${masked}${at}example.com&limit=1`
        )
      })
    )
  })

  it("is the same when it is masked again, and any text without an @ stays as it is", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.string({ unit: "binary", maxLength: 200 }), (text) => {
        expect(maskedAddresses(maskedAddresses(text))).toBe(maskedAddresses(text))
        const plain = text.replaceAll("@", "").replaceAll("%40", "")
        expect(maskedAddresses(plain)).toBe(plain)
      })
    )
  })

  it("takes a time in proportion to its length", () => {
    // Ten times as long must not take a hundred times as long: this would not end.
    for (const unit of ["a", '"', "%25", '\\"', "=", "ab@", "%40"]) {
      const text = unit.repeat(300_000)
      expect(maskedAddresses(text).length).toBeLessThanOrEqual(text.length + 3)
    }
  })
})
