import { spawn } from "node:child_process"
import { bin, type Ended, type World } from "./World.js"

/**
 * Runs the command as a line of a shell has it, for what only a shell can do: redirections, limits, processes beside it.
 * The line calls it as `ac`, and another build of it as `later`.
 */
export const shell = (world: World, line: string, later = ""): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(
      "sh",
      ["-c", `ac() { "$NODE" "$BIN" "$@"; }\nlater() { "$NODE" "$LATER" "$@"; }\n${line}`],
      {
        cwd: world.folder,
        env: {
          PATH: process.env.PATH ?? "",
          HOME: world.folder,
          NODE: process.execPath,
          BIN: bin,
          LATER: later
        }
      }
    )
    const output = { stdout: "", stderr: "" }
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8")
      child[name].on("data", (text: string) => {
        output[name] += text
      })
    }
    child.on("error", reject)
    child.on("close", (code, signal) => resolve({ code, signal, ...output }))
  })
