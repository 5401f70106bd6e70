import { assert, describe, it } from "@effect/vitest"
import { syntaxFault } from "../../src/contacts/JsonText.js"

const valid = String.raw`{"a at position 3":[1,-2.5e+3,true,null,"end \" \u00e9 \n"],"b":{"c":{}},"d":"x"}`

describe("a fault in JSON", () => {
  it("is not found in JSON", () => {
    assert.isUndefined(syntaxFault(valid))
  })

  it("is found where it is, whatever stands before it", () => {
    for (let at = 1; at < valid.length; at++) {
      const fault = syntaxFault(`${valid.slice(0, at)}\u0001${valid.slice(at)}`)
      assert.strictEqual(fault?.at, at, valid.slice(0, at))
    }
  })

  it.each([
    ['{"a":}', 5],
    ['{"a":1,}', 7],
    ["[1,]", 3],
    ['{"a" 1}', 5],
    ["{'a':1}", 1],
    ['[1 2, "at position 1"]', 3],
    ["[nul]", 4]
  ])("of %s is at %s", (text, at) => {
    assert.strictEqual(syntaxFault(text)?.at, at)
  })

  it.each(["tru", "-", "x"])("is told without what stands around it: %s", (bad) => {
    const long = "ada.lovelace@example.com".repeat(3)
    const fault = syntaxFault(`{"email":"${long}","n":${bad},"first_name":"${long}"}`)
    assert.notMatch(fault?.detail ?? '"', /\.\.\.|"|position|example/)
  })
})
