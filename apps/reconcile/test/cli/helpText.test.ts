import { describe, expect, it } from "vitest"
import { readableHelp } from "../../src/cli/shell/help.js"

const parsers = [
  "tool",
  "",
  "USAGE",
  "",
  "\u001B[1m$ batches\u001B[0m",
  "",
  "COMMANDS",
  "",
  `  - add --id text... [--file text] [--format csv | json] [(-o, --output text)] <file>  ${"word ".repeat(30).trim()}`,
  "",
  "  - ask [<sql>]                                                                        Ask",
  ""
].join("\n")

describe("the parser's help", () => {
  it("lists commands without their options, in 100 columns", () => {
    const lines = readableHelp(parsers, ["batches"]).split("\n")
    expect(lines).toContain("$ ac-reconcile batches")
    expect(lines.slice(lines.indexOf("COMMANDS"))).toEqual([
      "COMMANDS",
      "",
      `  add <file>   ${"word ".repeat(17).trim()}`,
      `               ${"word ".repeat(13).trim()}`,
      "  ask [<sql>]  Ask",
      ""
    ])
  })

  it("is otherwise unchanged", () => {
    expect(readableHelp("COMMANDS of a batch", [])).toBe("COMMANDS of a batch")
  })
})
