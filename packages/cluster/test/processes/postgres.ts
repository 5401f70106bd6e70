import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"

const script = fileURLToPath(new URL("../../../../scripts/postgres.sh", import.meta.url))

const installed = spawnSync("sh", [
  "-c",
  "ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null || command -v initdb"
])
const isMissing = installed.status !== 0
if (isMissing && process.env.AC_POSTGRES === "required") {
  throw new Error(
    "PostgreSQL is not installed, and AC_POSTGRES=required does not let its tests be skipped: apt-get install postgresql"
  )
}
if (isMissing)
  process.stderr.write("Skipped: PostgreSQL is not installed, so no cluster is tested with it.\n")

/** A test on a real PostgreSQL, in real time; skipped where there is none. */
export const onPostgres = it.scopedLive.skipIf(isMissing)

const starting = async () => {
  const server = spawn("sh", [script, "-c", "fsync=off"], { stdio: ["pipe", "pipe", "inherit"] })
  const lines = createInterface(server.stdout)[Symbol.asyncIterator]()
  const next = async () => {
    const { value } = await lines.next()
    if (typeof value !== "string") throw new Error("PostgreSQL has ended")
    return value
  }
  const tell = (line: string) => {
    server.stdin.write(`${line}\n`)
    return next()
  }
  return {
    url: await next(),
    stop: Effect.promise(() => tell("stop")),
    start: Effect.promise(() => tell("start")),
    end: async () => {
      server.stdin.end()
      if (server.exitCode === null) await once(server, "exit")
    }
  }
}

/** A PostgreSQL of its own, which ends with the scope, and with the process that started it. */
export const postgres = Effect.acquireRelease(Effect.promise(starting), ({ end }) => Effect.promise(end))
