// Writes docs/openapi.json, the OpenAPI form of the contract as built; --check fails where the file is out of date.
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as OpenApi from "@effect/platform/OpenApi"
import { ActiveCampaignApi } from "effect-activecampaign/ActiveCampaignApi"

const root = fileURLToPath(new URL("..", import.meta.url))
const file = join(root, "docs/openapi.json")

// The formatter of everything else in the repository, so that its check holds for this file, too.
const { status, stderr, stdout } = spawnSync(
  join(root, "node_modules/.bin/biome"),
  ["format", "--stdin-file-path=docs/openapi.json"],
  { cwd: root, encoding: "utf8", input: JSON.stringify(OpenApi.fromApi(ActiveCampaignApi), null, 2) }
)
if (status !== 0) {
  console.error(stderr)
  process.exit(1)
}

if (!process.argv.includes("--check")) writeFileSync(file, stdout)
else if (!existsSync(file) || readFileSync(file, "utf8") !== stdout) {
  console.error("docs/openapi.json is out of date: run `node scripts/openapi.mjs` after a build.")
  process.exit(1)
}
