import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import type { Applied } from "../failOn/Condition.js"
import { ExitCode, exitCodeOf } from "../shell/ExitCode.js"
import { reasonOf } from "../shell/respond.js"
import { interruptedCode } from "../shell/signals.js"

/** How a run ended, in good order or by an error. */
export interface End {
  readonly exitCode: ExitCode
  /** A few words that are the same as long as it ends in the same way: `FailOn rejected>2%`, `ApiUnavailable`. */
  readonly reason: string
  readonly message: string
  /** Another job was at work on the file. That one reports how it ends. */
  readonly isOthersTurn: boolean
}

/** What a command answers at an orderly end. */
export interface Response {
  readonly exitCode: ExitCode
  readonly because: { readonly message: string }
  readonly result: { readonly failedOn: ReadonlyArray<Applied> }
}

export interface Failure {
  readonly _tag: string
  readonly message: string
  readonly kind?: string
}

const interrupted: End = {
  exitCode: ExitCode.interrupted,
  reason: "Interrupted",
  message: "It was stopped.",
  isOthersTurn: false
}

export const isStopped = ({ exitCode }: End): boolean =>
  exitCode === ExitCode.interrupted || exitCode === ExitCode.terminated

const ofResponse = ({ because, exitCode, result }: Response): End => {
  const { code } = reasonOf(exitCode)
  const conditions = result.failedOn.map(({ condition }) => condition).join(",")
  return {
    exitCode,
    reason:
      exitCode === ExitCode.done ? "Done" : exitCode === ExitCode.failOn ? `${code} ${conditions}` : code,
    message: because.message,
    isOthersTurn: false
  }
}

export const endOf = (exit: Exit.Exit<Response, Failure>): End => {
  if (Exit.isSuccess(exit)) return ofResponse(exit.value)
  if (Cause.isInterruptedOnly(exit.cause)) return { ...interrupted, exitCode: interruptedCode() }
  const failure = Cause.failureOption(exit.cause)
  return failure._tag === "None"
    ? {
        exitCode: ExitCode.unexpected,
        reason: "Unexpected",
        message: "Something unexpected happened.",
        isOthersTurn: false
      }
    : {
        exitCode: exitCodeOf(failure.value),
        reason: failure.value._tag,
        message: failure.value.message,
        isOthersTurn: failure.value._tag === "LedgerError" && failure.value.kind === "locked"
      }
}
