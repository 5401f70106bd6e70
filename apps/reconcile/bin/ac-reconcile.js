#!/usr/bin/env node
import module from "node:module"

// Compiled code kept from the last start, where this Node can: cron jobs start often.
module.enableCompileCache?.()
try {
  await import("../dist/bin.js")
} catch (error) {
  if (error?.code !== "AC_RECONCILE_NO_SQLITE") throw error
  process.stderr.write(`ac-reconcile: ${error.message}\n`)
  process.exitCode = 7
}
