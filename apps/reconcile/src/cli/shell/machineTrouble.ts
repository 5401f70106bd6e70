import { codeOf, fromSqlite, messageOf } from "../../ledger/LedgerError.js"

/** Something the machine lacks or refuses: not a bug of the program, wherever it happened. */
export interface MachineTrouble {
  readonly _tag: "LedgerError" | "SystemError"
  readonly message: string
}

// SQLite's other codes concern the statement, which is ours.
const ofTheFile =
  /^SQLITE_(BUSY|CANTOPEN|CORRUPT|FULL|IOERR|LOCKED|NOLFS|NOMEM|NOTADB|PERM|PROTOCOL|READONLY)/

/** Whether the error concerns the file or the machine. */
export const isOfTheFile = (error: unknown): boolean => ofTheFile.test(codeOf(error))

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: "Free some space, or choose another location.",
  EDQUOT: "Free some space, or choose another location.",
  EMFILE: "Raise the limit of open files (ulimit -n).",
  ENFILE: "Close other programs, or raise the system's limit of open files.",
  ENOMEM: "Close other programs, or use a machine with more memory.",
  EACCES: "Check the permissions.",
  EPERM: "Check the permissions.",
  EROFS: "Choose a location that can be written to.",
  EIO: "Check the disk.",
  ENOENT: "Check the path.",
  ENOTDIR: "Check the path."
}

const hasPath = (error: unknown): error is { readonly path: string } =>
  typeof error === "object" && error !== null && "path" in error && typeof error.path === "string"

/** "no space left on device (ENOSPC)", from the system's "ENOSPC: no space left on device, write". */
const systemReason = (error: unknown): string => {
  const code = codeOf(error)
  const words = /^[A-Z0-9]+: ([^,]+)/.exec(messageOf(error))?.[1]
  return words === undefined ? messageOf(error) : `${words} (${code})`
}

export const machineTrouble = (error: unknown): MachineTrouble | undefined => {
  const code = codeOf(error)
  if (isOfTheFile(error)) {
    return { _tag: "LedgerError", message: fromSqlite("the database", error).message }
  }
  if (!/^E[A-Z0-9]+$/.test(code)) return undefined
  const place = hasPath(error) ? `${error.path}: ` : "The system reported: "
  return {
    _tag: "SystemError",
    message: `${place}${systemReason(error)}. ${remedies[code] ?? "Fix that and run again."} Nothing recorded was lost.`
  }
}
