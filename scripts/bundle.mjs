// The command in a few files, of which each call loads what it needs: cron jobs start often.
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { join, resolve } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { parseArgs } from "node:util"
import { build } from "rolldown"
import { noticesOf } from "./bundling/notices.mjs"
import { buildReportPage } from "./bundling/reportPage.mjs"

// Tests build the command of a later version, by other migrations, into a folder of their own.
const { values } = parseArgs({ options: { outdir: { type: "string" }, migrations: { type: "string" } } })
const root = fileURLToPath(new URL("..", import.meta.url))
const source = (path) => join(root, "apps/reconcile/src", path)
const dist = resolve(values.outdir ?? join(root, "apps/reconcile/dist"))

const otherMigrations = (file) => ({
  name: "other-migrations",
  resolveId: {
    filter: { id: /\/migrations\.js$/ },
    handler: (_, importer) => (importer === file ? undefined : file)
  }
})

/** What is used of undici's front door. All of it is a third of the command, and loads the fetch of Node besides. */
const leanUndici = {
  name: "lean-undici",
  load: {
    filter: { id: /[\\/]undici[\\/]index\.js$/ },
    handler: () => `
      import Agent from "./lib/dispatcher/agent.js"
      import Dispatcher from "./lib/dispatcher/dispatcher.js"
      import EnvHttpProxyAgent from "./lib/dispatcher/env-http-proxy-agent.js"
      import Pool from "./lib/dispatcher/pool.js"
      import ProxyAgent from "./lib/dispatcher/proxy-agent.js"
      import api from "./lib/api/index.js"
      import buildConnector from "./lib/core/connect.js"
      import errors from "./lib/core/errors.js"
      import global from "./lib/global.js"
      Object.assign(Dispatcher.prototype, api)
      const { getGlobalDispatcher, setGlobalDispatcher } = global
      export { Agent, buildConnector, Dispatcher, EnvHttpProxyAgent, errors, getGlobalDispatcher, Pool, ProxyAgent, setGlobalDispatcher }
      export default { Agent, buildConnector, Dispatcher, EnvHttpProxyAgent, errors, getGlobalDispatcher, Pool, ProxyAgent, setGlobalDispatcher }
    `
  }
}

const builtin = new RegExp(`^(?:node:)?(?:${builtinModules.join("|")})$`)

/**
 * Node's own modules without its `import`, which reads every property of them: that loads what nobody asked for, the fetch
 * of Node for one name in `http`, all streams for one in `fs`. Those that take long to load wait until they are called.
 */
const lazyBuiltins = {
  name: "lazy-builtins",
  resolveId: {
    filter: { id: builtin },
    handler: (id, importer, { kind }) =>
      kind === "require-call" || importer?.includes("rolldown/runtime")
        ? { id, external: true }
        : { id: `\0builtin:${id.replace(/^node:/, "")}`, moduleSideEffects: false }
  },
  load: {
    filter: { id: /^\0builtin:/ },
    handler: (id) => {
      const name = id.replace("\0builtin:", "")
      const module = `process.getBuiltinModule("node:${name}")`
      const isLate = ["crypto", "readline"].includes(name)
      const exported = Object.entries(process.getBuiltinModule(name)).map(([key, value]) =>
        isLate && typeof value === "function"
          ? `const _${key} = (...args) => ${module}.${key}(...args); export { _${key} as ${key} }`
          : `const _${key} = /* @__PURE__ */ (() => ${module}.${key})(); export { _${key} as ${key} }`
      )
      const all = `const all = /* @__PURE__ */ (() => ${module})(); export { all as default }`
      return { code: [all, ...exported].join("\n"), moduleSideEffects: false }
    }
  }
}

/** The modules that these load at once, by the names of the files. */
const reachable = (files, bundle) => {
  const found = new Set()
  const visit = (id) => {
    if (found.has(id)) return
    found.add(id)
    for (const next of bundle.getModuleInfo(id)?.importedIds ?? []) visit(next)
  }
  files.forEach(visit)
  return found
}

/**
 * What is loaded together, each in one file with all that it needs: by the modules that it begins with. By itself, a
 * bundler makes a file for each set of commands that share something, and a call reads dozens of them.
 */
