// Type-checks every example a reader may copy: the TypeScript in the Markdown files and in the docstrings.
import { spawnSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const target = join(root, ".examples")

const files = [
  "README.md",
  "docs",
  "packages/core",
  "packages/simulator",
  "packages/cluster",
  "apps/reconcile"
].flatMap((place) =>
  place.endsWith(".md")
    ? [place]
    : readdirSync(join(root, place), { recursive: true, encoding: "utf8" })
        .filter((file) => !/(^|\/)(node_modules|dist|dist-test|test)\//.test(file))
        .filter((file) => file.endsWith(".md") || (file.startsWith("src/") && file.endsWith(".ts")))
        .map((file) => join(place, file))
)

const blocksOf = (file) => {
  const text = readFileSync(join(root, file), "utf8")
  if (file.endsWith(".md")) return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code)
  return [...text.matchAll(/^ \* ```ts\n([\s\S]*?)^ \* ```/gm)].map(([, code]) =>
    code.replace(/^ \* ?/gm, "")
  )
}

rmSync(target, { recursive: true, force: true })
mkdirSync(target)
const examples = files.flatMap((file) => blocksOf(file).map((code, index) => ({ file, code, index })))
for (const { code, file, index } of examples) {
  writeFileSync(join(target, `${file.replaceAll("/", "__")}.${index}.ts`), `${code}\nexport {}\n`)
}
writeFileSync(
  join(target, "tsconfig.json"),
  JSON.stringify({
    extends: "../tsconfig.base.json",
    compilerOptions: {
      composite: false,
      incremental: false,
      declaration: false,
      declarationMap: false,
      noEmit: true,
      // An example shows a value and leaves it there.
      noUnusedLocals: false,
      lib: ["ES2023", "DOM"]
    },
    include: ["*.ts"]
  })
)
const { status } = spawnSync(
  process.execPath,
  [join(root, "node_modules/typescript/bin/tsc"), "-p", target],
  {
    stdio: "inherit"
  }
)
if (status === 0) console.log(`${examples.length} examples compile`)
process.exit(status ?? 1)
