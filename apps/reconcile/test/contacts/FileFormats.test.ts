import { deflateRawSync, gzipSync } from "node:zlib"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Stream from "effect/Stream"
import * as ContactReader from "../../src/contacts/ContactReader.js"
import { StandardInput } from "../../src/contacts/StandardInput.js"
import { bytes, chunked, columnsOf, emails, failure, parse } from "./support.js"

const told = { format: undefined }
const csv = "email,name\na@x.test,Ada\nb@x.test,Bö\n"

const utf16 = (text: string, littleEndian = true): Uint8Array => {
  const units = Buffer.from(text, "utf16le")
  return littleEndian ? units : units.swap16()
}

/** A ZIP archive's beginning, with files of these names. */
const zip = (...names: ReadonlyArray<string>): Uint8Array =>
  Buffer.concat(
    names.flatMap((name) => {
      const head = Buffer.alloc(30)
      head.write("PK\u0003\u0004", "latin1")
      head.writeUInt16LE(name.length, 26)
      return [head, Buffer.from(name), deflateRawSync(Buffer.alloc(300, name))]
    })
  )

const read = (input: Uint8Array, cuts: ReadonlyArray<number> | number = 1000) =>
  ContactReader.read({ path: "-" }).pipe(
    Stream.runCollect,
    Effect.map((chunks) => {
      const all = Chunk.toReadonlyArray(chunks)
      return {
        rows: all.flatMap((chunk) => chunk.rows),
        rejected: all.flatMap((chunk) => chunk.rejected),
        remarks: all.flatMap((chunk) => chunk.remarks),
        bytesRead: all.reduce((sum, chunk) => sum + chunk.bytesRead, 0)
      }
    }),
    Effect.provideService(StandardInput, Stream.fromIterable(chunked(input, cuts))),
    Effect.provide(NodeContext.layer)
  )

describe("gzip", () => {
  it.effect("is unpacked, under any file name and in chunks of any size", () =>
    Effect.gen(function* () {
      const packed = gzipSync(csv)
      for (const cuts of [1, 2, 7, 1000]) {
        const { bytesRead, rejected, rows } = yield* read(packed, cuts)
        assert.deepStrictEqual(
          rows.map((row) => `${row.line}:${row.email}`),
          ["2:a@x.test", "3:b@x.test"]
        )
        assert.deepStrictEqual(rejected, [])
        assert.strictEqual(bytesRead, packed.length)
      }
    })
  )

  it.effect("may contain several members, UTF-16, or a JSON array", () =>
    Effect.gen(function* () {
      const members = Buffer.concat([
        gzipSync("email\na@x.test\n"),
        gzipSync("b@x.test\n"),
        Buffer.alloc(512)
      ])
      for (const cuts of [1, 1000]) {
        assert.deepStrictEqual(emails(yield* read(members, cuts)), ["a@x.test", "b@x.test"])
      }
      assert.deepStrictEqual(emails(yield* read(gzipSync(utf16(`\uFEFF${csv}`)))), ["a@x.test", "b@x.test"])
      assert.deepStrictEqual(emails(yield* read(gzipSync('[{"email":"a@x.test"}]'))), ["a@x.test"])
    })
  )

  it.effect("that is damaged is refused, with what is wrong", () =>
    Effect.gen(function* () {
      const packed = gzipSync(csv.repeat(1000))
      const broken = Uint8Array.from(packed)
      broken[packed.length - 6] = (broken[packed.length - 6] ?? 0) ^ 0xff
      const reasons: ReadonlyArray<readonly [Uint8Array, string]> = [
        [packed.subarray(0, -20), "it ends too early"],
        [broken, "incorrect data check"],
        [Buffer.concat([packed, Buffer.from(csv)]), "something that is not gzip follows it"]
      ]
      for (const [input, what] of reasons) {
        for (const cuts of [packed.length, 100]) {
          const error = yield* Effect.flip(read(input, cuts))
          assert.strictEqual(
            error.message,
            `standard input: the gzip file is damaged (${what}); nothing was loaded. Download or create it again.`
          )
        }
      }
      assert.include((yield* Effect.flip(read(gzipSync(packed)))).message, "packed twice")
    })
  )

  it.effect.prop(
    "gives the same rows as the text in it, in chunks of any size",
    [
      FastCheck.array(FastCheck.emailAddress(), { maxLength: 20 }),
      FastCheck.array(FastCheck.nat(200), { maxLength: 8 })
    ],
    ([addresses, cuts]) =>
      Effect.gen(function* () {
        const text = ["email", ...addresses.map((address) => `"${address.replaceAll('"', '""')}"`)].join("\n")
        const { rejected, rows } = yield* read(gzipSync(text), cuts)
        const whole = parse(text)
        assert.deepStrictEqual({ rows, rejected }, { rows: whole.rows, rejected: whole.rejected })
      })
  )
})

