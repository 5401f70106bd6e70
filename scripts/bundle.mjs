// The command in a few files, of which each call loads what it needs: cron jobs start often.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import { parseArgs } from "node:util"
import { build } from "esbuild"

// Tests build the command of a later version, by other migrations, into a folder of their own.
const { values } = parseArgs({ options: { outdir: { type: "string" }, migrations: { type: "string" } } })
const dist = values.outdir ?? "apps/reconcile/dist"

const otherMigrations = (file) => ({
  name: "other-migrations",
  setup: ({ onResolve }) => {
    onResolve({ filter: /\/migrations\.js$/ }, ({ importer }) =>
      importer === file ? undefined : { path: file }
    )
  }
})

/** What is used of undici's front door. All of it is a third of the command, and loads the fetch of Node besides. */
const leanUndici = {
  name: "lean-undici",
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]undici[\\/]index\.js$/ }, ({ path }) => ({
      resolveDir: dirname(path),
      contents: `
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
    }))
  }
}

const builtin = new RegExp(`^(node:)?(${builtinModules.join("|")})$`)

/**
 * Node's own modules without its `import`, which reads every property of them: that loads what nobody asked for, the fetch
 * of Node for one name in `http`, all streams for one in `fs`.
 */
const lazyBuiltins = {
  name: "lazy-builtins",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: builtin }, ({ kind, path }) =>
      kind === "require-call"
        ? { path, external: true }
        : { path: path.replace(/^node:/, ""), namespace: "builtin", sideEffects: false }
    )
    onLoad({ filter: /^/, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule("node:${path}")`
    }))
  }
}

const options = {
  bundle: true,
  plugins: [
    leanUndici,
    lazyBuiltins,
    ...(values.migrations === undefined ? [] : [otherMigrations(values.migrations)])
  ],
  platform: "node",
  format: "esm",
  target: "node20",
  // The native addon cannot be bundled. Which one is required is decided as the command starts.
  alias: { "better-sqlite3": "./apps/reconcile/src/sqliteDriver.ts" },
  banner: {
    js: 'const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);'
  },
  logLevel: "warning"
}

// Files of another build have other names.
rmSync(`${dist}/chunks`, { recursive: true, force: true })
const { metafile } = await build({
  ...options,
  metafile: true,
  entryPoints: ["apps/reconcile/src/bin.ts"],
  outdir: dist,
  chunkNames: "chunks/[name]-[hash]",
  splitting: true,
  minify: true,
  sourcemap: "linked",
  sourcesContent: false
})

if (values.outdir !== undefined) process.exit()

// Help is written now, so that nothing needs to be loaded for it.
const writer = `${dist}/helpTexts.js`
await build({ ...options, entryPoints: ["apps/reconcile/src/cli/help/helpTexts.ts"], outfile: writer })
const { helpTexts } = await import(pathToFileURL(writer).href)
writeFileSync(`${dist}/help.json`, JSON.stringify(helpTexts()))
rmSync(writer)

// The bundle carries other people's work; their licences go with it.
const packageOf = (input) => {
  const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input) ?? []
  return folder
}

const packagesOf = (inputs) =>
  [...new Set(inputs.map(packageOf).filter((folder) => folder !== undefined))].sort()

const licenceOf = (folder) => {
  const { license, name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  // Some packages keep the text at the root of their repository alone.
  const text = file === undefined ? `Licence: ${license}` : readFileSync(join(folder, file), "utf8").trim()
  return { name: `${name} ${version}`, text }
}

/** Licences for a page that is given away: each text once, below the packages that have it and their authors. */
const shortNotices = (folders) => {
  const packages = new Map()
  for (const { name, text } of folders.map(licenceOf)) {
    const authors = text.match(/^Copyright.*$/gm) ?? []
    const terms = text
      .replace(/^Copyright.*$/gm, "")
      .replace(/\s+/g, " ")
      .trim()
    packages.set(terms, [...(packages.get(terms) ?? []), [name, ...authors].join(", ")])
  }
  return [...packages].map(([terms, names]) => `${names.join("\n")}\n\n${terms}`).join("\n\n")
}

/** The code and the look of the page that `report --html` writes, in one file that no other command reads. */
const buildReportPage = async () => {
  const part = (entry) =>
    build({
      bundle: true,
      minify: true,
      metafile: true,
      write: false,
      format: "iife",
      target: ["chrome110", "firefox110", "safari16"],
      charset: "ascii",
      legalComments: "none",
      logLevel: "warning",
      entryPoints: [`apps/reconcile/page/${entry}`]
    })
  const [script, style] = await Promise.all([part("main.ts"), part("page.css")])
  const [{ text: code }] = script.outputFiles
  const [{ text: look }] = style.outputFiles
  // Either would end the element that it stands in.
  if (/<\/script|<!--/i.test(code) || /<\/style/i.test(look))
    throw new Error("the report's page would end early")
  const [{ inputs }] = Object.values(script.metafile.outputs)
  const used = Object.keys(inputs).filter((input) => inputs[input].bytesInOutput > 0)
  const page = { script: code, style: look.trim(), notices: shortNotices(packagesOf(used)) }
  writeFileSync(`${dist}/report-page.json`, JSON.stringify(page))
  return used
}

const pageInputs = await buildReportPage()

const notices = packagesOf([...Object.keys(metafile.inputs), ...pageInputs]).map((folder) => {
  const { name, text } = licenceOf(folder)
  return `${name}\n\n${text}\n`
})
writeFileSync(
  `${dist}/THIRD-PARTY-NOTICES.txt`,
  `This command contains the following packages.\n\n${notices.join(`\n${"-".repeat(80)}\n\n`)}`
)