const parts = {
  // Without SQLite, this much works.
  base: ["bin.ts", "cli/shell/options.ts", "cli/shell/respond.ts", "cli/alert/Webhook.ts"],
  files: ["files/Target.ts"],
  ledger: [
    "ledger/Ledger.ts",
    "ledger/reports/Reports.ts",
    "ledger/reports/Attention.ts",
    "cli/input/knownBatch.ts",
    "cli/output/summary.ts"
  ],
  rows: [
    "cli/input/askedQuestion.ts",
    "cli/input/pipedSql.ts",
    "cli/output/rowFormat.ts",
    "cli/output/writeText.ts",
    "contacts/TextCheck.ts"
  ],
  account: ["cli/shell/account.ts", "cli/shell/waiting.ts"],
  // How a run ends, and who is told: for the commands with --fail-on.
  endings: [
    "cli/shell/runOptions.ts",
    "cli/failOn/facts.ts",
    "cli/output/run/ending.ts",
    "cli/alert/End.ts",
    "ledger/facts/Runs.ts"
  ]
}

/** Needs no ledger, and is not needed with it. What both use is in the base. */
const client = ["cli/shell/accountClient.ts"]

let reached
const partOf = (id, bundle) => {
  reached ??= Object.entries({ ...parts, client }).map(([name, files]) => [
    name,
    reachable(files.map(source), bundle)
  ])
  const [first, ...others] = reached.filter(([, modules]) => modules.has(id)).map(([name]) => name)
  // It waits for a command, which is loaded only once all that it needs itself has been run.
  if (id === source("bin.ts") || first === "client") return null
  return first !== "files" && others.includes("client") ? "base" : (first ?? null)
}

const options = {
  cwd: root,
  platform: "node",
  plugins: [
    leanUndici,
    lazyBuiltins,
    ...(values.migrations === undefined ? [] : [otherMigrations(resolve(values.migrations))])
  ],
  transform: { target: "node20" },
  // The native addon cannot be bundled. Which one is required is decided as the command starts.
  resolve: { alias: { "better-sqlite3": source("sqliteDriver.ts") } },
  // Compared with another account's client only where that client is loaded anyway.
  checks: { ineffectiveDynamicImport: false }
}

// Files of another build have other names.
rmSync(join(dist, "chunks"), { recursive: true, force: true })
const { output } = await build({
  ...options,
  input: { bin: source("bin.ts") },
  // Asked for by the division into parts, which names the dependencies of each itself.
  preserveEntrySignatures: "allow-extension",
  output: {
    dir: dist,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    codeSplitting: { includeDependenciesRecursively: false, groups: [{ debugName: "parts", name: partOf }] },
    minify: true,
    sourcemap: true,
    sourcemapExcludeSources: true
  }
})
if (values.outdir !== undefined) process.exit()

const modulesIn = (files) => files.flatMap((file) => (file.type === "chunk" ? file.moduleIds : []))

const ofPage = await buildReportPage(root, dist)

writeFileSync(
  join(dist, "THIRD-PARTY-NOTICES.txt"),
  `This command ${noticesOf([...modulesIn(output), ...ofPage])}`
)

// Node 20 takes half a millisecond for every file that is required, and keeps no compiled code.
const driver = join(root, "packages/sqlite-node20")
const { output: ofDriver } = await build({
  cwd: driver,
  input: "index.cjs",
  platform: "node",
  external: [/\.node$/, "bindings"],
  output: { dir: "dist", format: "cjs", entryFileNames: "[name].cjs", minify: true }
})
writeFileSync(join(driver, "dist/THIRD-PARTY-NOTICES.txt"), `This driver ${noticesOf(modulesIn(ofDriver))}`)

// Help and what is made like it are written now, so that nothing needs to be loaded for them.
const writer = join(dist, "writtenAtBuild.js")
await build({
  ...options,
  input: source("cli/writtenAtBuild.ts"),
  output: { file: writer, format: "esm", codeSplitting: false }
})
const { completionScripts, helpTexts, manPage } = await import(pathToFileURL(writer).href)
writeFileSync(join(dist, "help.json"), JSON.stringify(helpTexts()))
mkdirSync(join(dist, "completions"), { recursive: true })
for (const [shell, script] of Object.entries(completionScripts()))
  writeFileSync(join(dist, "completions", shell), script)
writeFileSync(join(dist, "ac-reconcile.1"), manPage())
rmSync(writer)
