import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { outputTo } from "../../src/files/Target.js"
import * as Writer from "../../src/files/Writer.js"

describe("a file that is written", () => {
  it.live("holds all texts in order, however their lengths differ", () =>
    Effect.acquireUseRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "writer-"))),
      (folder) =>
        Effect.gen(function* () {
          const texts = ["", "a", "é€😀".repeat(40_000), "b\n", "😀", "c".repeat(300_000), "", "\u0000€"]
          for (const sealed of [false, true]) {
            const path = join(folder, `${sealed}.txt`)
            yield* Effect.scoped(
              Effect.gen(function* () {
                const writer = yield* Writer.into(yield* outputTo(path, { inputs: [] }), {
                  inputs: [],
                  sealed
                })
                yield* Effect.forEach(texts, writer.write)
                yield* writer.finish
              })
            )
            assert.isTrue(readFileSync(path, "utf8") === texts.join(""))
          }
        }),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
    )
  )
})
