// Writes docs/api from the docstrings of the library, and docs/api/cluster from those of the cluster package; with --check,
// fails where what is there is out of date.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Application } from "typedoc"

const root = fileURLToPath(new URL("..", import.meta.url))
const check = process.argv.includes("--check")
const kept = join(root, "docs/api")
const out = check ? mkdtempSync(join(tmpdir(), "reference-")) : kept

const lean = (text) =>
  text
    .replace(/^#+ (?:Inherited from|Overrides|Extends)\n+(?:(?!#|\*\*\*$).*\n+)*/gm, "")
    .replace(/^#### Constructors\n[\s\S]*?(?=^#{1,4} )/gm, "")

const write = async (name, source, folder) => {
  const modules = readdirSync(join(root, source, "src")).filter((file) => /^[A-Z].*\.ts$/.test(file))
  const app = await Application.bootstrapWithPlugins({
    plugin: ["typedoc-plugin-markdown"],
    entryPoints: modules.map((file) => join(root, source, "src", file)),
    tsconfig: join(root, source, "tsconfig.src.json"),
    readme: "none",
    name,
    disableSources: true,
    excludeExternals: true,
    hideGenerator: true,
    outputs: [{ name: "markdown", path: folder }],
    hideBreadcrumbs: true,
    groupOrder: ["*"],
    categorizeByGroup: false,
    outputFileStrategy: "modules",
    entryFileName: "README",
    parametersFormat: "table",
    classPropertiesFormat: "table",
    interfacePropertiesFormat: "table",
    logLevel: "Warn",
    validation: { notExported: false, invalidLink: true }
  })
  const project = await app.convert()
  if (project === undefined) process.exit(1)
  // What every Schema class inherits would drown what each of them says.
  for (const reflection of Object.values(project.reflections)) {
    reflection.inheritedFrom = undefined
    reflection.overwrites = undefined
    reflection.extendedTypes = undefined
    if (reflection.getSignature) reflection.getSignature.overwrites = undefined
    reflection.comment?.removeTags("@since")
  }
  await app.generateOutputs(project)
  if (app.logger.hasErrors()) process.exit(1)
  for (const file of readdirSync(folder).filter((file) => file.endsWith(".md"))) {
    const path = join(folder, file)
    writeFileSync(path, lean(readFileSync(path, "utf8")))
  }
  return modules.length
}

// The first one empties its folder.
const modules =
  (await write("effect-activecampaign", "packages/core", out)) +
  (await write("effect-activecampaign-cluster", "packages/cluster", join(out, "cluster")))

if (check) {
  const files = (folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md"))
      .sort()
  const read = (folder) =>
    files(folder)
      .map((file) => `${file}\n${readFileSync(join(folder, file), "utf8")}`)
      .join("\n")
  const same = read(out) === read(kept)
  rmSync(out, { recursive: true, force: true })
  if (!same) {
    console.error("docs/api is out of date: run 'pnpm reference' and commit what it writes")
    process.exit(1)
  }
}
console.log(`the reference of ${modules} modules is ${check ? "up to date" : "written"}`)
