// What processes have used, from Linux's /proc.
import { readdirSync, readFileSync } from "node:fs"

const ticksASecond = 100

const stat = (pid) => {
  // The name of a program may have spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ")
  return {
    parent: Number(fields[1]),
    ticks: fields.slice(11, 15).reduce((sum, part) => sum + Number(part), 0)
  }
}

/** Processor seconds of a process and of its children, also of those that have ended. */
export const seconds = (pid) => {
  const running = readdirSync("/proc").filter((name) => /^\d+$/.test(name))
  const family = (parent) => [
    parent,
    ...running
      .filter((child) => {
        try {
          return stat(child).parent === parent
        } catch {
          return false
        }
      })
      .flatMap((child) => family(Number(child)))
  ]
  return family(pid).reduce((sum, one) => sum + stat(one).ticks / ticksASecond, 0)
}

/** The most memory a process had at once, in MiB. */
export const peak = (pid) => {
  const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? []
  return Math.round(Number(kib) / 1024)
}
