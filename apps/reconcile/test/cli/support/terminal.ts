import { execFile, spawnSync } from "node:child_process"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { promisify } from "node:util"
import { it } from "vitest"
import { bin, type World } from "./World.js"

/** Programs that tests in a terminal use, and how each says that it is there. */
const programs = {
  tmux: "-V",
  bash: "--version",
  zsh: "--version",
  fish: "--version",
  groff: "--version",
  less: "--version"
} as const

export type Program = keyof typeof programs

const isThere = (name: Program) => spawnSync(name, [programs[name]]).status === 0

/**
 * Whether these programs are all installed. If not, the tests that need them are skipped, which one line says; where
 * AC_TERMINALS=required, that is an error.
 */
const areThere = (names: ReadonlyArray<Program>): boolean => {
  const missing = names.filter((name) => !isThere(name)).join(", ")
  if (missing === "") return true
  if (process.env.AC_TERMINALS === "required") {
    throw new Error(`Not installed: ${missing}. AC_TERMINALS=required does not let their tests be skipped.`)
  }
  process.stderr.write(`Skipped: ${missing} not installed, so nothing is tested with it.\n`)
  return false
}

/** Tests that run only where these programs are installed. */
export const itNeeds = (...names: ReadonlyArray<Program>) => {
  const skipped = !areThere(names)
  return (name: string, test: () => Promise<void>): void => {
    it.skipIf(skipped)(name, test)
  }
}

/** A test in a real terminal. */
export const inTerminal = itNeeds("tmux")

export interface Size {
  readonly columns: number
  readonly rows: number
}

export interface Terminal {
  /** What can be read on it now and, unless only its screen is asked for, above it; without empty lines at the end. */
  readonly shown: (what?: "screen") => Promise<string>
  /** Waits until it shows text like this. */
  readonly until: (pattern: RegExp, what?: "screen") => Promise<string>
  readonly press: (...keys: ReadonlyArray<string>) => Promise<void>
  readonly type: (text: string) => Promise<void>
  readonly close: () => Promise<void>
}

export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

// Not synchronous: the account that the command asks is served by this process.
const run = promisify(execFile)

interface Options extends Size {
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a line of sh in a terminal of this size. */
export const openLine = async (
  world: World,
  line: string,
  { columns, env = {}, rows }: Options
): Promise<Terminal> => {
  const socket = join(world.folder, `tmux-${Math.random().toString(36).slice(2)}`)
  const tmux = (...words: ReadonlyArray<string>) =>
    run("tmux", ["-S", socket, "-f", "/dev/null", ...words], { encoding: "utf8" })
  const all = { ...world.env, ...env, LANG: "C.UTF-8", LC_ALL: "C.UTF-8" }
  const settings = Object.entries(all).map(([name, value]) => `${name}=${quoted(value)}`)
  const script = `cd ${quoted(world.folder)} && env -u NO_COLOR -u CI ${settings.join(" ")} ${line}`
  await tmux("-u", "new-session", "-d", "-x", String(columns), "-y", String(rows), script)
  const shown = async (what?: "screen") =>
    (await tmux("capture-pane", "-p", ...(what === "screen" ? [] : ["-S", "-200"]))).stdout.trimEnd()
  return {
    shown,
    until: async (pattern, what) => {
      for (let tries = 0; tries < 600; tries++) {
        const text = await shown(what)
        if (pattern.test(text)) return text
        await sleep(what === "screen" ? 25 : 100)
      }
      throw new Error(`The terminal never showed ${pattern}:\n${await shown(what)}`)
    },
    press: async (...keys) => {
      await tmux("send-keys", ...keys)
    },
    type: async (text) => {
      await tmux("send-keys", "-l", "--", text)
    },
    close: async () => {
      // It ends by itself with the last program in it.
      await tmux("kill-server").catch(() => {})
    }
  }
}

/** Runs the command in a terminal of this size, and afterwards shows its exit code. */
export const open = (world: World, args: ReadonlyArray<string>, options: Options): Promise<Terminal> => {
  const command = [process.execPath, bin, ...args].map(quoted).join(" ")
  // The command may have ended before a Ctrl-C that was meant for it: what comes after it must not end, too.
  const after = `echo "exit code $?"; trap '' INT; sleep 600`
  return openLine(world, `sh -c ${quoted(`trap : INT; ${command}; ${after}`)}`, options)
}
