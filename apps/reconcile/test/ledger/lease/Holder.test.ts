import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Holder, lookFor, ThisProcess } from "../../../src/ledger/lease/Holder.js"

const me = Effect.runSync(ThisProcess)

const processOf = (processId: number, holder: Partial<Holder> = {}): Holder => ({
  ...me,
  instance: "another",
  processId,
  processStart: null,
  ...holder
})

/** On Linux a process says which boot and namespace it is in; elsewhere none can be seen. */
const onLinux = it.runIf(existsSync("/proc/self/ns/pid"))

const startOf = (pid: number) => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""
}

const clock = me.processStart?.split(" of ")[1]

const whileRunning = async (
  command: string,
  args: ReadonlyArray<string>,
  use: (child: ChildProcess) => void
) => {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"] })
  try {
    await once(child.stdout, "data")
    use(child)
  } finally {
    child.kill("SIGKILL")
  }
}

const pidOf = (child: ChildProcess) => child.pid ?? 0

describe("another process on this boot and in this namespace", () => {
  onLinux("is there while it runs", () =>
    whileRunning(process.execPath, ["-e", "console.log(1); setInterval(() => {}, 1000)"], (child) => {
      const processStart = `${startOf(pidOf(child))} of ${clock}`
      assert.strictEqual(lookFor(processOf(pidOf(child), { processStart }), me), "there")
    })
  )

  onLinux("is gone once its ID stands for a process that started at another time", () =>
    whileRunning(process.execPath, ["-e", "console.log(1); setInterval(() => {}, 1000)"], (child) => {
      assert.strictEqual(lookFor(processOf(pidOf(child), { processStart: `1 of ${clock}` }), me), "gone")
    })
  )

  onLinux("cannot be told from a later one that started by another clock, or at an unknown time", () =>
    whileRunning(process.execPath, ["-e", "console.log(1); setInterval(() => {}, 1000)"], (child) => {
      const pid = pidOf(child)
      assert.strictEqual(lookFor(processOf(pid, { processStart: "1 of time:[1]" }), me), "out-of-sight")
      assert.strictEqual(lookFor(processOf(pid), me), "out-of-sight")
    })
  )

  onLinux("is gone when it has ended", () => {
    const { pid } = spawnSync(process.execPath, ["-e", "0"])
    assert.strictEqual(lookFor(processOf(pid), me), "gone")
  })

  onLinux("is gone when it has ended and its parent has not taken note: a zombie", async () => {
    // The shell becomes `sleep`, which never waits for the child that it was given.
    const script = "sleep 0.2 & echo $!; exec sleep 60"
    const parent = spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] })
    try {
      const [data] = await once(parent.stdout, "data")
      const pid = Number(String(data))
      while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) {
        await new Promise((resolve) => setImmediate(resolve))
      }
      assert.isTrue(process.kill(pid, 0))
      assert.strictEqual(lookFor(processOf(pid, { processStart: `${startOf(pid)} of ${clock}` }), me), "gone")
    } finally {
      parent.kill("SIGKILL")
    }
  })

  onLinux(
    "is gone when it had the process ID of this one: the first process of a container, in a former life",
    () => {
      assert.strictEqual(lookFor(processOf(process.pid, { processStart: me.processStart }), me), "gone")
    }
  )
})

describe("a process that cannot be seen from here", () => {
  const { pid } = spawnSync(process.execPath, ["-e", "0"])
  for (const [where, holder] of Object.entries<Partial<Holder>>({
    "of another boot": { bootId: "another" },
    "of another namespace": { pidNamespace: "pid:[1]" },
    "of a system that does not name its boots": { bootId: null },
    "of a system without namespaces": { pidNamespace: null }
  })) {
    it(`may be running or gone if it is ${where}, even with this process ID or host name`, () => {
      assert.strictEqual(lookFor(processOf(pid, holder), me), "out-of-sight")
      assert.strictEqual(lookFor(processOf(process.pid, holder), me), "out-of-sight")
    })
  }

  it("may be running or gone if this system names neither boot nor namespace", () => {
    const here = { ...me, bootId: null, pidNamespace: null }
    const there = processOf(pid, { bootId: null, pidNamespace: null })
    assert.strictEqual(lookFor(there, here), "out-of-sight")
  })
})

describe("this process", () => {
  it("is there", () => {
    assert.strictEqual(lookFor(me, me), "there")
  })

  onLinux("knows its boot, its namespace and its start", () => {
    assert.match(me.bootId ?? "", /^[0-9a-f-]{36}$/)
    assert.match(me.pidNamespace ?? "", /^pid:\[\d+\]$/)
    assert.strictEqual(me.processStart, `${startOf(process.pid)} of ${clock}`)
  })
})