describe("UTF-16", () => {
  it.each([true, false])("with a byte order mark is read (little endian: %s)", (littleEndian) => {
    for (const text of [`\uFEFF${csv}`, '\uFEFF{"email":"😀@x.test"}\n', '\uFEFF[\n{"email":"😀@x.test"}]']) {
      for (const cuts of [1, 3, 1000]) {
        const expected = emails(parse(text, told))
        assert.isNotEmpty(expected)
        assert.deepStrictEqual(emails(parse(utf16(text, littleEndian), told, cuts)), expected)
      }
    }
  })

  it("with half a character in a row costs that row", () => {
    const whole = utf16("\uFEFFemail,note\na@x.test,x\ud800y\nb@x.test,z\n")
    for (const cuts of [1, 1000]) {
      const found = parse(Buffer.concat([whole, Buffer.of(0x41)]), told, cuts)
      assert.deepStrictEqual(emails(found), ["b@x.test"])
      assert.deepStrictEqual(
        found.rejected.map(({ column, line, reason }) => [line, column, reason]),
        [
          [2, 11, "There is only half of a UTF-16 character at column 11; save the file as UTF-8."],
          [4, 1, "There is only half of a UTF-16 character at column 1; save the file as UTF-8."]
        ]
      )
      assert.strictEqual(found.rejected[0]?.record, "a@x.test,x\uFFFDy")
    }
  })

  it("without a byte order mark is refused by name, not guessed", () => {
    for (const littleEndian of [true, false]) {
      for (const text of [csv, "Ä;E-Mail\n", "email"]) {
        assert.include(failure(utf16(text, littleEndian), told), "UTF-16 without a byte order mark")
      }
    }
  })
})

