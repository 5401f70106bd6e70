import { statSync } from "node:fs"
import { printable } from "../output/text.js"
import { exitCodeOf, type ExitCode } from "../shell/ExitCode.js"

/** One check: what was found and, unless that is all right, what to do. */
export interface Check {
  readonly check: string
  readonly state: "ok" | "warn" | "fail"
  readonly says: string
  readonly remedy: string | null
  /** The exit code of a command that fails for this reason. */
  readonly exitCode: ExitCode
}

export const ok = (check: string, says: string): Check => ({
  check,
  state: "ok",
  says: printable(says, longest),
  remedy: null,
  exitCode: 0
})

export const warn = (check: string, says: string, remedy: string): Check => ({
  check,
  state: "warn",
  says: printable(says, longest),
  remedy: printable(remedy, longest),
  exitCode: 0
})

export const fail = (check: string, says: string, remedy: string | null, exitCode: ExitCode): Check => ({
  check,
  state: "fail",
  says: printable(says, longest),
  remedy: remedy === null ? null : printable(remedy, longest),
  exitCode
})

const longest = 4000

interface Failure {
  readonly _tag: string
  readonly message: string
  readonly kind?: string
  readonly problem?: string
  readonly hint?: string
}

/** An error says what happened in its first sentence, and what to do in the others. */
const halves = ({ hint, message, problem }: Failure): readonly [string, string | null] => {
  if (problem !== undefined && hint !== undefined) return [problem, hint]
  const [, says = message, remedy = null] = /^(.*?[^.]\.) ([A-Z'].*)$/s.exec(message) ?? []
  return [says, remedy]
}

/** A check that failed as a command would. */
export const failed = (check: string, error: Failure): Check => {
  const [says, remedy] = halves(error)
  return fail(check, says, remedy, exitCodeOf(error))
}

/** Who may read the file, or the key. */
export const modeCheck = (check: string, path: string, what: string): Check => {
  if (process.platform === "win32") return ok(check, `Its folder says who may read ${what}.`)
  const mode = statSync(path).mode & 0o777
  const octal = mode.toString(8).padStart(4, "0")
  return (mode & 0o077) === 0
    ? ok(check, `Only its owner may read ${what} (${octal}).`)
    : warn(check, `Other users of this machine may read ${what} (${octal}).`, `Run: chmod 600 ${path}`)
}
