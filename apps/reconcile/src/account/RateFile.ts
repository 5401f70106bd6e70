import { createHash } from "node:crypto"
import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync
} from "node:fs"
import { hostname } from "node:os"
import { dirname, join } from "node:path"
import Sqlite from "better-sqlite3"
import { codeOf } from "../ledger/LedgerError.js"

/** Whether a request may go now, or when to ask again; `isHeld`: the account asked everybody to wait. */
export type Claim =
  | { readonly _tag: "Go" }
  | { readonly _tag: "Wait"; readonly millis: number; readonly isHeld: boolean }

export interface Claiming {
  /** On the machine's own clock, in milliseconds. */
  readonly now: number
  /** Requests in any rolling second. */
  readonly limit: number
  /** How much later than now the request may reach the account, in milliseconds. */
  readonly slack: number
  /** Who asks; at most one claim at a time. */
  readonly waiter: string
}

/** The requests of all commands of one user on one machine to one account. Methods may throw SQLite's errors. */
export interface RateFile {
  readonly path: string
  /** Whether its name still leads to the open file. */
  readonly isInPlace: () => boolean
  /** Counts a request and lets it go, or keeps its place in the line. */
  readonly claim: (claiming: Claiming) => Claim
  /** Holds everybody's requests for this long from now. */
  readonly hold: (now: number, millis: number) => void
  readonly close: () => void
}

const second = 1000

/** The longest hold that is believed. The clock restarts with the machine; a time far ahead is then an old one. */
const longestHold = 300_000
const longestTake = 2 * second

/** A command that does not come in time loses its place: it was killed, or is busy. */
const grace = 100

/** How soon to check again while the command in front is late. */
const soon = 10

const schema = `
  CREATE TABLE IF NOT EXISTS takes (take_id INTEGER PRIMARY KEY, until REAL NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS waiters (place INTEGER PRIMARY KEY, waiter TEXT NOT NULL UNIQUE, due REAL NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS holds (hold_id INTEGER PRIMARY KEY CHECK (hold_id = 1), until REAL NOT NULL) STRICT;`

const prefix = "rate-"
const suffix = ".sqlite"
const oneDay = 86_400_000

/** Distinguishes the machine's clock from the one before a restart. */
const bootOf = () => {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()
  } catch {
    return hostname()
  }
}

/** Named by a checksum, so that the folder does not reveal which accounts there are. */
export const nameOf = (account: string) =>
  `${prefix}${createHash("sha256").update(`${account}\n${bootOf()}`).digest("hex").slice(0, 32)}${suffix}`

/** Deletes files of accounts that were not used for a day, and of earlier boots. */
const prune = (folder: string, keep: string) => {
  const before = Date.now() - oneDay
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix) || !name.includes(suffix) || name.startsWith(keep)) continue
    const path = join(folder, name)
    if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? before) < before) rmSync(path, { force: true })
  }
}

/** Only for the user. Node's own recursive mkdir never ends if the system refuses folders, as `/proc` does. */
const makeFolder = (folder: string): void => {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return
  if (dirname(folder) !== folder) makeFolder(dirname(folder))
  try {
    mkdirSync(folder, 0o700)
  } catch (error) {
    // Another command was first.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error
  }
}

/** Only for the user, and only an ordinary file: SQLite would wait on a pipe forever, and a link may lead to another's file. */
const makeOrCheck = (path: string): void => {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) {
    try {
      closeSync(openSync(path, "ax", 0o600))
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error
      // Another command was first.
      makeOrCheck(path)
    }
  } else if (found.isSymbolicLink() || (found.isFile() && found.nlink > 1)) {
    throw new Error("its file name is taken by a link")
  } else if (!found.isFile()) throw new Error("its file is not an ordinary file")
}

/** Leaves another program's database unchanged. */
const refuseOthers = (database: Sqlite.Database) => {
  const others = database
    .prepare("SELECT 1 FROM sqlite_schema WHERE tbl_name NOT IN ('takes', 'waiters', 'holds')")
    .get()
  const marked = Number(database.pragma("application_id", { simple: true })) !== 0
  if (others !== undefined || marked) throw new Error("its file name is taken by another program's database")
}

