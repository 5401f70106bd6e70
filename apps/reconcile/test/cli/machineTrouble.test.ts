import { readdirSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { machineTrouble } from "../../src/cli/shell/machineTrouble.js"

const thrownBy = (act: () => unknown): unknown => {
  try {
    return act()
  } catch (error) {
    return error
  }
}

const ofSqlite = (code: string) => Object.assign(new Error("disk I/O error"), { code })

describe("an unexpected error", () => {
  it("is the machine's if the system refused something, and says what and where", () => {
    expect(machineTrouble(thrownBy(() => readdirSync("/no/such/folder")))).toEqual({
      _tag: "SystemError",
      message:
        "/no/such/folder: no such file or directory (ENOENT). Check the path. Nothing recorded was lost."
    })
    expect(machineTrouble(thrownBy(() => writeFileSync("/dev/full", "x")))?.message).toBe(
      "The system reported: no space left on device (ENOSPC). Free some space, or choose another location. Nothing recorded was lost."
    )
    for (const code of ["EIO", "EMFILE", "EACCES", "ENOMEM", "EROFS", "EDQUOT", "ETXTBSY"]) {
      const error = Object.assign(new Error(`${code}: some words, open '/x'`), { code, path: "/x" })
      expect(machineTrouble(error)?.message).toContain(`/x: some words (${code}). `)
    }
  })

  it("is the ledger's if SQLite's error is about the file, in any of its causes", () => {
    for (const code of [
      "SQLITE_CORRUPT_INDEX",
      "SQLITE_FULL",
      "SQLITE_IOERR_WRITE",
      "SQLITE_NOMEM",
      "SQLITE_READONLY"
    ]) {
      const wrapped = Object.assign(new Error("failed"), { cause: { cause: ofSqlite(code) } })
      expect(machineTrouble(wrapped)?._tag, code).toBe("LedgerError")
    }
  })

  it("is the program's otherwise", () => {
    for (const error of [
      new TypeError("x is undefined"),
      ofSqlite("SQLITE_ERROR"),
      ofSqlite("SQLITE_CONSTRAINT"),
      "x",
      null
    ]) {
      expect(machineTrouble(error)).toBe(undefined)
    }
  })
})
