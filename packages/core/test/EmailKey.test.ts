import { assert, describe, it } from "@effect/vitest"
import { FastCheck, Schema } from "effect"
import { EmailKey } from "effect-activecampaign"

const key = EmailKey.fromAddress

describe("EmailKey", () => {
  it.each([
    ["trims", " \t ada@example.test\r\n", "ada@example.test"],
    ["trims no-break spaces and byte order marks", "\ufeffada@example.test\u00a0", "ada@example.test"],
    ["lowers both sides of the @", "Ada@EXAMPLE.Test", "ada@example.test"],
    ["composes what Unicode can write in two ways", "re\u0301ne@example.test", "r\u00e9ne@example.test"],
    ["composes before it lowers", "RE\u0301NE@example.test", "r\u00e9ne@example.test"],
    ["keeps plus tags", "ada+news@example.test", "ada+news@example.test"],
    ["keeps dots", "a.d.a@gmail.com", "a.d.a@gmail.com"],
    ["keeps spaces inside", "a da@example.test", "a da@example.test"],
    ["keeps compatibility characters apart", "\uff41da@example.test", "\uff41da@example.test"],
    ["keeps punycode and its Unicode form apart", "a@xn--bcher-kva.test", "a@xn--bcher-kva.test"],
    ["makes something of nothing", "", ""]
  ])("%s", (_what, address, expected) => {
    assert.strictEqual(key(address), expected)
  })

  it("distinguishes what ActiveCampaign may distinguish", () => {
    const addresses = ["ada@x.test", "a.da@x.test", "ada+1@x.test", "ada@xx.test", "\u00e4da@x.test"]
    assert.strictEqual(new Set(addresses.map(key)).size, addresses.length)
  })

  const anyText = FastCheck.oneof(FastCheck.fullUnicodeString(), FastCheck.emailAddress())

  it.prop(
    "is idempotent",
    [anyText],
    ([address]) => {
      assert.strictEqual(key(key(address)), key(address))
    },
    { fastCheck: { numRuns: 2000 } }
  )

  // U+0130 is the one letter whose lower case is longer; with marks after it the result must still be composed.
  it.each([
    "\u0130",
    "\u0130\u0316",
    "\u0130\u0307",
    "\u1e9e",
    "\u03a3 ",
    "A\u03a3",
    "\u212b",
    "\u0345",
    "\u1fb4\u0345"
  ])("is idempotent for %j", (address) => {
    assert.strictEqual(key(key(address)), key(address))
    assert.strictEqual(key(address), key(address).normalize("NFC"))
  })

  it.prop(
    "is the address trimmed, composed and in lower case, in any order of these steps",
    [FastCheck.oneof(FastCheck.string(), FastCheck.fullUnicodeString(), FastCheck.emailAddress())],
    ([address]) => {
      const whole = address.trim().normalize("NFC").toLowerCase().normalize("NFC")
      assert.strictEqual(key(address), whole)
    },
    { fastCheck: { numRuns: 2000 } }
  )

  it.prop("does not depend on case, form or surrounding space", [FastCheck.emailAddress()], ([address]) => {
    assert.strictEqual(key(` ${address.toUpperCase().normalize("NFD")}\n`), key(address))
  })

  it("is idempotent and independent of the Unicode form for every character", () => {
    const odd: Array<string> = []
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code)
      const once = key(character)
      if (key(once) !== once || key(character.normalize("NFD")) !== once) odd.push(code.toString(16))
    }
    assert.deepStrictEqual(odd, [])
  })

  it.prop("is a key", [anyText], ([address]) => {
    assert.isTrue(Schema.is(EmailKey.EmailKey)(key(address)))
  })
})
