// Packs ac-reconcile, installs it as a stranger would on each Node with each npm, and uses it: the demo, a query, a job that
// is killed and taken up again. Usage: node scripts/install-matrix.mjs [--row NODE/npm/SCRIPTS/WAY]... [--write]
//   --row    only the rows that begin like this, as 24, 24/npm12 or 20.20/npm11/blocked/global; any number of them
//   --write  put what came out into docs/compatibility.md; takes all rows
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { parseArgs } from "node:util"
import { run } from "./installing/commands.mjs"
import { journey, sentence } from "./installing/journey.mjs"
import { packed, root } from "./installing/packed.mjs"
import { registryOf } from "./installing/registry.mjs"
import { nodeOf, npmOf } from "./installing/toolchain.mjs"

const { values: options } = parseArgs({
  options: {
    row: { type: "string", multiple: true, default: [] },
    write: { type: "boolean", default: false }
  }
})

// npm 12 does not run on Node 20, and runs no install script that was not allowed; npm 11 has to be told.
const rows = [
  ["20.20", "11", "allowed"],
  ["20.20", "11", "blocked"],
  ...["22", "24", "26"].flatMap((node) => ["11", "12"].map((npm) => [node, npm, "blocked"]))
]
  .flatMap(([node, npm, scripts]) => ["local", "global"].map((way) => ({ node, npm, scripts, way })))
  .map((row) => ({ ...row, name: `${row.node}/npm${row.npm}/${row.scripts}/${row.way}` }))
const chosen = rows.filter(
  ({ name }) =>
    options.row.length === 0 || options.row.some((start) => name === start || name.startsWith(`${start}/`))
)
if (chosen.length === 0 || (options.write && chosen.length < rows.length)) {
  console.error(
    `${options.write ? "--write takes all rows" : "no such row"}; the rows are:\n${rows.map(({ name }) => `  ${name}`).join("\n")}`
  )
  process.exit(2)
}

const work = mkdtempSync(join(tmpdir(), "install-matrix-"))

/** Each version is fetched once, however many rows want it. */
const once = (fetch) => {
  const fetched = new Map()
  return (version) => {
    if (!fetched.has(version)) fetched.set(version, fetch(version, join(work, "tools")))
    return fetched.get(version)
  }
}
const node = once(nodeOf)
const npm = once(npmOf)

/** Runs one row; what was said of it. Throws where it does not do as it should. */
const tried = async (row, registry) => {
  const { folder: nodeFolder, program, version } = await node(row.node)
  const npmFolder = await npm(row.npm)
  const folder = join(work, row.name.replaceAll("/", "-"))
  const prefix = join(folder, "prefix")
  mkdirSync(prefix, { recursive: true })
  const env = {
    PATH: [nodeFolder, process.env.PATH].join(delimiter),
    ...registry.env,
    npm_config_cache: join(work, "cache"),
    // What it compiles is compiled for the Node that was fetched.
    npm_config_devdir: join(work, "headers"),
    ...(row.npm === "11" && row.scripts === "blocked" && { npm_config_ignore_scripts: "true" })
  }
  const npmCli = join(npmFolder, "npm-cli.js")
  const npmVersion = (await run(program, [npmCli, "--version"], { env })).trim()
  const isGlobal = row.way === "global"
  if (!isGlobal) writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }))
  await run(
    program,
    [npmCli, "install", ...(isGlobal ? ["--global", "--prefix", prefix] : []), "ac-reconcile"],
    { cwd: folder, env }
  )
  const calling = [
    isGlobal ? join(prefix, "bin/ac-reconcile") : join(folder, "node_modules/.bin/ac-reconcile")
  ]
  const facts = { ...row, nodeVersion: version, npmVersion }
  if (row.node === "20.20" && row.scripts === "blocked")
    return {
      ...facts,
      outcome: "ends with the sentence below",
      said: await sentence({ calling, env, folder })
    }
  await journey({ calling, env, folder })
  return { ...facts, outcome: "works" }
}

const tableOf = (results) => [
  "| Node | npm | install scripts | installed | outcome |",
  "| ---- | --- | --------------- | --------- | ------- |",
  ...results.map(
    ({ node, nodeVersion = node, npm, npmVersion = npm, outcome, scripts, way }) =>
      `| ${nodeVersion} | ${npmVersion} | ${scripts} | ${way === "global" ? "with `--global`" : "in a folder"} | ${outcome} |`
  )
]

/** Between these lines stands what came out; the rest of the page is written by hand. */
const marks = ["<!-- What `pnpm matrix --write` found begins here. -->", "<!-- It ends here. -->"]
const write = async (results) => {
  const file = join(root, "docs/compatibility.md")
  const [before, rest] = readFileSync(file, "utf8").split(marks[0])
  const after = rest?.split(marks[1])[1]
  if (after === undefined) throw new Error(`${file} lacks the lines around the table`)
  const sentences = [...new Set(results.flatMap(({ said }) => said ?? []))]
  const { version } = JSON.parse(readFileSync(join(root, "apps/reconcile/package.json"), "utf8"))
  const day = new Date().toISOString().slice(0, 10)
  const body = [
    marks[0],
    "",
    `ac-reconcile ${version}, on ${process.platform} ${process.arch}, ${day}:`,
    "",
    ...tableOf(results),
    "",
    ...sentences.flatMap((text) => ["```text", text, "```", ""]),
    marks[1]
  ]
  writeFileSync(file, `${before}${body.join("\n")}${after}`)
  await run(join(root, "node_modules/.bin/biome"), ["format", "--write", file], { cwd: root })
}

let registry
try {
  registry = await registryOf(await packed(join(work, "tarballs")))
  const results = []
  for (const row of chosen) {
    const start = performance.now()
    const result = await tried(row, registry).catch((error) => ({ ...row, outcome: "FAILED", error }))
    const seconds = Math.round((performance.now() - start) / 1000)
    console.error(`${row.name}: ${result.outcome}, ${seconds} s`)
    if (result.error !== undefined) console.error(result.error)
    results.push(result)
  }
  console.log(tableOf(results).join("\n"))
  if (results.some(({ error }) => error !== undefined)) process.exitCode = 1
  else if (options.write) await write(results)
} finally {
  registry?.close()
  rmSync(work, { recursive: true, force: true })
}
