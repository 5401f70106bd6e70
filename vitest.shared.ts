import { fileURLToPath } from "node:url"
import type { ViteUserConfig } from "vitest/config"

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Tests run against sources: an edit needs no build, and a stale dist cannot hide a failure. */
export const shared: ViteUserConfig = {
  resolve: {
    alias: [
      { find: /^effect-activecampaign$/, replacement: source("packages/core/src/index.ts") },
      { find: /^effect-activecampaign\/(.*)$/, replacement: `${source("packages/core/src")}/$1.ts` },
      { find: /^effect-activecampaign-simulator$/, replacement: source("packages/simulator/src/index.ts") },
      {
        find: /^effect-activecampaign-simulator\/(.*)$/,
        replacement: `${source("packages/simulator/src")}/$1.ts`
      },
      { find: /^effect-activecampaign-cluster$/, replacement: source("packages/cluster/src/index.ts") },
      {
        find: /^effect-activecampaign-cluster\/(.*)$/,
        replacement: `${source("packages/cluster/src")}/$1.ts`
      }
    ]
  },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    setupFiles: [
      source("scripts/compareByTag.mjs"),
      ...(process.env.AC_SEED === undefined ? [] : [source("scripts/drawFromSeed.mjs")])
    ]
  }
}
