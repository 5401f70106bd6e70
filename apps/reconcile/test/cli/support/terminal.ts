import { execFile, spawnSync } from "node:child_process"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { promisify } from "node:util"
import { it } from "vitest"
import { bin, type World } from "./World.js"

const hasTmux = spawnSync("tmux", ["-V"]).status === 0

/** The usual pager. */
export const hasLess = spawnSync("less", ["--version"]).status === 0

if (!hasTmux && process.env.AC_TERMINALS === "required") {
  throw new Error("tmux is not installed, and AC_TERMINALS=required does not let these tests be skipped.")
}
if (!hasLess && process.env.AC_TERMINALS === "required") {
  throw new Error(
    "less is not installed, and AC_TERMINALS=required does not let the tests with it be skipped."
  )
}
if (!hasTmux) process.stderr.write("Skipped: tmux is not installed, so nothing is played in a terminal.\n")

/** A test in a real terminal; skipped where there is no tmux. */
export const inTerminal = (name: string, test: () => Promise<void>): void => {
  it.skipIf(!hasTmux)(name, test)
}

export interface Size {
  readonly columns: number
  readonly rows: number
}

export interface Terminal {
  /** What can be read on it now, without empty lines at the end. */
  readonly shown: () => Promise<string>
  /** Waits until it shows text like this. */
  readonly until: (pattern: RegExp) => Promise<string>
  readonly press: (key: string) => Promise<void>
  readonly close: () => Promise<void>
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

// Not synchronous: the account that the command asks is served by this process.
const run = promisify(execFile)

/** Runs the command in a terminal of this size, and afterwards shows its exit code. */
export const open = async (
  world: World,
  args: ReadonlyArray<string>,
  { columns, env = {}, rows }: Size & { readonly env?: Readonly<Record<string, string>> }
): Promise<Terminal> => {
  const socket = join(world.folder, `tmux-${Math.random().toString(36).slice(2)}`)
  const tmux = (...words: ReadonlyArray<string>) =>
    run("tmux", ["-S", socket, "-f", "/dev/null", ...words], { encoding: "utf8" })
  const all = { ...world.env, ...env, LANG: "C.UTF-8", LC_ALL: "C.UTF-8" }
  const settings = Object.entries(all).map(([name, value]) => `${name}=${quoted(value)}`)
  const command = [process.execPath, bin, ...args].map(quoted).join(" ")
  const script = `cd ${quoted(world.folder)} && env -u NO_COLOR -u CI ${settings.join(" ")} ${command}; echo "exit code $?"; sleep 600`
  await tmux("-u", "new-session", "-d", "-x", String(columns), "-y", String(rows), script)
  const shown = async () => (await tmux("capture-pane", "-p", "-S", "-200")).stdout.trimEnd()
  return {
    shown,
    until: async (pattern) => {
      for (let tries = 0; tries < 600; tries++) {
        const text = await shown()
        if (pattern.test(text)) return text
        await sleep(100)
      }
      throw new Error(`The terminal never showed ${pattern}:\n${await shown()}`)
    },
    press: async (key) => {
      await tmux("send-keys", key)
    },
    close: async () => {
      await tmux("kill-server")
    }
  }
}
