import { readFileSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { csvOf } from "./support/documented.js"
import { expectCleanOutput, expectDone, expectRefusal } from "./support/said.js"
import { inWorld, type World } from "./support/World.js"

const prepare = async (world: World) => {
  world.write("sent.csv", csvOf("b-1", ["ada@example.test", "bea@example.test"]))
  expectDone(await world.run(["contacts", "load", "sent.csv", "--batch-column", "batch_id"]))
}

/** Never ends by itself; with rows, or in one step of SQLite. */
const endless = (what: string) =>
  `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT ${what} FROM c`

const odd = `SELECT 9007199254740993 AS n, -9223372036854775808 AS least, 7.0 AS r, -0.0 AS z, 1e300 AS big,
  9e999 AS inf, x'000aFF' AS bytes, 'a' || char(0) || char(155) || char(8203) AS t, NULL AS void, 1 AS "__proto__"`

describe("what a query finds", () => {
  it(
    "is written exactly, in every format",
    inWorld(async (world) => {
      await prepare(world)
      const json =
        '{"n":9007199254740993,"least":-9223372036854775808,"r":7.0,"z":-0.0,"big":1e+300,"inf":"Infinity",' +
        '"bytes":"000aff","t":"a\\u0000\\u009b\\u200b","void":null,"__proto__":1}'
      const numbers = [
        "9007199254740993",
        "-9223372036854775808",
        "7.0",
        "-0.0",
        "1e+300",
        "Infinity",
        "000aff"
      ]
      const text = "a\0\u009b\u200b"
      for (const [format, expected] of [
        ["ndjson", `${json}\n`],
        ["json", `[\n${json}\n]\n`],
        ["csv", `n,least,r,z,big,inf,bytes,t,void,__proto__\r\n${[...numbers, text, "", 1].join(",")}\r\n`],
        ["markdown", expect.stringContaining(`| ${[...numbers, text, "", 1].join(" | ")} |\n`)],
        [
          "table",
          expect.stringMatching(/9007199254740993 .*7\.0 .*000aff {2}a\\u0000\\u009b\\u200b .* 1\n\n1 row\n$/)
        ]
      ] as const) {
        const told = await world.run(["query", odd, "--format", format])
        expect(told).toEqual({ code: 0, signal: null, stderr: "", stdout: expected })
      }
    })
  )

  it(
    "is a table whose first thousand rows set the widths",
    inWorld(async (world) => {
      await prepare(world)
      const sql = `WITH RECURSIVE c(x) AS (SELECT 999 UNION ALL SELECT x + 1 FROM c LIMIT 2500)
        SELECT x, CASE x WHEN 2500 THEN 'a much longer one' ELSE 'short' END AS y, 'z' AS z FROM c`
      const { stdout } = await world.run(["query", sql])
      const lines = stdout.split("\n")
      expect(lines.slice(0, 2)).toEqual(["  x     y      z", "  999   short  z"])
      expect(lines[1502]).toBe("  2500  a much longer one  z")
      expect(stdout.endsWith("\n\n2,500 rows\n")).toBe(true)
    })
  )
})

describe("SQL that begins with a comment", () => {
  it(
    "is SQL, not an option, in any place",
    inWorld(async (world) => {
      await prepare(world)
      for (const sql of ["-- c\nselect 1 AS one", "--a=b\nselect 1 AS one", "--c /* */\nselect 1 AS one"]) {
        for (const args of [
          [sql, "--db", "reconcile.db"],
          ["--db", "reconcile.db", sql],
          ["--db=reconcile.db", sql]
        ]) {
          const told = await world.run(["query", ...args, "--format", "ndjson"])
          expect(told).toEqual({ code: 0, signal: null, stderr: "", stdout: '{"one":1}\n' })
        }
      }
      expectDone(await world.run(["query", "SELECT :p AS p", "--param", "p=-- a b"]))
      expectDone(await world.run(["query", "SELECT :p AS p", "--param", "p=a\n b"]))
      const misspelt = await world.run(["query", "SELECT 1", "--paramm", "a"])
      expect(misspelt).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("argument: '--paramm'. Did")
      })
    })
  )
})

describe("text that is not UTF-8", () => {
  it(
    "is reported with its column, because the output differs from it",
    inWorld(async (world) => {
      await prepare(world)
      const sql =
        "SELECT cast(x'ff41' AS text) AS t, :whole AS u, 'a' AS v UNION ALL SELECT cast(x'c3' AS text), 'b', 'c';"
      for (const format of ["table", "csv", "json", "ndjson", "markdown"]) {
        const told = await world.run(["query", sql, "--param", "whole=\uFFFD", "--format", format])
        expect(told.code).toBe(0)
        expect(told.stdout).toContain("\uFFFDA")
        expect(told.stderr).toBe(
          "ac-reconcile: 2 values of the column t are not valid UTF-8; bytes that cannot be read are shown as U+FFFD. Use hex() to see them.\n"
        )
      }
    })
  )
})

