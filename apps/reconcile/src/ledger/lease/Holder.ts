import { randomUUID } from "node:crypto"
import { readFileSync, readlinkSync } from "node:fs"
import { hostname } from "node:os"
import * as Context from "effect/Context"

/** What tells one process from every other, also where process IDs and host names repeat, as in containers. */
export interface Holder {
  /** Random, and new in each process. */
  readonly instance: string
  /** The start of the system it runs on. `null` where the system does not name it. */
  readonly bootId: string | null
  /** Where its process ID counts. `null` where the system does not name it. */
  readonly pidNamespace: string | null
  readonly host: string
  readonly processId: number
  /** When the process started, and on which clock: a later process may get the same ID. `null` where it cannot be read. */
  readonly processStart: string | null
}

const orNull = (read: () => string): string | null => {
  try {
    return read().trim()
  } catch {
    return null
  }
}

/** Boot-time clocks may be shifted for some processes only; times of two such groups say nothing about each other. */
const clockName = () => orNull(() => readlinkSync("/proc/self/ns/time")) ?? "the only clock"

/** State and start of a process as `/proc/PID/stat` has them; nothing where `/proc` is absent or another namespace's. */
const statOf = (pid: number) => {
  if (orNull(() => readlinkSync("/proc/self")) !== String(process.pid)) return undefined
  const text = orNull(() => readFileSync(`/proc/${pid}/stat`, "utf8"))
  // The second field is the program's name in parentheses and may hold anything. Of the others, the first is the state.
  const [state, ...rest] = text?.slice(text.lastIndexOf(")") + 2).split(" ") ?? []
  const ticks = rest[18]
  return state === undefined || ticks === undefined
    ? undefined
    : { hasEnded: /^[ZXx]$/.test(state), start: `${ticks} of ${clockName()}` }
}

const self = (): Holder => ({
  instance: randomUUID(),
  bootId: orNull(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8")),
  pidNamespace: orNull(() => readlinkSync("/proc/self/ns/pid")),
  host: hostname(),
  processId: process.pid,
  processStart: statOf(process.pid)?.start ?? null
})

/** The process that this code runs in. */
export class ThisProcess extends Context.Reference<ThisProcess>()("ac-reconcile/ThisProcess", {
  defaultValue: self
}) {}

/** `out-of-sight`: it may be there or not, and nothing on this side can tell. */
export type Sight = "there" | "gone" | "out-of-sight"

const signalled = (pid: number): Sight => {
  try {
    process.kill(pid, 0)
    return "there"
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined
    return code === "ESRCH" ? "gone" : code === "EPERM" ? "there" : "out-of-sight"
  }
}

/** Whether a process is still there, as far as this one can see. */
export const lookFor = (holder: Holder, me: Holder): Sight => {
  if (holder.instance === me.instance) return "there"
  const isNear =
    holder.bootId !== null &&
    holder.bootId === me.bootId &&
    holder.pidNamespace !== null &&
    holder.pidNamespace === me.pidNamespace
  if (!isNear) return "out-of-sight"
  // A former life: the first process of a container has the same ID each time.
  if (holder.processId === me.processId) return "gone"
  const signal = signalled(holder.processId)
  if (signal !== "there") return signal
  const stat = statOf(holder.processId)
  if (stat?.hasEnded === true) return "gone"
  if (stat === undefined || holder.processStart === null) return "out-of-sight"
  if (stat.start === holder.processStart) return "there"
  return holder.processStart.endsWith(` of ${clockName()}`) ? "gone" : "out-of-sight"
}
