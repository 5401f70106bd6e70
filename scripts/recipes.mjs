// Recipes are code that a reader copies. Each is a page and a file of the same name in docs/recipes: the page shows the
// file word for word, and a check of that name in docs/recipes/checks runs it against the simulator.
//
//   node scripts/recipes.mjs [name …]
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const folder = join(root, "docs/recipes")
const longest = 120_000

const fail = (why) => {
  console.error(why)
  process.exit(1)
}

const named = (place) =>
  readdirSync(join(folder, place))
    .filter((file) => file.endsWith(".ts") && file !== "support.ts")
    .map((file) => file.slice(0, -3))
const all = [...new Set([...named("."), ...named("checks")])].sort()
const asked = process.argv.slice(2)
const unknown = asked.find((name) => !all.includes(name))
if (unknown !== undefined) fail(`there is no recipe ${unknown}: ${all.join(", ")}`)
const recipes = asked.length === 0 ? all : asked

for (const name of recipes) {
  for (const file of [`${name}.md`, `${name}.ts`, `checks/${name}.ts`]) {
    if (!existsSync(join(folder, file))) fail(`the recipe ${name} has no docs/recipes/${file}`)
  }
  const page = readFileSync(join(folder, `${name}.md`), "utf8")
  const shown = [...page.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code)
  const code = readFileSync(join(folder, `${name}.ts`), "utf8")
  if (shown.length !== 1 || shown[0] !== code) {
    fail(
      `docs/recipes/${name}.md does not show docs/recipes/${name}.ts, word for word, in its one block of TypeScript`
    )
  }
}

const index = readFileSync(join(folder, "README.md"), "utf8")
const unlisted = recipes.find((name) => !index.includes(`(${name}.md)`))
if (unlisted !== undefined) fail(`docs/recipes/README.md does not list ${unlisted}.md`)

const tsc = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b", folder], {
  stdio: "inherit"
})
if (tsc.status !== 0) process.exit(tsc.status ?? 1)

for (const name of recipes) {
  const { error, status, stderr, stdout } = spawnSync(
    process.execPath,
    [join(root, `.recipes/checks/${name}.js`)],
    { encoding: "utf8", timeout: longest }
  )
  if (status !== 0) fail(`the recipe ${name} does not do what it says\n${error ?? ""}${stdout}${stderr}`)
  console.log(`${name}: ${stdout.trim()}`)
}
