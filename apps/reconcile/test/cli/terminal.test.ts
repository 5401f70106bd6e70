import { createServer } from "node:http"
import { describe, expect } from "vitest"
import { widthOf } from "../../src/text/width.js"
import { rows, values } from "./support/database.js"
import { documentedAnswer, documentedServer, fast } from "./support/documented.js"
import { account, batchIdOf, inWorld, type World } from "./support/World.js"
import * as Terminal from "./support/terminal.js"

const sizes = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 }
]

const stuck = '{"status":"active"}'

const addBatches = async (world: World, ids: ReadonlyArray<string>) => {
  await world.run(["batches", "add", ...ids.flatMap((id) => ["--id", id])])
  return world.path("reconcile.db")
}

/** The first batch settles at once, the others only once they may. */
const slow = (mayEnd: () => boolean) =>
  documentedServer((batchId) => (batchId === "batch-1" || mayEnd() ? documentedAnswer : stuck))

const play = async (
  world: World,
  args: ReadonlyArray<string>,
  options: Terminal.Size & { readonly env: Readonly<Record<string, string>> },
  scene: (terminal: Terminal.Terminal) => Promise<void>
) => {
  const terminal = await Terminal.open(world, args, options)
  try {
    await scene(terminal)
    for (const line of (await terminal.shown()).split("\n")) {
      expect(widthOf(line), line).toBeLessThanOrEqual(options.columns)
    }
  } finally {
    await terminal.close()
  }
}

describe.each(sizes)("a run on a terminal of $columns columns", (size) => {
  Terminal.inTerminal(
    "redraws what it does in place, and leaves only its result",
    inWorld(async (world) => {
      let mayEnd = false
      const env = account(await world.serve(slow(() => mayEnd)))
      await addBatches(world, ["batch-1", "batch-2", "batch-3"])
      await play(world, ["run", ...fast], { ...size, env }, async (terminal) => {
        const during = await terminal.until(/completed 1 {2}active 2/)
        expect(during).toMatch(/^Running: \d+s/m)
        expect(during).toMatch(/█+░+ {2}1 of 3/)
        expect(during).toMatch(/Now +following 2 batches/)
        expect(during).toMatch(/Calls +\d+ made, about 2 to go, \d+\.\d a second/)
        mayEnd = true
        const after = await terminal.until(/exit code \d/)
        expect(after).toMatch(/^All 3 batches have settled\./)
        expect(after).not.toMatch(/Running|█/)
        expect(after).toMatch(/exit code 0$/)
      })
    })
  )

  Terminal.inTerminal(
    "stopped by Ctrl-C says where it stands and how to go on; the next run goes on",
    inWorld(async (world) => {
      let mayEnd = false
      const env = account(await world.serve(slow(() => mayEnd)))
      const db = await addBatches(world, ["batch-1", "batch-2"])
      await play(world, ["run", ...fast], { ...size, env }, async (terminal) => {
        await terminal.until(/completed 1 {2}active 1/)
        await terminal.press("C-c")
        const after = await terminal.until(/exit code \d/)
        // The terminal breaks long lines wherever it has to.
        expect(after.replaceAll("\n", "")).toMatch(
          /1 of 2 batches settled; .*Nothing recorded is lost; run the same command again to continue\.exit code 130$/
        )
        expect(after).not.toMatch(/█/)
      })
      expect(values(db, "SELECT status FROM batch_overview ORDER BY batch_id")).toEqual([
        "completed",
        "active"
      ])
      expect(rows(db, "SELECT * FROM writer_lease")).toEqual([])
      mayEnd = true
      await play(world, ["run", ...fast], { ...size, env }, async (terminal) => {
        expect(await terminal.until(/exit code \d/)).toMatch(/exit code 0$/)
      })
      expect(values(db, "SELECT DISTINCT status FROM batch_overview")).toEqual(["completed"])
    })
  )

  Terminal.inTerminal(
    "stops at once at a second Ctrl-C",
    inWorld(async (world) => {
      const env = account(await world.serve(slow(() => false)))
      await addBatches(world, ["batch-1", "batch-2"])
      await play(world, ["run", ...fast], { ...size, env }, async (terminal) => {
        await terminal.until(/completed 1/)
        await terminal.press("C-c")
        await terminal.press("C-c")
        expect(await terminal.until(/exit code \d/)).toMatch(/exit code 130$/)
      })
    })
  )

  Terminal.inTerminal(
    "that watches waits for batches, follows one that is added, and ends with its result at Ctrl-C",
    inWorld(async (world) => {
      let mayEnd = false
      const env = account(await world.serve(slow(() => mayEnd)))
      await addBatches(world, ["batch-1"])
      await play(world, ["run", "--watch", ...fast], { ...size, env }, async (terminal) => {
        await terminal.until(/^Watching: \d+s\. Waiting for batches; Ctrl-C ends it\.$/m)
        await addBatches(world, ["batch-2"])
        const during = await terminal.until(/completed 1 {2}active 1/)
        expect(during).toMatch(/Now +following 1 batch$/m)
        expect(during).toMatch(/Calls +\d+ made, about 1 to go, /)
        mayEnd = true
        await terminal.until(/^Watching: .*\n.* 2 of 2$/m)
        await terminal.press("C-c")
        const after = await terminal.until(/exit code \d/)
        expect(after).toMatch(/^All 2 batches have settled\./)
        expect(after).not.toMatch(/Watching|█/)
        expect(after).toMatch(/exit code 0$/)
      })
    })
  )

  Terminal.inTerminal(
    "says that it was asked to wait (429), for how much longer, and goes on",
    inWorld(async (world) => {
      let held = false
      const documented = documentedServer(() => documentedAnswer)
      const url = await world.serve((request, response) => {
        if (held || batchIdOf(request) === undefined) return documented(request, response)
        held = true
        response.writeHead(429, { "retry-after": "9" })
        response.end()
      })
      await addBatches(world, ["batch-1"])
      await play(world, ["run", ...fast], { ...size, env: account(url) }, async (terminal) => {
        await terminal.until(/Waiting: 429, too many requests – [1-9]s left/)
        expect(await terminal.until(/exit code \d/)).toMatch(/exit code 0$/)
      })
    })
  )

  Terminal.inTerminal(
    "shows at once what it does where no host answers, and goes on when one does",
    inWorld(async (world) => {
      const server = createServer(documentedServer(() => documentedAnswer))
      const port = await world.listen(server)
      await new Promise<void>((resolve) => server.close(() => resolve()))
      const env = account(`http://127.0.0.1:${port}`)
      await addBatches(world, ["batch-1"])
      await play(world, ["run", ...fast], { ...size, env }, async (terminal) => {
        await terminal.until(/Now +following 1 batch/)
        await terminal.until(/no connection/)
        server.listen(port, "127.0.0.1")
        expect(await terminal.until(/exit code \d/)).toMatch(/exit code 0$/)
      })
    })
  )
})
