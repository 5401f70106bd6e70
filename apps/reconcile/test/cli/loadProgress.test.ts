import { assert, describe, it } from "@effect/vitest"
import { WriteStream } from "node:tty"
import * as Effect from "effect/Effect"
import { describeLoaded, make } from "../../src/cli/output/progress.js"
import { widthOf } from "../../src/text/width.js"

describe("the progress of a load", () => {
  it("shows rows, megabytes and the share of a file of known size", () => {
    assert.strictEqual(
      describeLoaded({ rows: 120_000, bytes: 6_440_000 }, 53_700_000),
      "120,000 rows read, 6.4 of 53.7 MB (11%)"
    )
    assert.strictEqual(
      describeLoaded({ rows: 1, bytes: 200_000 }, 100_000),
      "1 row read, 0.2 of 0.1 MB (100%)"
    )
  })

  it("shows what is known of a pipe, and only rows of a table", () => {
    assert.strictEqual(describeLoaded({ rows: 5, bytes: 1_000_000 }, undefined), "5 rows read, 1.0 MB")
    assert.strictEqual(describeLoaded({ rows: 5, bytes: 0 }, undefined), "5 rows read")
  })

  it("fits a line of the terminal, where characters may be two columns wide", () => {
    const written: Array<string> = []
    const stream: NodeJS.WriteStream = Object.create(WriteStream.prototype, {
      isTTY: { value: true },
      columns: { value: 40 },
      write: { value: (text: string) => written.push(text) }
    })
    Effect.runSync(make(false, stream).show("連絡先".repeat(20)))
    const [line = ""] = written
    assert.strictEqual(widthOf(line.replace("\r\u001b[K", "")), 39)
  })
})
