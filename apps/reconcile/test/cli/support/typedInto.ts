import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { bin, type World } from "./World.js"

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

/** Whether script(1) of util-linux is there, which gives a process a terminal. */
export const hasTerminal = spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0

const key = { enter: "\r", down: "\u001b[B", interrupt: "\u0003" } as const

export const typing = (text: string, how: keyof typeof key = "enter") => `${text}${key[how]}`

/** Runs the command on a terminal, and types as it asks; its exit code and all that the terminal was sent. */
export const onTerminal = (
  world: World,
  args: ReadonlyArray<string>,
  typed: ReadonlyArray<readonly [shown: RegExp, keys: string]>
): Promise<{ readonly code: number | null; readonly screen: string }> =>
  new Promise((resolve, reject) => {
    const command = [process.execPath, bin, ...args].map(quoted).join(" ")
    const child: ChildProcess = spawn("script", ["-qec", command, "/dev/null"], {
      cwd: world.folder,
      env: { ...world.env, TERM: "xterm", SHELL: "/bin/sh" },
      stdio: ["pipe", "pipe", "inherit"]
    })
    let screen = ""
    let seen = 0
    const left = [...typed]
    child.stdout?.setEncoding("utf8")
    child.stdout?.on("data", (text: string) => {
      screen += text
      const [next] = left
      if (next === undefined || !next[0].test(screen.slice(seen))) return
      seen = screen.length
      left.shift()
      child.stdin?.write(next[1])
    })
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, screen }))
  })
