// The SQLite driver that the command has on this Node, for what is measured beside it.
import { createRequire } from "node:module"

const require = createRequire(new URL("../apps/reconcile/package.json", import.meta.url))
const isNode20 = Number(process.versions.node.split(".", 1)[0]) < 22

export default require(isNode20 ? "ac-reconcile-sqlite-node20" : "better-sqlite3")
