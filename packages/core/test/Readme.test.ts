import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Library from "effect-activecampaign"

describe("the table of errors in the README", () => {
  it("has every error of the library", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
    const errors = Object.values(Library).flatMap((module) =>
      Object.entries<unknown>(module)
        .filter(([, value]) => typeof value === "function" && value.prototype instanceof Error)
        .map(([name]) => name)
    )
    assert.isAtLeast(errors.length, 14)
    for (const name of errors) assert.include(readme, `\n| \`${name}\``)
  })
})
