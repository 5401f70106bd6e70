#!/usr/bin/env node
import module from "node:module"

// Compiled code kept from the last start, where this Node can: cron jobs start often.
module.enableCompileCache?.()
await import("../dist/bin.js")
