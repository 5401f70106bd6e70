// What would be published: packed, examined, weighed, installed by the lines in the docs, and used from outside the workspace.
// Usage: node scripts/packages.mjs [--contents]   with --contents, every file of every package is listed
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { run } from "./installing/commands.mjs"
import { packed, root } from "./installing/packed.mjs"
import { registryOf } from "./installing/registry.mjs"

const { values: options } = parseArgs({ options: { contents: { type: "boolean", default: false } } })
const work = mkdtempSync(join(tmpdir(), "packages-"))
const bin = (name) => join(root, "node_modules/.bin", name)
const kib = (bytes) => Math.ceil(bytes / 1024)

/** Refuses a package that has outgrown what scripts/ceilings.json allows it, in KiB. */
const weigh = (packages) => {
  const ceilings = JSON.parse(readFileSync(join(root, "scripts/ceilings.json"), "utf8"))
  const sizes = packages.map(({ contents, name }) => ({
    name,
    packed: kib(contents.size),
    unpacked: kib(contents.unpackedSize),
    files: contents.entryCount,
    ceiling: ceilings[name]
  }))
  for (const { ceiling, files, name, packed, unpacked } of sizes)
    console.log(
      `${name}: ${packed} of ${ceiling?.packed} KiB packed, ${unpacked} of ${ceiling?.unpacked} KiB in ${files} files`
    )
  const heavy = sizes.filter(
    ({ ceiling, packed, unpacked }) => !(packed <= ceiling?.packed && unpacked <= ceiling?.unpacked)
  )
  if (heavy.length > 0)
    throw new Error(`over the ceiling in scripts/ceilings.json: ${heavy.map(({ name }) => name).join(", ")}`)
}

const list = (packages) => {
  for (const { contents, name } of packages) {
    console.log(`\n${name}`)
    for (const { path, size } of contents.files) console.log(`  ${String(size).padStart(8)}  ${path}`)
  }
}

/** The pages that say how to install something, each with its lines and its examples. */
const pages = () => {
  const files = [
    "README.md",
    "packages/core/README.md",
    "packages/simulator/README.md",
    "packages/cluster/README.md",
    "apps/reconcile/README.md"
  ]
  return [...files, ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)]
    .filter((file) => file.endsWith(".md"))
    .map((file) => {
      const text = readFileSync(join(root, file), "utf8")
      const blocks = (language) =>
        [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
          ([, code]) => code
        )
      const lines = blocks("sh").flatMap((code) => code.match(/^npm install .*$/gm) ?? [])
      return { file, lines, examples: blocks("ts") }
    })
    .filter(({ lines }) => lines.length > 0)
}

const compile = async (folder, examples) => {
  const files = examples.map((code, index) => {
    writeFileSync(join(folder, `example${index}.ts`), `${code}\nexport {}\n`)
    return `example${index}.ts`
  })
  const strict = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--lib", "es2023,dom"]
  for (const [module, resolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"]
  ])
    await run(bin("tsc"), [...strict, "--module", module, "--moduleResolution", resolution, ...files], {
      cwd: folder
    })
}

/** A second copy of the library or of its peers would know none of the first one's types. */
const findOnce = async (folder, env) => {
  for (const name of ["effect", "@effect/platform", "effect-activecampaign"]) {
    const listed = await run("npm", ["ls", "--all", "--parseable", name], { cwd: folder, env })
    const copies = new Set(listed.trim().split("\n"))
    if (copies.size > 1) throw new Error(`${name} is there more than once:\n${[...copies].join("\n")}`)
  }
}

/** Does what a page says, word for word. Nothing but the registry of our packages is added. */
const follow = async ({ examples, file, lines }, registry) => {
  const folder = join(work, file.replaceAll("/", "_"))
  const prefix = join(folder, "prefix")
  mkdirSync(prefix, { recursive: true })
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }))
  const env = {
    ...registry.env,
    npm_config_prefix: prefix,
    npm_config_ignore_scripts: "true"
  }
  for (const line of lines) await run("sh", ["-c", line], { cwd: folder, env })
  // Fails over a peer that is missing or does not fit.
  await run("npm", ["ls", "--all"], { cwd: folder, env })
  const command = join(prefix, "bin/ac-reconcile")
  if (existsSync(command)) {
    await run(command, ["--help"])
    if (!existsSync(join(prefix, "share/man/man1/ac-reconcile.1")))
      throw new Error(`${file}: npm installs the command without its man page`)
  }
  if (existsSync(join(folder, "node_modules"))) {
    await compile(folder, examples)
    await findOnce(folder, env)
  }
  console.log(`${file}: installs by its own lines; examples that compile: ${examples.length}`)
  if (!existsSync(join(folder, "node_modules/vitest"))) return
  const tests = examples.filter((code) => code.includes('"@effect/vitest"'))
  tests.forEach((code, index) => {
    writeFileSync(join(folder, `example${index}.test.ts`), code)
  })
  await run("npx", ["vitest", "run"], { cwd: folder, env })
  console.log(`${file}: tests that pass: ${tests.length}`)
}

/** The command, with its one dependency and nothing else of the workspace. */
const use = async (command) => {
  const folder = join(work, "installed")
  mkdirSync(join(folder, "node_modules"), { recursive: true })
  await run("tar", ["-xzf", command.tarball], { cwd: folder })
  const isNode20 = Number(process.versions.node.split(".", 1)[0]) < 22
  const driver = isNode20 ? "ac-reconcile-sqlite-node20" : "better-sqlite3"
  symlinkSync(
    realpathSync(join(root, "apps/reconcile/node_modules", driver)),
    join(folder, "node_modules", driver)
  )
  await run(process.execPath, ["package/bin/ac-reconcile.js", "demo", "--json"], { cwd: folder })
  console.log("the command runs from its package")
}

let registry
try {
  const packages = await packed(work)
  for (const { tarball } of packages) await run(bin("publint"), ["run", tarball, "--strict"])
  for (const { tarball } of packages.filter(({ manifest }) => manifest.exports !== undefined))
    await run(bin("attw"), [tarball, "--profile", "esm-only"])
  console.log("packed; publint and attw are content")
  weigh(packages)
  if (options.contents) list(packages)
  registry = await registryOf(packages)
  for (const page of pages()) await follow(page, registry)
  await use(packages.find(({ name }) => name === "ac-reconcile"))
} finally {
  registry?.close()
  rmSync(work, { recursive: true, force: true })
}
