// The licences of other people's work that a bundle carries.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** The folder of the package that a module is from. */
const packageOf = (module) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module)?.[1]

const packagesOf = (modules) =>
  [...new Set(modules.map(packageOf).filter((folder) => folder !== undefined))].sort()

const licenceOf = (folder) => {
  const { license, name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  // Some packages keep the text at the root of their repository alone.
  const text = file === undefined ? `Licence: ${license}` : readFileSync(join(folder, file), "utf8").trim()
  return { name: `${name} ${version}`, text }
}

/** The licence of each package that these modules are from, in full. */
export const noticesOf = (modules) => {
  const notices = packagesOf(modules).map((folder) => {
    const { name, text } = licenceOf(folder)
    return `${name}\n\n${text}\n`
  })
  return `contains the following packages.\n\n${notices.join(`\n${"-".repeat(80)}\n\n`)}`
}

/** For a page that is given away: each text once, below the packages that have it and their authors. */
export const shortNoticesOf = (modules) => {
  const packages = new Map()
  for (const { name, text } of packagesOf(modules).map(licenceOf)) {
    const authors = text.match(/^Copyright.*$/gm) ?? []
    const terms = text
      .replace(/^Copyright.*$/gm, "")
      .replace(/\s+/g, " ")
      .trim()
    packages.set(terms, [...(packages.get(terms) ?? []), [name, ...authors].join(", ")])
  }
  return [...packages].map(([terms, names]) => `${names.join("\n")}\n\n${terms}`).join("\n\n")
}
