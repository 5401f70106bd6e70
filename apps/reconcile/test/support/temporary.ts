import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"

const folderIn = (parent: () => string) =>
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(parent(), "ac-reconcile-ledger-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )

/** A folder for as long as the scope lasts. */
export const temporaryFolder = folderIn(tmpdir)

/** In memory where the machine has such a folder, for tests that write thousands of times. */
export const folderInMemory = folderIn(() => (existsSync("/dev/shm") ? "/dev/shm" : tmpdir()))
