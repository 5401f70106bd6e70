import { gzipSync } from "node:zlib"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as BatchIdList from "../../src/contacts/BatchIdList.js"
import { printable } from "../../src/contacts/ColumnNames.js"
import { StandardInput } from "../../src/contacts/StandardInput.js"
import { bytes, chunked } from "./support.js"

const read = (input: string | Uint8Array, cuts = 3) =>
  BatchIdList.read("-").pipe(
    Effect.provideService(StandardInput, Stream.fromIterable(chunked(bytes(input), cuts))),
    Effect.provide(NodeContext.layer)
  )

const list = "\uFEFFb-1\r\n\n# two of them\rb-2 # second\n\uFEFF b-3#x "

describe("a list of batch IDs", () => {
  it.effect("is read line by line, with any line ends, without comments and byte order marks", () =>
    Effect.gen(function* () {
      const ids = ["b-1", "b-2", "b-3#x"]
      for (const input of [bytes(list), gzipSync(list), Buffer.from(list, "utf16le")]) {
        assert.deepStrictEqual(yield* read(input), ids)
      }
      assert.deepStrictEqual(yield* read(""), [])
    })
  )

  const refused: ReadonlyArray<readonly [string | Uint8Array, string]> = [
    ["b-1\n\nb 2\n", 'line 3: "b 2" contains a space; give one batch ID per line. Nothing was added.'],
    [
      "b-1,b-2\n",
      'line 1: "b-1,b-2" contains a comma or semicolon; give one batch ID per line. Nothing was added.'
    ],
    ['"b-1"\n', 'line 1: ""b-1"" contains a quotation mark; give one batch ID per line. Nothing was added.'],
    [
      "b-1\nb\u200b2\n",
      'line 2: "INVISIBLE" contains an invisible character; give one batch ID per line. Nothing was added.'
    ],
    [
      "batch_id\nb-1\n",
      'line 1: "batch_id" is a column name; give one batch ID per line. Nothing was added.'
    ],
    [
      Buffer.from("b-1\nb\u00e9\n", "latin1"),
      "line 2, column 2: The byte 0xE9 at column 2 is not UTF-8; save the file as UTF-8."
    ],
    [
      "\n<html>\n",
      "line 2: this is an HTML page, which some programs save with the ending .xls. Open it and save the contacts as CSV (UTF-8)."
    ]
  ]

  it.effect("is refused with the line that has no ID", () =>
    Effect.gen(function* () {
      for (const [input, message] of refused) {
        const expected = message.replace("INVISIBLE", printable("b\u200b2"))
        assert.strictEqual((yield* Effect.flip(read(input))).message, `standard input, ${expected}`)
      }
    })
  )

  it.effect("is refused if its first line is a heading, in any spelling", () =>
    Effect.gen(function* () {
      const heading = /^standard input, line 2: ".*" is a column name; give one batch ID per line\./
      for (const word of [
        ...["batch", "Batch", "BATCHES", "import_id", "BatchUUID", "batch-no", "Batch.Id", "bulk_import_ids"],
        ...["id", "IDs", "uuid", "GUID", "email", "E-Mail", "contact_id", "name", "key"]
      ]) {
        assert.match((yield* Effect.flip(read(`\n${word}\nb-1\n`))).message, heading, word)
      }
      for (const word of ["batch", "Import_ID", "email"]) {
        assert.match((yield* Effect.flip(read(`b-1\n${word}\n`))).message, heading, word)
      }
      for (const ids of ["spring\nid\n", "batch-1\nid2\n", "import2031\n", "a\n"]) {
        assert.strictEqual((yield* read(ids)).join("\n"), ids.trim())
      }
    })
  )

  it.effect("that is JSON is recognised as an answer, and the message says where to give it", () =>
    Effect.gen(function* () {
      for (const answer of [
        '{"status":"completed","success":[],"failure":[]}',
        '\n{\n "status": false\n}',
        '["b-1"]'
      ]) {
        const { message } = yield* Effect.flip(read(answer))
        assert.include(message, "this is JSON, not a list of batch IDs")
        assert.include(message, "ac-reconcile batches add --id BATCH_ID --answer FILE")
      }
    })
  )
})
