import { readdirSync, readFileSync, statSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { bin, inWorld, type World } from "./support/World.js"

const Coverage = Schema.parseJson(
  Schema.Struct({ result: Schema.Array(Schema.Struct({ url: Schema.String })) })
)
const built = join(bin, "../../dist/")

/** The built files that a call loads, as Node itself lists what it ran. */
const loadedBy = async (world: World, args: ReadonlyArray<string>) => {
  const folder = world.path("ran")
  const { code } = await world.run(args, { env: { NODE_V8_COVERAGE: folder } })
  const files = readdirSync(folder)
    .flatMap((name) => Schema.decodeSync(Coverage)(readFileSync(join(folder, name), "utf8")).result)
    .filter(({ url }) => url.startsWith("file:"))
    .map(({ url }) => fileURLToPath(url))
    .filter((file) => file.startsWith(built))
  return { code, files, kB: files.reduce((sum, file) => sum + statSync(file).size / 1000, 0) }
}

const named = (files: ReadonlyArray<string>) => files.map((file) => basename(file)).sort()

describe.concurrent("a call loads", () => {
  it.each([
    { args: ["batches", "list"], files: 9, kB: 628 },
    { args: ["query", "SELECT * FROM batches"], files: 10, kB: 645 },
    { args: ["explain", "ada@example.test"], files: 9, kB: 635 },
    { args: ["status", "b-1"], files: 9, kB: 530 }
  ])("few files, and no more code than it needs: $args.0", ({ args, files, kB }) =>
    inWorld(async (world) => {
      await world.run(["batches", "add", "--id", "b-1"])
      const loaded = await loadedBy(world, args)
      expect(named(loaded.files).length, named(loaded.files).join(" ")).toBeLessThanOrEqual(files)
      expect(loaded.files.length).toBeGreaterThan(3)
      expect(loaded.kB).toBeLessThanOrEqual(kB)
    })()
  )

  it(
    "nothing at all for help",
    inWorld(async (world) => {
      expect((await loadedBy(world, ["batches", "list", "--help"])).files).toEqual([])
    })
  )

  it(
    "the HTTP client only if it calls the account",
    inWorld(async (world) => {
      const { code, files } = await loadedBy(world, ["status", "b-1"])
      expect(code).toBe(2)
      expect(named(files).filter((name) => /^(NodeHttpClient|ActiveCampaignClient)/.test(name))).toEqual([])
    })
  )
})
