import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, normalize, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as index from "effect-activecampaign"

const packages = fileURLToPath(new URL("../..", import.meta.url))

/** What each file of a package imports of the same package, types included. */
const importsOf = (name: string) => {
  const src = join(packages, name, "src")
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"))
  return new Map(
    files.map((file) => {
      const text = readFileSync(join(src, file), "utf8")
      const paths = [...text.matchAll(/^(?:import|export|\}) .*?from "(\.[^"]+)\.js"/gm)].map(([, path]) =>
        relative(".", normalize(join(dirname(file), `${path}.ts`)))
      )
      return [file, paths] as const
    })
  )
}

const circle = (imports: ReadonlyMap<string, ReadonlyArray<string>>) => {
  const done = new Set<string>()
  const visit = (file: string, path: ReadonlyArray<string>): ReadonlyArray<string> => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return []
    for (const next of imports.get(file) ?? []) {
      const found = visit(next, [...path, file])
      if (found.length > 0) return found
    }
    done.add(file)
    return []
  }
  return [...imports.keys()].map((file) => visit(file, [])).find((found) => found.length > 0) ?? []
}

describe.each(["core", "simulator"])("the modules of %s", (name) => {
  it("do not import each other in a circle, not even for types", () => {
    const imports = importsOf(name)
    assert.isAbove([...imports.values()].flat().length, 50)
    assert.deepStrictEqual(circle(imports), [])
  })
})

describe("the index", () => {
  it("has every public module", () => {
    const modules = readdirSync(join(packages, "core/src"))
      .filter((file) => /^[A-Z].*\.ts$/.test(file))
      .map((file) => file.replace(/\.ts$/, ""))
    assert.deepStrictEqual(Object.keys(index).sort(), modules.sort())
  })
})
