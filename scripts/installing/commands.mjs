// Other programs, run to their end without blocking: a registry or a simulator of ours may serve them meanwhile.
import { spawn } from "node:child_process"

/** How the registry is reached may be set in the environment, too. */
const reach = /^npm_config_(registry|proxy|https[-_]proxy|noproxy|ca|cafile|strict[-_]ssl|userconfig)$/i

/** Without what npm and pnpm hand down to scripts, which would reconfigure every npm that is started below them. */
const environment = (set) => {
  // To npm, names in upper and lower case are the same.
  const given = new Set(Object.keys(set).map((name) => name.toLowerCase()))
  const inherited = Object.entries(process.env).filter(
    ([name]) => !given.has(name.toLowerCase()) && (reach.test(name) || !/^(npm_|pnpm_|INIT_CWD$)/i.test(name))
  )
  return { ...Object.fromEntries(inherited), ...set }
}

/** How a program ended, and what it said. */
export const ended = (command, args, { cwd, env = {} } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: environment(env),
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32"
    })
    const said = { stdout: "", stderr: "" }
    for (const name of ["stdout", "stderr"])
      child[name].setEncoding("utf8").on("data", (text) => {
        said[name] += text
      })
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, ...said }))
  })

/** What a program prints that has to succeed. */
export const run = async (command, args, options) => {
  const { code, stderr, stdout } = await ended(command, args, options)
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} failed with ${code}\n${stdout}${stderr}`)
  return stdout
}

/** A program that goes on, and its first words. */
export const started = (command, args, { cwd, env = {} } = {}) => {
  const child = spawn(command, args, {
    cwd,
    env: environment(env),
    stdio: ["ignore", "pipe", "pipe"]
  })
  const closed = new Promise((resolve) => child.on("close", (_code, signal) => resolve(signal)))
  const said = new Promise((resolve, reject) => {
    let stderr = ""
    child.stdout.setEncoding("utf8").once("data", resolve)
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text
    })
    child.on("error", reject)
    child.on("close", (code) => reject(new Error(`${command} ended with ${code}: ${stderr}`)))
  })
  // A program may end without a word.
  said.catch(() => {})
  return {
    closed,
    said,
    kill: (signal) => {
      child.kill(signal)
      return closed
    }
  }
}
