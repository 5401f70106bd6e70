import { execFileSync } from "node:child_process"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll } from "vitest"

const workspace = fileURLToPath(new URL("../../../../..", import.meta.url))

/** The command of a later version, with the schema of `laterSchema.ts`, built for the tests of a file. */
export const laterCommand = (): string => {
  const folder = join(workspace, `apps/reconcile/dist-test/later-${process.pid}-${Date.now()}`)
  beforeAll(() => {
    const schema = join(workspace, "apps/reconcile/test/support/laterSchema.ts")
    execFileSync(process.execPath, ["scripts/bundle.mjs", "--outdir", folder, "--migrations", schema], {
      cwd: workspace
    })
  }, 120_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, "bin.js")
}
