import { randomUUID } from "node:crypto"
import { readFileSync, readlinkSync } from "node:fs"
import { hostname } from "node:os"
import * as Context from "effect/Context"

/** What distinguishes a process from every other, even if process IDs and host names repeat, as in containers. */
export interface Holder {
  /** Random, and new in each process. */
  readonly instance: string
  /** The boot ID of its system. `null` if not known. */
  readonly bootId: string | null
  /** The namespace of its process ID. `null` if not known. */
  readonly pidNamespace: string | null
  readonly host: string
  readonly processId: number
  /** When the process started, and on which clock: a later process may get the same ID. `null` if not known. */
  readonly processStart: string | null
}

const orNull = (read: () => string): string | null => {
  try {
    return read().trim()
  } catch {
    return null
  }
}

/** Boot-time clocks may be shifted for some processes only. Times on different clocks cannot be compared. */
const clockName = () => orNull(() => readlinkSync("/proc/self/ns/time")) ?? "the only clock"

/** State and start of a process from `/proc/PID/stat`; undefined if `/proc` is absent or of another namespace. */
const statOf = (pid: number) => {
  if (orNull(() => readlinkSync("/proc/self")) !== String(process.pid)) return undefined
  const text = orNull(() => readFileSync(`/proc/${pid}/stat`, "utf8"))
  // The second field is the program's name in parentheses, which may contain anything. After it comes the state.
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

/** The current process. */
export class ThisProcess extends Context.Reference<ThisProcess>()("ac-reconcile/ThisProcess", {
  defaultValue: self
}) {}

/** `out-of-sight`: it may be running or not; this process cannot see. */
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

/** Whether a process is still running, as far as this one can see. */
export const lookFor = (holder: Holder, me: Holder): Sight => {
  if (holder.instance === me.instance) return "there"
  const isNear =
    holder.bootId !== null &&
    holder.bootId === me.bootId &&
    holder.pidNamespace !== null &&
    holder.pidNamespace === me.pidNamespace
  if (!isNear) return "out-of-sight"
  // An earlier process: the first one in a container has the same ID each time.
  if (holder.processId === me.processId) return "gone"
  const signal = signalled(holder.processId)
  if (signal !== "there") return signal
  const stat = statOf(holder.processId)
  if (stat?.hasEnded === true) return "gone"
  if (stat === undefined || holder.processStart === null) return "out-of-sight"
  if (stat.start === holder.processStart) return "there"
  return holder.processStart.endsWith(` of ${clockName()}`) ? "gone" : "out-of-sight"
}
