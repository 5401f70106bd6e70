const Database = require("better-sqlite3")
const nativeBinding = require("better-sqlite3/build/Release/better_sqlite3.node")

// Left to itself, better-sqlite3 looks for its addon in a dozen places, and only when a database is opened.
module.exports = class extends Database {
  constructor(file, options) {
    super(file, { nativeBinding, ...options })
  }
}
