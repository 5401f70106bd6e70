import { SystemError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as ContactReader from "../../src/contacts/ContactReader.js"
import { StandardInput } from "../../src/contacts/StandardInput.js"

const written = (name: string, text: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const file = (yield* Path.Path).join(yield* fs.makeTempDirectoryScoped(), name)
    yield* fs.writeFileString(file, text)
    return file
  })

const collect = (source: ContactReader.TextSource) =>
  Effect.map(Stream.runCollect(ContactReader.read(source)), (all) => {
    const chunks = Chunk.toReadonlyArray(all)
    return {
      chunks: chunks.length,
      emails: chunks.flatMap((chunk) => chunk.rows.map((row) => row.email)),
      rejected: chunks.flatMap((chunk) => chunk.rejected),
      bytes: chunks.reduce((sum, chunk) => sum + chunk.bytesRead, 0)
    }
  })

/** Permissions mean nothing to root, under whom tests often run. */
const refusing = FileSystem.layerNoop({
  open: () =>
    Effect.fail(
      new SystemError({
        reason: "PermissionDenied",
        module: "FileSystem",
        method: "open",
        description: "EACCES"
      })
    )
})

const stdin = (text: string) =>
  Effect.provideService(StandardInput, Stream.make(new TextEncoder().encode(text)))

describe("ContactReader", () => {
  it.scoped("reads a file in chunks and accounts for its bytes", () =>
    Effect.gen(function* () {
      const addresses = Array.from({ length: 20_000 }, (_, i) => `person${i}@example.test`)
      const text = `email\n${addresses.join("\n")}\n`
      const read = yield* collect({ path: yield* written("contacts.csv", text) })
      assert.deepStrictEqual(read.emails, addresses)
      assert.strictEqual(read.bytes, text.length)
      assert.isAbove(read.chunks, 5)
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scoped("detects the format from a file's content, not its name", () =>
    Effect.gen(function* () {
      const lines = '{"email":"a@x.test"}\n{"email":"b@x.test"}\n'
      const csv = "email,name\na@x.test,Ada\nb@x.test,Bob\n"
      const files: ReadonlyArray<readonly [name: string, text: string]> = [
        ["a.jsonl", lines],
        ["a.json", lines],
        ["a.csv", lines],
        ["a.NDJSON", csv],
        ["a.json", csv],
        ["a.jsonl", `[${lines.trim().replace("\n", ",")}]`],
        ["a.tsv", csv],
        // Only here, and in doubt, the name decides.
        ["a.tsv", "a;b;c\temail\n1\ta@x.test\n2\tb@x.test\n"],
        ["a.jsonl", `garbage\n${lines}`]
      ]
      for (const [name, text] of files) {
        const { emails } = yield* collect({ path: yield* written(name, text) })
        assert.deepStrictEqual(emails, ["a@x.test", "b@x.test"], name)
      }
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scoped("lets the caller override the format", () =>
    Effect.gen(function* () {
      const path = yield* written("a.csv", '{"email":"a@x.test"}\n')
      assert.deepStrictEqual((yield* collect({ path, format: "jsonl" })).emails, ["a@x.test"])
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.effect("reads standard input as CSV, or as JSON lines when it starts with a brace", () =>
    Effect.gen(function* () {
      const csv = yield* collect({ path: "-" }).pipe(stdin("email\na@x.test\n"))
      assert.deepStrictEqual(csv.emails, ["a@x.test"])
      const json = yield* collect({ path: "-" }).pipe(stdin(' \n{"email":"b@x.test"}'))
      assert.deepStrictEqual(json.emails, ["b@x.test"])
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.effect("names standard input in its errors", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(collect({ path: "-" }).pipe(stdin("")))
      assert.strictEqual(error._tag, "ContactFileError")
      assert.isTrue(error.message.startsWith("standard input: the file is empty"))
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scoped("says in one sentence why a path cannot be read", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      const missing = yield* Effect.flip(collect({ path: `${directory}/none.csv` }))
      assert.strictEqual(missing.message, `${directory}/none.csv: there is no such file. Check the path.`)
      const folder = yield* Effect.flip(collect({ path: directory }))
      assert.strictEqual(folder.message, `${directory}: it is a directory. Name a file in it.`)
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.effect("says when it is not allowed to read", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(collect({ path: "secret.csv" }))
      assert.strictEqual(
        error.message,
        "secret.csv: you are not allowed to read it. Check the file's permissions."
      )
    }).pipe(Effect.provide(refusing))
  )

  it.scoped("reads the rest of the file only when asked", () =>
    Effect.gen(function* () {
      let given = 0
      const endless = Stream.repeatEffect(
        Effect.sync(() => new TextEncoder().encode(given++ === 0 ? "email\n" : "a@x.test\n".repeat(100)))
      )
      const rows = yield* ContactReader.read({ path: "-" }).pipe(
        Stream.take(5),
        Stream.runFold(0, (sum, chunk) => sum + chunk.rows.length),
        Effect.provideService(StandardInput, endless)
      )
      assert.strictEqual(rows, 400)
      assert.isBelow(given, 10)
    }).pipe(Effect.provide(NodeContext.layer))
  )
})
