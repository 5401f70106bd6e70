// Writes docs/claims.md from the library's list of claims, and the simulator's table of switches into its README, after a
// build; --check fails where either is out of date.
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as OpenApi from "@effect/platform/OpenApi"
import { ActiveCampaignApi } from "effect-activecampaign/ActiveCampaignApi"
import { claims } from "effect-activecampaign/Claim"
import { switches, switchesTable } from "effect-activecampaign-simulator/Scenario"

const root = fileURLToPath(new URL("..", import.meta.url))
const check = process.argv.includes("--check")

/** The claims named below a part of the contract, its references followed. */
const spec = OpenApi.fromApi(ActiveCampaignApi)
const claimsBelow = (json, seen = new Set()) => {
  if (typeof json !== "object" || json === null || seen.has(json)) return []
  seen.add(json)
  const name = json.$ref?.replace("#/components/schemas/", "").replaceAll("~1", "/")
  const referred = name === undefined ? [] : claimsBelow(spec.components.schemas[name], seen)
  return [
    ...(json["x-claims"] ?? []),
    ...referred,
    ...Object.values(json).flatMap((value) => claimsBelow(value, seen))
  ]
}
const operations = Object.entries(spec.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    claims: new Set(claimsBelow(operation))
  }))
)

const cell = (text) => text.replaceAll("|", "\\|")
const rows = Object.entries(claims).map(([id, { evidence, says, source }]) => {
  const users = [...operations, ...switches].filter((user) => [...user.claims].includes(id))
  const used = users.map(({ name }) => `\`${name}\``).join(", ")
  return `| \`${id}\` | ${cell(says)} | ${evidence} | ${cell(source)} | ${cell(used)} |`
})
const page = `# Claims about ActiveCampaign's API

ActiveCampaign's own OpenAPI definition of the status call stays as published. If this project says
more than that definition, or something else, it relies on an entry of this list: \`documented\` on
ActiveCampaign's pages, \`observed\` in public code, tests or issue threads, or \`assumed\` by this
project. None was tried on a live account.

The list is \`Claim.claims\` of the library. The last column names the calls of the contract
([openapi.json](openapi.json), \`x-claims\`) and the
[switches of the simulator](../packages/simulator/README.md#scenarios) that use it. \`pnpm claims\`
writes this page.

| claim | what it says | evidence | source | used by |
| --- | --- | --- | --- | --- |
${rows.join("\n")}
`

const readme = readFileSync(join(root, "packages/simulator/README.md"), "utf8")
const written = {
  "docs/claims.md": page,
  "packages/simulator/README.md": readme.replace(/\| switch .*\n(\|.*\n?)*/, () => `${switchesTable}\n`)
}
for (const [file, text] of Object.entries(written)) {
  // The formatter of everything else in the repository, so that its check holds for these files, too.
  const { status, stderr, stdout } = spawnSync(
    join(root, "node_modules/.bin/biome"),
    ["format", `--stdin-file-path=${file}`],
    { cwd: root, encoding: "utf8", input: text }
  )
  if (status !== 0) {
    console.error(stderr)
    process.exit(1)
  }
  const path = join(root, file)
  if (!check) writeFileSync(path, stdout)
  else if (!existsSync(path) || readFileSync(path, "utf8") !== stdout) {
    console.error(`${file} is out of date: run 'pnpm claims' after a build, and commit what it writes.`)
    process.exit(1)
  }
}
