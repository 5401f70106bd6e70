import { assert, it } from "@effect/vitest"
import { anchorOf, erased } from "../src/internal/erased.js"

const eva = "éva@example.test"

it("erases an address in any spelling that a stored text can have", () => {
  const spellings = ["ÉVA@example.test", " e\u0301va@Example.test ", `The address ${eva} was refused.`]
  for (const text of spellings) {
    assert.notMatch(JSON.stringify(erased({ text }, eva)), /va@example/i, text)
    assert.include(JSON.stringify(text).toLowerCase(), anchorOf(eva))
  }
  const body = String.raw`{"failure_emails":["\u00c9va@example.test"],"by":{"\u00e9va@example.test":1}}`
  assert.deepStrictEqual(erased({ body }, eva), { body: '{"failure_emails":["erased"],"by":{"erased":1}}' })
  assert.include(JSON.stringify({ body }).toLowerCase(), anchorOf(eva))
})

it("leaves the addresses of others that contain it", () => {
  const others = ["yéva@example.test", "a.éva@example.test", "éva@example.test.au", "éva@example.tests"]
  assert.deepStrictEqual(erased(others, eva), others)
})

it("leaves a text as it was received if it does not name the person", () => {
  const body = '{ "failure_emails": [ "e\u0301mile@example.test" ], "id": 12345678901234567890 }'
  assert.deepStrictEqual(erased({ body }, eva), { body })
})
