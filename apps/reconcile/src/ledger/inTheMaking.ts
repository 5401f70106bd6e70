import { existsSync, linkSync, readdirSync, renameSync, rmSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { codeOf } from "./LedgerError.js"

/** The name beside its own under which this process makes a file. */
export const inTheMaking = (file: string): string => `${file}.${process.pid}.new`

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === "EPERM"
  }
}

/** What this process, or one that was killed, has left of a file in the making. */
const unfinished = (file: string) =>
  readdirSync(dirname(file)).flatMap((name) => {
    const pid = name.startsWith(`${basename(file)}.`)
      ? /^\.(\d+)\.new(-\w+)?$/.exec(name.slice(basename(file).length))?.[1]
      : undefined
    if (pid === undefined || (Number(pid) !== process.pid && isRunning(Number(pid)))) return []
    return [join(dirname(file), name)]
  })

export const sweep = (file: string): void => {
  for (const path of unfinished(file)) rmSync(path, { force: true })
}

/** Gives the finished file its name, unless a file has it already. Whether it got it. */
export const nameNew = (made: string, file: string): boolean => {
  try {
    linkSync(made, file)
  } catch {
    // The file system may know no links.
    if (existsSync(file)) return false
    renameSync(made, file)
  }
  return true
}
