import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as OpenApi from "@effect/platform/OpenApi"
import { assert, describe, it } from "@effect/vitest"
import { ActiveCampaignApi, Claim } from "effect-activecampaign"
import { Scenario } from "effect-activecampaign-simulator"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const read = (file: string) => readFileSync(`${root}/${file}`, "utf8")

/** What people write by hand; docs/claims.md and docs/api are written from the list itself. */
const documents = [
  "README.md",
  "packages/core/README.md",
  "packages/simulator/README.md",
  ...readdirSync(`${root}/docs`)
    .filter((file) => file.endsWith(".md") && file !== "claims.md")
    .map((file) => `docs/${file}`)
]

const linked = documents.flatMap((file) =>
  [...read(file).matchAll(/\[`([^`]+)`\]\([^)]*claims\.md\)/g)].map(([, id = ""]) => ({ file, id }))
)

const inContract = [
  ...JSON.stringify(OpenApi.fromApi(ActiveCampaignApi.ActiveCampaignApi)).matchAll(/"x-claims":\[([^\]]*)\]/g)
].flatMap(([, ids = ""]) => ids.split(",").map((id) => id.replaceAll('"', "")))

const inSwitches: ReadonlyArray<string> = Scenario.switches.flatMap(({ claims }) => claims)

describe("a claim about the service", () => {
  it("is used by the contract, a switch or a document", () => {
    const used = new Set([...inContract, ...inSwitches, ...linked.map(({ id }) => id)])
    assert.deepStrictEqual(
      Object.keys(Claim.claims).filter((id) => !used.has(id)),
      []
    )
  })

  it("is in the list wherever it is used", () => {
    assert.isAbove(inContract.length, 20)
    assert.isAbove(inSwitches.length, 50)
    assert.isAtLeast(linked.length, 5)
    const unknown = [
      ...inContract,
      ...inSwitches,
      ...linked.map(({ file, id }) => `${id} in ${file}`)
    ].filter((name) => !((name.split(" ")[0] ?? "") in Claim.claims))
    assert.deepStrictEqual(unknown, [])
  })

  it("is documented on a page", () => {
    const page = read("docs/claims.md")
    for (const [id, { evidence }] of Object.entries<Claim.Claim>(Claim.claims)) {
      const row = page.split("\n").find((line) => line.startsWith(`| \`${id}\` `))
      assert.include(row ?? "", `| ${evidence} `, id)
    }
  })
})