/** Opens the file, and creates it and its folder if needed. */
export const open = (folder: string, account: string): RateFile => {
  makeFolder(folder)
  const name = nameOf(account)
  const path = join(folder, name)
  prune(folder, name)
  makeOrCheck(path)
  const database = new Sqlite(path, { timeout: 0 })
  try {
    refuseOthers(database)
    // If a process is killed, the next command rolls back; a power cut loses the file, and then nobody needs it.
    database.pragma("journal_mode = TRUNCATE")
    database.pragma("synchronous = OFF")
    database.exec(schema)
    return onDatabase(database, path)
  } catch (error) {
    database.close()
    throw error
  }
}

/** Deletes the file, whatever is in it. */
export const remove = (folder: string, account: string) => {
  const path = join(folder, nameOf(account))
  rmSync(`${path}-journal`, { force: true })
  rmSync(path, { force: true })
}

const onDatabase = (database: Sqlite.Database, path: string): RateFile => {
  const number = (sql: string) => database.prepare<[number | string | { now: number }], number>(sql).pluck()
  const forgetTakes = database.prepare(
    `DELETE FROM takes WHERE until <= :now OR until > :now + ${longestTake}`
  )
  const forgetWaiters = database.prepare(
    `DELETE FROM waiters WHERE due < :now - ${grace} OR due > :now + ${longestHold}`
  )
  const heldUntil = number(`SELECT until FROM holds WHERE until > :now AND until <= :now + ${longestHold}`)
  const ahead = number(
    "SELECT count(*) FROM waiters WHERE place < ifnull((SELECT place FROM waiters WHERE waiter = ?), 9e18)"
  )
  const taken = database.prepare<[], number>("SELECT count(*) FROM takes").pluck()
  const freeAt = number("SELECT until FROM takes ORDER BY until LIMIT 1 OFFSET ?")
  const enter = database.prepare("INSERT INTO takes (until) VALUES (?)")
  const leave = database.prepare("DELETE FROM waiters WHERE waiter = ?")
  const wait = database.prepare(
    "INSERT INTO waiters (waiter, due) VALUES (?, ?) ON CONFLICT (waiter) DO UPDATE SET due = excluded.due"
  )
  const putOff = database.prepare(
    "INSERT INTO holds VALUES (1, ?) ON CONFLICT (hold_id) DO UPDATE SET until = excluded.until"
  )

  /** When the claim may go: requests that may still reach the account in its last second count, and so do those in front. */
  const turnAt = ({ limit, now }: Claiming, inFront: number) => {
    const surplus = (taken.get() ?? 0) + inFront - limit
    if (surplus < 0) return now
    return freeAt.get(surplus) ?? now + second
  }

  const claim = (claiming: Claiming): Claim => {
    const { now, slack, waiter } = claiming
    forgetTakes.run({ now })
    forgetWaiters.run({ now })
    const held = heldUntil.get({ now })
    const inFront = ahead.get(waiter) ?? 0
    const turn = held ?? turnAt(claiming, inFront)
    if (turn <= now && inFront === 0) {
      enter.run(now + slack + second)
      leave.run(waiter)
      return { _tag: "Go" }
    }
    const due = turn > now ? turn : now + soon
    wait.run(waiter, due)
    return { _tag: "Wait", millis: due - now, isHeld: held !== undefined }
  }

  const claimAlone = database.transaction(claim)
  const holdAlone = database.transaction((now: number, millis: number) => {
    putOff.run(Math.max(heldUntil.get({ now }) ?? 0, now + Math.min(millis, longestHold)))
  })
  const opened = statSync(path)
  return {
    path,
    isInPlace: () => {
      const found = statSync(path, { throwIfNoEntry: false })
      return found !== undefined && found.ino === opened.ino && found.dev === opened.dev
    },
    claim: (claiming) => claimAlone.immediate(claiming),
    hold: (now, millis) => holdAlone.immediate(now, millis),
    close: () => {
      database.close()
    }
  }
}