describe("a file under another name", () => {
  const veryOld = Buffer.from([0x09, 0x08, 0x10, 0, 0, 6, 5, 0, 0xd3, 0x10, 0xcc, 7, 0x41, 0, 0, 0])
  it.each<readonly [string, string | Uint8Array, string]>([
    [
      "old Excel",
      Buffer.from("d0cf11e0a1b11ae10000000000000000", "hex"),
      "this is an old Excel workbook (.xls)"
    ],
    ["very old Excel", veryOld, "this is a very old Excel workbook (.xls)"],
    [
      "Excel",
      zip("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"),
      "this is an Excel workbook (.xlsx)"
    ],
    ["OpenDocument", zip("mimetype", "content.xml"), "this is an OpenDocument file (.ods)"],
    ["Numbers", zip("Index/Document.iwa"), "this is a Numbers document"],
    ["Word", zip("[Content_Types].xml", "word/document.xml"), "this is a Word document"],
    ["ZIP", zip("contacts.csv"), "this is a ZIP archive"],
    ["HTML", "\r\n <HTML><body><table>", "this is an HTML page, which some programs save"],
    ["an HTML table", "\uFEFF<table><tr><td>email", "this is an HTML page"],
    ["XML", '<?xml version="1.0"?><contacts/>', "this is XML"],
    [
      "Excel 2003",
      '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>',
      "this is XML, as some programs save spreadsheets"
    ],
    ["RTF", "{\\rtf1\\ansi}", "this is a rich text document"],
    ["vCards", "BEGIN:VCARD\r\nVERSION:3.0\r\n", "these are vCards"],
    ["Markdown", "| email | batch_id |\n| --- | --- |\n| a@x.test | b-1 |\n", "this is a Markdown table"],
    ["MIME", "MIME-Version: 1.0\nContent-Type: multipart/related", "this is a saved web page"],
    ["PDF", "%PDF-1.7\n%\u00e2\u00e3", "this is a PDF"],
    ["SQLite", "SQLite format 3\0\u0010\0", "this is a SQLite file. Read it with --from"],
    [
      "Zstandard",
      Buffer.from("28b52ffd2400010000000000000000000000", "hex"),
      "this is compressed with Zstandard"
    ],
    [
      "bzip2",
      Buffer.from("BZh91AY&SY\u0001\u0002\u0003\u0004\u0005\u0006", "latin1"),
      "this is compressed with bzip2"
    ],
    ["xz", Buffer.from("fd377a585a000004e6d6b446", "hex"), "this is compressed with xz"],
    ["7-Zip", Buffer.from("377abcaf271c0004", "hex"), "this is compressed with 7-Zip"],
    ["UTF-32", Buffer.from("fffe0000650000006d000000", "hex"), "the file is UTF-32"],
    ["a tar archive", `contacts.csv${"\0".repeat(245)}ustar\0`, "this is a tar archive"],
    ["other bytes", "email\0\u0001\u0002,name\n", "its first line contains NUL characters"]
  ])("is refused by its right name: %s", (_, input, name) => {
    for (const cuts of [1, 1000]) {
      assert.include(failure(bytes(input), told, cuts), `contacts.csv: ${name}`)
    }
  })

  it("keeps a header that only looks like another format", () => {
    assert.deepStrictEqual(emails(parse("PK,email\n1,a@x.test\n", told)), ["a@x.test"])
    assert.deepStrictEqual(
      emails(parse("[email],[name]\na@x.test,Ada\n", { ...told, map: { email: "[email]" } })),
      ["a@x.test"]
    )
  })
})

describe("the delimiter", () => {
  it("is the one that gives the header an address column", () => {
    assert.deepStrictEqual(emails(parse("Name;E-Mail;Tags (a,b,c,d)\nJane;jane@x.test;x\n")), ["jane@x.test"])
    assert.deepStrictEqual(emails(parse("Name|E-Mail|Tags (a,b,c,d)\nJane|jane@x.test|x\n")), ["jane@x.test"])
    assert.deepStrictEqual(emails(parse("Name:E-Mail\nJane:jane@x.test\n")), ["jane@x.test"])
    assert.deepStrictEqual(emails(parse("a;b;c;d,email\n1,a@x.test\n")), ["a@x.test"])
    assert.deepStrictEqual(emails(parse("Work;a,b,c\nj@x.test;1\n", { map: { email: "work" } })), [
      "j@x.test"
    ])
  })

  it("is what the caller names, for any header", () => {
    const text = "email,a;b\nx@x.test,1;2\n"
    assert.strictEqual(columnsOf(parse(text).rows[0]), '{"email":"x@x.test","a;b":"1;2"}')
    assert.include(
      failure(text, { delimiter: ";" }),
      "no e-mail address column was found (columns: email,a, b)"
    )
    assert.deepStrictEqual(emails(parse("a_email\n1_x@x.test\n", { delimiter: "_" })), ["x@x.test"])
  })

  it("that cannot be detected is asked for by its option", () => {
    assert.strictEqual(
      failure("Name;Adresse;Tags (a,b,c,d)\n"),
      "contacts.csv, line 1: no e-mail address column was found (columns: Name;Adresse;Tags (a, b, c, d)). " +
        'Name it with --map email=COLUMN. Its columns were split at ",". ' +
        "If that is wrong, name the delimiter, for example --delimiter ';'."
    )
  })
})
