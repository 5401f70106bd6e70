// The library's tests on another Node, taken from npm: on the newest 24, or on 20.20 where 24 or a later one runs this.
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { root } from "./installing/packed.mjs"
import { nodeOf } from "./installing/toolchain.mjs"

const range = Number(process.versions.node.split(".", 1)[0]) < 24 ? "24" : "20.20"
const work = mkdtempSync(join(tmpdir(), "core-suite-"))
try {
  const { program, version } = await nodeOf(range, work)
  console.log(`the library's tests on Node ${version}`)
  const vitest = [join(root, "node_modules/vitest/vitest.mjs"), "run", "--project", "effect-activecampaign"]
  process.exitCode =
    spawnSync(program, [...vitest, "--reporter=dot"], { cwd: root, stdio: "inherit" }).status ?? 1
} finally {
  rmSync(work, { recursive: true, force: true })
}
