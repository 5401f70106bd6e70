import { describe, expect, it } from "vitest"
import { linesOn, pagerOf } from "../../src/cli/output/pager.js"
import * as Terminal from "./support/terminal.js"
import { inWorld, type World } from "./support/World.js"

describe("the pager", () => {
  const PATH = process.env.PATH
  it("is AC_RECONCILE_PAGER, then PAGER, then less", () => {
    expect(pagerOf({ PATH, AC_RECONCILE_PAGER: "sh -c true", PAGER: "more" })).toBe("sh -c true")
    expect(pagerOf({ PATH, PAGER: "sh" })).toBe("sh")
    expect(pagerOf({ PATH, PAGER: "LESS=R less" })).toBe("LESS=R less")
  })

  it("is none if it is empty, cat or not there, or if the terminal is dumb", () => {
    for (const environment of [
      { AC_RECONCILE_PAGER: "", PAGER: "sh" },
      { AC_RECONCILE_PAGER: "cat" },
      { PAGER: " cat " },
      { PAGER: "no-such-pager -x" },
      { PAGER: "sh", TERM: "dumb" }
    ]) {
      expect(pagerOf({ PATH, ...environment })).toBeUndefined()
    }
    expect(pagerOf({ PATH: "" })).toBeUndefined()
  })

  it("counts the lines that a terminal needs, where long and wide ones wrap", () => {
    const size = { columns: 10, rows: 24 }
    expect(linesOn("", size)).toBe(1)
    expect(linesOn("a\n\nb\n", size)).toBe(3)
    expect(linesOn("0123456789", size)).toBe(1)
    expect(linesOn("0123456789a", size)).toBe(2)
    expect(linesOn("連絡先連絡先", size)).toBe(2)
  })
})

const addBatches = (world: World, count: number) => {
  const ids = Array.from({ length: count }, (_, at) => `batch-${String(at + 1).padStart(3, "0")}`)
  world.write("ids.txt", `${ids.join("\n")}\n`)
  return world.run(["batches", "add", "--file", "ids.txt"])
}

const size = { columns: 80, rows: 24 }

const play = (
  count: number,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
  scene: (terminal: Terminal.Terminal) => Promise<void>
) =>
  inWorld(async (world) => {
    await addBatches(world, count)
    const terminal = await Terminal.open(world, args, { ...size, env })
    try {
      await scene(terminal)
    } finally {
      await terminal.close()
    }
  })

const all = "select batch_id from batches"

const inLess = Terminal.itNeeds("tmux", "less")

describe.concurrent("long output on a terminal", () => {
  for (const args of [
    ["batches", "list"],
    ["query", all],
    ["query", "--format", "csv", all]
  ]) {
    inLess(
      `of ${args.slice(0, 2).join(" ")} waits in less until it is left; Ctrl-C there ends nothing, and the exit code is kept`,
      play(100, args, {}, async (terminal) => {
        const first = await terminal.until(/batch-01\d.*\n:$/s)
        expect(first).not.toContain("batch-050")
        await terminal.press("C-c")
        await terminal.press("G")
        await terminal.until(/batch-100/)
        await terminal.press("q")
        expect(await terminal.until(/exit code \d/)).toMatch(/exit code 0$/)
      })
    )
  }

  Terminal.inTerminal(
    "may be left early, however much is still to come",
    play(
      1,
      [
        "query",
        "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n limit 3000000"
      ],
      { PAGER: "sh -c 'head -5; echo left'" },
      async (terminal) => {
        expect(await terminal.until(/exit code \d/)).toMatch(/exit code 0$/)
      }
    )
  )

  Terminal.inTerminal(
    "is printed without one that cannot be started",
    play(100, ["batches", "list"], { AC_RECONCILE_PAGER: "X=1 no-such-pager" }, async (terminal) => {
      const shown = await terminal.until(/exit code \d/)
      expect(shown).toMatch(/batch-001.*batch-100/s)
      expect(shown).toMatch(/exit code 0$/)
    })
  )

  for (const [args, env] of [
    [["--no-pager"], {}],
    [[], { AC_RECONCILE_PAGER: "", PAGER: "less" }],
    [[], { PAGER: "cat" }]
  ] as const) {
    Terminal.inTerminal(
      `is printed at once with ${[...args, ...Object.entries(env).map(([name, value]) => `${name}='${value}'`)].join(" ")}`,
      play(100, ["batches", "list", ...args], env, async (terminal) => {
        expect(await terminal.until(/exit code \d/)).toMatch(/batch-001.*batch-100.*exit code 0$/s)
      })
    )
  }

  for (const args of [["report"], ["report", "--markdown"]]) {
    Terminal.inTerminal(
      `of ${args.join(" ")} goes through it, too`,
      inWorld(async (world) => {
        await addBatches(world, 3)
        const terminal = await Terminal.open(world, args, {
          columns: 80,
          rows: 6,
          env: { PAGER: "sh -c 'cat > /dev/null; echo paged'" }
        })
        try {
          expect(await terminal.until(/exit code \d/)).toMatch(/paged\s+exit code 0$/)
        } finally {
          await terminal.close()
        }
      })
    )
  }

  Terminal.inTerminal(
    "goes to no pager if it fits, whichever it is",
    play(10, ["batches", "list"], { PAGER: "sh -c 'echo paged; cat'" }, async (terminal) => {
      const shown = await terminal.until(/exit code \d/)
      expect(shown).toContain("batch-010")
      expect(shown).not.toContain("paged")
    })
  )
})
