// Node and npm in the versions asked for, taken from npm, beside those that run this.
import { mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { run } from "./commands.mjs"

const fetched = async (specifier, name, into) => {
  const folder = join(into, specifier.replace(/[^\w.-]/g, "_"))
  mkdirSync(folder, { recursive: true })
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefix", folder, specifier])
  return join(folder, "node_modules", name)
}

/** The newest Node of a range: its program and version. */
export const nodeOf = async (range, into) => {
  const platform = process.platform === "win32" ? "win" : process.platform
  const name = `node-${platform}-${process.arch}`
  const folder = await fetched(`${name}@${range}`, name, into)
  const program = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node")
  return { program, folder: dirname(program), version: (await run(program, ["--version"])).trim().slice(1) }
}

/** The newest npm of a range: its folder of programs. It runs on the Node that is told to run it. */
export const npmOf = async (range, into) => join(await fetched(`npm@${range}`, "npm", into), "bin")
