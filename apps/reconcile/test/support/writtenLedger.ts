import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Sqlite from "better-sqlite3"

/** A ledger in a folder of its own, for tests that ask it and change nothing. */
export interface WrittenLedger {
  readonly file: string
  /** Read-only. */
  readonly database: Sqlite.Database
  readonly close: () => void
}

/** Writes a ledger and opens it; closing it removes the folder. */
export const writtenLedger = async (
  name: string,
  write: (folder: string, file: string) => Promise<void>
): Promise<WrittenLedger> => {
  const folder = mkdtempSync(join(tmpdir(), "ac-reconcile-written-"))
  const file = join(folder, name)
  await write(folder, file)
  const database = new Sqlite(file, { readonly: true })
  return {
    file,
    database,
    close: () => {
      database.close()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
