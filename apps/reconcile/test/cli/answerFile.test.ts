import { FileSystem } from "@effect/platform"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { BatchId } from "effect-activecampaign/BatchId"
import { ContactId } from "effect-activecampaign/ContactId"
import { lists } from "effect-activecampaign/ImportAnswer"
import { pastedAnswer } from "../../src/cli/input/answerFile.js"
import { StandardInput } from "../../src/contacts/StandardInput.js"

const bytesOf = (text: string | Uint8Array) =>
  typeof text === "string" ? new TextEncoder().encode(text) : text

/** In chunks of a few bytes, so that none is a whole character by chance. */
const read = (text: string | Uint8Array, chunk = 3) => {
  const bytes = bytesOf(text)
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, index) =>
    bytes.slice(index * chunk, (index + 1) * chunk)
  )
  return pastedAnswer("-", BatchId.make("b-1")).pipe(
    Effect.provideService(StandardInput, Stream.fromIterable(chunks)),
    Effect.provide(NodeContext.layer)
  )
}

const completed = '{"status":"completed","success":["7"],"failure":["m\u00fcller@x.test"]}'

describe("a pasted answer", () => {
  const spellings: ReadonlyArray<readonly [string, string | Uint8Array]> = [
    ["as it is", completed],
    ["with white space around it", `\r\n\t${completed}\r\n\r\n`],
    ["with a byte order mark", `\uFEFF${completed}`],
    ["in UTF-16 as Windows writes it", Buffer.from(`\uFEFF${completed}\r\n`, "utf16le")],
    ["in UTF-16 the other way round", Buffer.from(`\uFEFF${completed}\r\n`, "utf16le").swap16()]
  ]
  for (const [how, text] of spellings) {
    it.effect(`is read ${how}, and stored without the space around it`, () =>
      Effect.gen(function* () {
        const { answer, body } = yield* read(text)
        assert.strictEqual(body, completed)
        assert.strictEqual(answer.status, "completed")
        const { failure, success } = lists(answer)
        assert.deepStrictEqual(success, Option.some([ContactId.make("7")]))
        assert.deepStrictEqual(failure, Option.some(["m\u00fcller@x.test"]))
      })
    )
  }

  const refusals: ReadonlyArray<readonly [string, string | Uint8Array, RegExp]> = [
    ["nothing", "", /^standard input: is empty\./],
    ["white space", " \n\t\n", /^standard input: is empty\./],
    ["a web page", "<!doctype html><html></html>", /is an HTML or XML page/],
    ["headers", `HTTP/1.1 200 OK\ncontent-type: x\n\n${completed}`, /begins with HTTP headers/],
    ["a list of answers", `[${completed}]`, /contains the answer under "0"/],
    [
      "an envelope",
      `{"schema":"ac-reconcile/status/1","data":${completed}}`,
      /contains the answer under "data"/
    ],
    [
      "a deeper envelope",
      `{"a":1,"data":{"answer":${completed}}}`,
      /contains the answer under "data\.answer"/
    ],
    ["a list of none", "[]", /is a list, not an answer to the status call\. Give/],
    ["null", "null", /is null, not an answer to the status call\. Give/],
    ["a word", '"completed"', /is a string, not an answer to the status call\. Give/],
    ["a list of words", '["completed"]', /is a list, not an answer to the status call\. Give/],
    ["a number", "7", /is a number, not an answer to the status call\. Give/],
    ["an empty object", "{}", /at status: is missing/],
    [
      "a key twice",
      '{"status":"completed","success":["1"],"success":["2"]}',
      /has the key success more than once/
    ],
    [
      "a key twice, once with an escape",
      '{"status":"completed","st\\u0061tus" : "failed"}',
      /has the key status more than once/
    ],
    ["a refusal", '{"success":0,"message":"no"}', /at status: is missing/],
    ["a number as status", '{"status":7}', /at status: is neither false nor a word/],
    ["a list as status", '{"status":[[[]]]}', /at status: is neither false nor a word/],
    [
      "a cut text",
      '{"status":"completed",\n "success":["1"',
      /, line 2, column 16: is not JSON: it ends too early/
    ],
    ["a cut string", '{"status":"compl', /, line 1, column 17: is not JSON: it ends too early/],
    [
      "a comma too many",
      '\r\n{"status":"active",\r\n "success":["1",],\r\n}',
      /, line 3, column 17: is not JSON\./
    ],
    ["a bare word", '{"status": completed}', /, line 1, column 12: is not JSON\./],
    ["single quotes", "{'status':'completed'}", /, line 1, column 2: is not JSON\./],
    ["two answers", `${completed}\n${completed}`, /, line 2, column 1: is not JSON\./],
    [
      "a depth of 1,001",
      `{"status":"completed","x":${"[".repeat(1000)}${"]".repeat(1000)}}`,
      /deeper than 1,000 levels/
    ],
    ["bytes of another encoding", new Uint8Array([0x7b, 0xfc, 0x7d]), /is not UTF-8 text/],
    ["half a character of UTF-16", new Uint8Array([0xff, 0xfe, 0x7b]), /is not UTF-16LE text/],
    ["UTF-16 without its mark", new Uint8Array([0x7b, 0, 0x7d, 0]), /contains zero bytes/],
    ["gzip", new Uint8Array([0x1f, 0x8b, 8]), /compressed with gzip/]
  ]
  for (const [what, text, like] of refusals) {
    it.effect(`is refused if it is ${what}, with the place if there is one`, () =>
      Effect.gen(function* () {
        const { message } = yield* Effect.flip(read(text))
        assert.match(message, like)
        assert.match(message, /^[^\n]+[.]$/)
      })
    )
  }

  it.effect("may be 1,000 levels deep, not counting brackets within strings", () =>
    Effect.gen(function* () {
      const text = JSON.stringify(`${"[{".repeat(900)}"\\`)
      const deep = `${"[".repeat(999)}${text}${"]".repeat(999)}`
      const { answer } = yield* read(`{"status":"active","x":${deep}}`, 4096)
      assert.strictEqual(answer.status, "active")
    })
  )

  it.effect("is refused if it is larger than any answer, without being read to its end", () =>
    Effect.gen(function* () {
      const endless = Stream.repeatValue(new Uint8Array(1024 * 1024).fill(32))
      const refused = yield* Effect.flip(
        pastedAnswer("-", BatchId.make("b-1")).pipe(
          Effect.provideService(StandardInput, endless),
          Effect.provide(NodeContext.layer)
        )
      )
      assert.match(refused.message, /is larger than 10 MiB/)
    })
  )

  it.effect("is refused if its file cannot be read", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      for (const path of [folder, `${folder}/none.json`]) {
        const refused = yield* Effect.flip(pastedAnswer(path, BatchId.make("b-1")))
        assert.match(refused.message, /cannot be read\. Give the body of one answer/)
      }
    }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
  )
})
