import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { rejected } from "../../src/contacts/ContactRow.js"
import * as RejectsFile from "../../src/contacts/RejectsFile.js"

const inDirectory = <A, E>(
  use: (path: string, fs: FileSystem.FileSystem) => Effect.Effect<A, E, FileSystem.FileSystem>
) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    return yield* use(`${yield* fs.makeTempDirectoryScoped()}/contacts.csv.rejects.csv`, fs)
  }).pipe(Effect.provide(NodeContext.layer))

describe("RejectsFile", () => {
  it("stands beside the input by default", () => {
    assert.strictEqual(RejectsFile.rejectsPathFor("in/contacts.csv"), "in/contacts.csv.rejects.csv")
    assert.strictEqual(RejectsFile.rejectsPathFor("-"), "stdin.rejects.csv")
  })

  it.scoped("makes no file while nothing is rejected", () =>
    inDirectory((path, fs) =>
      Effect.gen(function* () {
        const file = yield* RejectsFile.make(path)
        yield* file.append([])
        assert.isFalse(yield* fs.exists(path))
      })
    )
  )

  it.scoped("replaces the file of an earlier run at the first row, then appends", () =>
    inDirectory((path, fs) =>
      Effect.gen(function* () {
        yield* fs.writeFileString(path, "of an earlier run")
        const file = yield* RejectsFile.make(path)
        yield* file.append([rejected(2, null, "Too few.", "a"), rejected(3, 1, 'It has "x".', 'b,"c\nd')])
        yield* file.append([rejected(9, null, "Blank.", "")])
        assert.strictEqual(
          yield* fs.readFileString(path),
          'line,reason,record\r\n2,Too few.,a\r\n3,"It has ""x"".","b,""c\nd"\r\n9,Blank.,\r\n'
        )
      })
    )
  )

  it.scoped("says when the file cannot be written", () =>
    inDirectory((path) =>
      Effect.gen(function* () {
        const file = yield* RejectsFile.make(`${path}/inside/nothing`)
        const error = yield* Effect.flip(file.append([rejected(2, null, "Too few.", "a")]))
        assert.include(error.message, "the rejected rows cannot be written (ENOENT")
      })
    )
  )
})
