import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as FastCheck from "effect/FastCheck"
import { holds, mayHold, personOf, withinOthers, withoutPerson } from "../../../src/ledger/erase/person.js"

const names = { token: "erased-1", ids: new Map([["2041", "erased-1-1"]]) }

const visible: ReadonlyArray<(char: string) => string> = [
  (char) => char,
  (char) => Array.from({ length: char.length }, (_, at) => `\\u${hex(char.charCodeAt(at))}`).join(""),
  (char) =>
    Array.from({ length: char.length }, (_, at) => `\\u${hex(char.charCodeAt(at)).toUpperCase()}`).join(""),
  (char) => encodeURIComponent(char),
  (char) => Array.from(Buffer.from(char), (byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
  (char) => `&#${char.codePointAt(0)};`,
  (char) => `&#x${(char.codePointAt(0) ?? 0).toString(16)};`,
  (char) => char.normalize("NFD"),
  (char) => char.toUpperCase()
]

const escapes = [...visible, (char: string) => `${char}\u200b`, (char: string) => `${char}\u00ad`]

const hex = (code: number) => code.toString(16).padStart(4, "0")

const backslashesAgain = (text: string) => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')

/** An address, each of its characters spelled in some way, the whole packed into JSON some times over. */
const spelled = (address: string, ways: ReadonlyArray<(char: string) => string> = escapes) =>
  FastCheck.tuple(
    FastCheck.array(FastCheck.nat(ways.length - 1), {
      minLength: address.length,
      maxLength: address.length
    }),
    FastCheck.nat(3)
  ).map(([chosen, layers]) => {
    const chars = Array.from(address)
    const whole = chars.map((char, at) => ways[chosen[at] ?? 0]?.(char) ?? char).join("")
    return Array.from({ length: layers }).reduce<string>(backslashesAgain, whole)
  })

const addresses = [
  "müller@example.test",
  "o'brien+x@sub.example.test",
  "例@例子.测试",
  "😀a@x.test",
  "İda@x.test"
]

describe("an address", () => {
  for (const address of addresses) {
    it(`is found in ${address}, in any spelling of its letters and in any place`, () => {
      const person = personOf(address)
      const around = FastCheck.constantFrom(
        ["", ""],
        ['{"failure":["bo@x.test","', '"]}'],
        ['{"failure":["bo@x.test","', '","cut off he'],
        ["<p>Dear ", ", you"],
        ["see mailto:", " or write"],
        ["Name &lt;", "&gt;"],
        ["line one\\n", "\\nline three"],
        ["email=", "&x=1"],
        ["(", ")."],
        ["'", "'"],
        ["/data/", ".csv"]
      )
      FastCheck.assert(
        FastCheck.property(spelled(address), around, (text, [before, after]) => {
          const whole = before + text + after
          assert.isTrue(holds(whole, person), whole)
          const without = withoutPerson(whole, person, names)
          assert.strictEqual(without, before === "" ? "erased-1" : `${before}erased-1${after}`)
          assert.isFalse(holds(without, person))
        }),
        { numRuns: 300 }
      )
    })
  }

  it("is not found in a longer one, which is reported in any spelling", () => {
    const person = personOf("ada@x.test")
    const longer = FastCheck.constantFrom(
      "joada@x.test",
      "jo.ada@x.test",
      "jo+ada@x.test",
      "jo-ada@x.test",
      "o'ada@x.test",
      "ada@x.test.example",
      "ada@x.testing.example",
      "ada@x.test-shop.example"
    )
    FastCheck.assert(
      FastCheck.property(
        longer.chain((other) => spelled(other, visible).map((text) => [other, text] as const)),
        ([other, text]) => {
          for (const whole of [`{"failure":["${text}"]}`, `{"failure":["${text}", "cut`]) {
            assert.isFalse(holds(whole, person), whole)
            assert.strictEqual(withoutPerson(whole, person, names), whole)
            assert.isTrue(
              [...withinOthers(whole, person)].some((one) => one.includes(other)),
              whole
            )
          }
        }
      ),
      { numRuns: 300 }
    )
  })

  it("is found if a body was cut off within it, even within an escape", () => {
    const person = personOf("müller@example.test")
    for (const cut of [
      "m\\u00fcller@exam",
      "m\\u00fcller@exam\\u00",
      "m\\u00FCller@example.test\\",
      "müller@",
      "müller@exam\ufffd"
    ]) {
      const body = `{"failure":["bo@x.test","${cut}`
      assert.strictEqual(
        withoutPerson(body, person, names),
        '{"failure":["bo@x.test","erased-1'.concat(cut.endsWith("test\\") ? "\\" : ""),
        cut
      )
    }
    const others = '{"failure":["jomüller@exam'
    assert.strictEqual(withoutPerson(others, person, names), others)
  })

  it("is found if a quoted text was cut off within it, but not if that is another whole address", () => {
    const person = personOf("ada@x.test")
    const said = "GET /a?b=c: ActiveCampaign answered 200 with something other than its documented JSON"
    for (const [cut, without] of [
      [`${said} (text: {"failure":["ada@x.te).`, `${said} (text: {"failure":["erased-1).`],
      [`${said} (text: {"failure":["ada@). Run again.`, `${said} (text: {"failure":["erased-1). Run again.`],
      [`${said} (text: {"failure":["ada\\u0040x.te\\u00).`, `${said} (text: {"failure":["erased-1).`],
      [`${said} (html: <p>ada@x.t. Compare`, `${said} (html: <p>erased-1. Compare`],
      ["no such contact: ada@x.te…", "no such contact: erased-1…"]
    ] as const) {
      assert.strictEqual(withoutPerson(cut, person, names), without)
      assert.isTrue(holds(cut, person), cut)
    }
    for (const whole of [
      "ada@x.te",
      "<ada@x.te",
      '{"failure":["ada@x.te"]}',
      '{"note":"see (ada@x.te)."}',
      `${said} (text: {"failure":["ada@x.te"]).`,
      `${said} (text: {"failure":["joada@x.te).`
    ]) {
      assert.strictEqual(withoutPerson(whole, person, names), whole)
      assert.isFalse(holds(whole, person), whole)
    }
  })

  it("is removed everywhere, and nothing else is, with any characters around it", () => {
    const person = personOf("ada@x.test")
    const sign = FastCheck.constantFrom(
      ...Array.from("/|=#?:;,\"'`(){}[]<>&!$%*^@~+-_. \0\n\u200bjé7"),
      "%40",
      "\\u0040",
      "&amp;",
      "&#64;",
      ".csv"
    )
    const some = FastCheck.array(sign, { maxLength: 3 }).map((signs) => signs.join(""))
    FastCheck.assert(
      FastCheck.property(some, some, FastCheck.boolean(), (before, after, isQuoted) => {
        const glued = `${before}ada@x.test${after}`
        const text = isQuoted ? JSON.stringify({ failure: [glued] }) : glued
        const without = withoutPerson(text, person, names)
        assert.strictEqual(without !== text, holds(text, person), text)
        assert.isFalse(holds(without, person), text)
        assert.isTrue(!without.includes("ada@x.test") || withinOthers(text, person).size > 0, text)
      }),
      { numRuns: 2000 }
    )
  })

  it("is the same as the address with its host in the other form", () => {
    for (const [unicode, ascii] of [
      ["müller@müller.example", "müller@xn--mller-kva.example"],
      ["a@例子.测试", "a@xn--fsqu00a.xn--0zwm56d"]
    ] as const) {
      assert.isTrue(holds(`<${ascii}>`, personOf(unicode)))
      assert.isTrue(holds(`<${unicode}>`, personOf(ascii)))
    }
  })
})

describe("a body without a person", () => {
  it("keeps every other byte: spaces, long numbers, repeated names", () => {
    const person = personOf("ada@x.test")
    const body =
      '{ "n": 12345678901234567890, "a": 1.0, "a": 2, "success" : [ "2041", 2041, "20410" ],\n "failure": ["\\u0061da@x.test"] }'
    assert.strictEqual(
      withoutPerson(body, person, names),
      '{ "n": 12345678901234567890, "a": 1.0, "a": 2, "success" : [ "erased-1-1", "erased-1-1", "20410" ],\n "failure": ["erased-1"] }'
    )
  })

  it("loses contact IDs of requests, and those in a cut-off body", () => {
    const person = personOf("ada@x.test")
    const message = "GET /contacts?ids[]=2041: 400"
    assert.strictEqual(withoutPerson(message, person, names), "GET /contacts?ids[]=erased-1-1: 400")
    const body = '{"success":["7","2041","9'
    assert.strictEqual(withoutPerson(body, person, names), '{"success":["7","erased-1-1","9')
    assert.strictEqual(withoutPerson("<p>2041</p>", person, names), "<p>2041</p>")
  })
})

describe("a text that SQLite's filter skips", () => {
  it("contains the address in no reading", () => {
    const database = new Sqlite(":memory:")
    for (const address of addresses) {
      const person = personOf(address)
      const statement = database
        .prepare<[string, string], number>(`SELECT ${mayHold("text")} FROM (SELECT ? AS text)`)
        .pluck()
      FastCheck.assert(
        FastCheck.property(spelled(address), FastCheck.constantFrom("", "x\0"), (text, before) => {
          assert.strictEqual(statement.get(person.anchor, before + text), 1, text)
        })
      )
      const cut = address.slice(0, address.indexOf("@") + 2)
      assert.strictEqual(statement.get(person.anchor, cut), 1, cut)
    }
    database.close()
  })
})
