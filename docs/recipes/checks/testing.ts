import assert from "node:assert/strict"
import { fileURLToPath } from "node:url"
import { startVitest } from "vitest/node"

const vitest = await startVitest("test", [], {
  root: fileURLToPath(new URL("..", import.meta.url)),
  include: ["testing.js"],
  config: false,
  watch: false,
  testTimeout: 30_000,
  reporters: [{}]
})
await vitest.close()
const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()])
assert.ok(tests.length > 0)
for (const test of tests) {
  const { errors, state } = test.result()
  assert.equal(state, "passed", `${test.fullName}: ${errors?.map(({ message }) => message).join("; ")}`)
}
console.log(`${tests.length} tests of one's own code pass under TestClock`)
