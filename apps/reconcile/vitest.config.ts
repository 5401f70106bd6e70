import { fileURLToPath } from "node:url"
import { defineProject, mergeConfig } from "vitest/config"
import { shared } from "../../vitest.shared.js"

export default mergeConfig(
  shared,
  defineProject({
    resolve: {
      alias: [
        {
          find: /^better-sqlite3$/,
          replacement: fileURLToPath(new URL("src/sqliteDriver.ts", import.meta.url))
        }
      ]
    },
    test: { name: "ac-reconcile" }
  })
)