describe("a number in --param", () => {
  it(
    "is written with :=, and if a text that looks like one finds nothing, a note says so",
    inWorld(async (world) => {
      await prepare(world)
      const ask = (sql: string, ...params: ReadonlyArray<string>) =>
        world.run(["query", sql, "--format", "ndjson", ...params.flatMap((param) => ["--param", param])])
      const sent = "SELECT sent FROM batch_overview WHERE sent = :n"
      expect(await ask(sent, "n:=2")).toEqual({ code: 0, signal: null, stderr: "", stdout: '{"sent":2}\n' })
      expect(await ask(sent, "n=2")).toEqual({
        code: 0,
        signal: null,
        stdout: "",
        stderr:
          "ac-reconcile: No rows found: n=2 is text, which never equals a number. For a number, write --param n:=2.\n"
      })
      const typed = await ask(
        "SELECT :a AS a, :b AS b, :c AS c, :d AS d, :e AS e, :f AS f",
        ...["a:=9007199254740993", "b:=2.5", "c:=true", "d:=null", 'e:="x:=y"', "f=g:=1"]
      )
      expectDone(typed)
      expect(typed.stdout).toBe('{"a":9007199254740993,"b":2.5,"c":1,"d":null,"e":"x:=y","f":"g:=1"}\n')
      for (const wrong of ["n:=two", "n:=[1]", "n:=", "n:=02"]) {
        expectRefusal(await ask(sent, wrong), 2, /--param n: '.*' is not a JSON value\./)
      }
      for (const nameless of [":=2", "=2", "n"]) {
        expectRefusal(await ask(sent, nameless), 2, /has no parameter name\./)
      }
    })
  )
})

describe("a query that does not end", () => {
  it(
    "is ended by a signal in the middle of a step of SQLite",
    inWorld(async (world) => {
      await prepare(world)
      // A thousand rows are written together; what follows them is one step from which no JavaScript comes back.
      const stuckBehindRows = `WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1000)
        SELECT x FROM n UNION ALL SELECT * FROM (${endless("max(x)")})`
      for (const signal of ["SIGINT", "SIGTERM"] as const) {
        const started = world.start(["query", stuckBehindRows, "--format", "ndjson"])
        await started.said(/\n/)
        started.process.kill(signal)
        expect(await started.ended).toMatchObject({ code: null, signal, stderr: "" })
      }
      const stuck = await world.run(["query", endless("max(x)"), "--timeout", "1s"])
      expect(stuck).toMatchObject({
        code: null,
        signal: "SIGTERM",
        stderr:
          "ac-reconcile: The query was stopped after 1s (--timeout). Ask for less, or allow more time.\n"
      })
      expectDone(await world.run(["query", "SELECT 1 AS one", "--timeout", "10m"]))
      expectRefusal(
        await world.run(["query", "SELECT 1", "--timeout", "soon"]),
        2,
        /^--timeout: 'soon' is not a dur/
      )
    })
  )

  it(
    "shows the first row while it looks for the next, in every format that needs no widths",
    inWorld(async (world) => {
      await prepare(world)
      const stuckBehindOne = `SELECT 'first' AS x UNION ALL SELECT * FROM (${endless("max(x)")})`
      for (const format of ["csv", "json", "ndjson", "markdown"]) {
        const started = world.start(["query", stuckBehindOne, "--format", format])
        await started.said(/first/)
        started.process.kill("SIGINT")
        await started.ended
      }
    })
  )

  it(
    "ends when its reader leaves, in every format",
    inWorld(async (world) => {
      await prepare(world)
      for (const format of ["table", "csv", "json", "ndjson", "markdown"]) {
        const started = world.start(["query", endless("x"), "--format", format])
        await started.said(/\n/)
        started.process.stdout?.destroy()
        expect(await started.ended, format).toMatchObject({ code: 0, signal: null, stderr: "" })
      }
    })
  )
})

describe("a damaged file", () => {
  it(
    "is reported in one sentence by every command that reads it, not as a mistake in the question",
    inWorld(async (world) => {
      await prepare(world)
      const whole = readFileSync(world.path("reconcile.db"))
      writeFileSync(
        world.path("reconcile.db"),
        Buffer.concat([whole.subarray(0, 8192), Buffer.alloc(300_000, 7)])
      )
      for (const call of [
        ["query", "SELECT * FROM batches"],
        ["query", "totals"],
        ["export", "outcomes"],
        ["batches", "list"],
        ["batches", "show", "b-1"],
        ["explain", "ada@example.test"],
        ["schema"],
        ["snapshot", "copy.db"]
      ]) {
        expectRefusal(
          await world.run(call),
          7,
          /^ac-reconcile: .*reconcile\.db: the database is damaged\. Restore a copy/
        )
      }
    })
  )
})

describe("a full standard output", () => {
  it(
    "is reported in one sentence by every command, not as a fault of the program",
    inWorld(async (world) => {
      await prepare(world)
      for (const call of [
        ["query", "SELECT 1"],
        ["export", "outcomes"],
        ["batches", "list"],
        ["batches", "list", "--json"],
        ["explain", "ada@example.test"],
        ["schema"],
        ["reconcile"],
        ["--help"]
      ]) {
        const ended = await world.run(call, { stdout: "/dev/full" })
        expectCleanOutput(ended)
        expect({ call, code: ended.code, stderr: ended.stderr }).toEqual({
          call,
          code: 1,
          stderr:
            "ac-reconcile: standard output: cannot be written (the disk is full, ENOSPC). Nothing recorded is lost; run the command again and send its output somewhere else.\n"
        })
      }
    })
  )
})
