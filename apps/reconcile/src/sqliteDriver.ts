import { createRequire } from "node:module"
import type Sqlite from "better-sqlite3"

/**
 * better-sqlite3 13 brings its binaries along and crashes on Node 20; version 12 aborts on Node 24.19 and later. So each
 * Node has its own, and whatever imports better-sqlite3 gets this module in its place: two SQLites in one process would
 * break each other's locks.
 */
const isNode20 = Number(process.versions.node.split(".", 1)[0]) < 22

export const driver = isNode20 ? "ac-reconcile-sqlite-node20" : "better-sqlite3"

const remedy = isNode20
  ? "On Node 20 it is compiled during installation: install again with install scripts allowed, or use Node 22 or later."
  : "Install again without --omit=optional, with the Node that runs it."

/** Said by bin/ac-reconcile.js, since nothing else can run yet. */
class NoSqliteDriver extends Error {
  readonly code = "AC_RECONCILE_NO_SQLITE"
}

const load = (): typeof Sqlite => {
  const require = createRequire(import.meta.url)
  try {
    const loaded: typeof Sqlite = require(driver)
    return loaded
  } catch (cause) {
    throw new NoSqliteDriver(`The SQLite driver (${driver}) is missing or cannot be loaded. ${remedy}`, {
      cause
    })
  }
}

const sqlite: typeof Sqlite = load()

export default sqlite
