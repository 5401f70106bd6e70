import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import type { RequestListener } from "node:http"
import { describe, expect, it } from "vitest"
import { rows } from "./support/database.js"
import { documentedAnswer, fast } from "./support/documented.js"
import { expectDone, expectRefusal } from "./support/said.js"
import { prepared } from "./support/trouble.js"
import { account, bin, inWorld, type World } from "./support/World.js"

/** A server that keeps the first run waiting and answers the others; `asked` resolves once that run is at work. */
const keepingTheFirst = () => {
  let tellAsked = () => {}
  const asked = new Promise<void>((resolve) => {
    tellAsked = resolve
  })
  let requests = 0
  const listener: RequestListener = (_, response) => {
    requests += 1
    if (requests === 1) return tellAsked()
    response.writeHead(200, { "content-type": "application/json" })
    response.end(documentedAnswer)
  }
  return { asked, listener }
}

const holderIn = (world: World) =>
  rows(world.path("reconcile.db"), "SELECT process_id, pid_namespace, host FROM writer_lease")[0]

const run = ["run", "--once", ...fast]

/** The command under another parent than this process, as its own group, so that all of it can be ended. */
const startUnder = (world: World, url: string, command: string, args: ReadonlyArray<string>) =>
  spawn(command, args, {
    cwd: world.folder,
    env: { ...world.env, ...account(url), NODE: process.execPath, BIN: bin },
    stdio: "ignore",
    detached: true
  })

const end = async (child: ChildProcess) => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, "close")
  process.kill(-child.pid, "SIGKILL")
  await ended
}

describe.concurrent("a run that was killed", () => {
  it.skipIf(process.platform !== "linux")(
    "is followed by the next at once, even if its parent has not reaped it",
    inWorld(async (world) => {
      await prepared(world)
      const { asked, listener } = keepingTheFirst()
      const url = await world.serve(listener)
      // `sleep` takes the shell's place and never waits for the child that it was given.
      const script = `"$NODE" "$BIN" ${run.join(" ")} & exec sleep 600`
      const parent = startUnder(world, url, "sh", ["-c", script])
      try {
        await asked
        const holder = Number(holderIn(world)?.process_id)
        process.kill(holder, "SIGKILL")
        expectDone(await world.run(run, { env: account(url) }))
        // It has ended, and its ID still stands for it.
        expect(process.kill(holder, 0)).toBe(true)
      } finally {
        await end(parent)
      }
    })
  )
})

const namespaced = ["--pid", "--fork", "--mount-proc", "--kill-child"]
const hasNamespaces =
  process.platform === "linux" && spawnSync("unshare", [...namespaced, "true"]).status === 0

// Making a PID namespace needs root, and a system that has them.
describe
  .runIf(hasNamespaces)
  .concurrent("runs in two containers of one host name that share a volume", () => {
    const startInContainer = (world: World, url: string) =>
      startUnder(world, url, "unshare", [...namespaced, process.execPath, bin, ...run])

    it(
      "does not lose the file to another one with the same process ID",
      inWorld(async (world) => {
        await prepared(world)
        const { asked, listener } = keepingTheFirst()
        const url = await world.serve(listener)
        const first = startInContainer(world, url)
        try {
          await asked
          const holder = holderIn(world)
          expect(holder?.process_id).toBe(1)
          const second = spawn("unshare", [...namespaced, process.execPath, bin, ...run], {
            cwd: world.folder,
            env: { ...world.env, ...account(url) }
          })
          const stderr: Array<string> = []
          second.stderr.on("data", (data) => stderr.push(String(data)))
          const [code] = await once(second, "close")
          expectRefusal(
            { code, signal: null, stdout: "", stderr: stderr.join("") },
            7,
            /another run has been working on it since .*process 1 on /
          )
          expect(holderIn(world)).toEqual(holder)
        } finally {
          await end(first)
        }
      }),
      30_000
    )
  })
