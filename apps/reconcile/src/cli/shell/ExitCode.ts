import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Exit from "effect/Exit"

/** The exit codes of the process, as documented in docs/cli.md. */
export const ExitCode = {
  done: 0,
  unexpected: 1,
  usage: 2,
  failOn: 3,
  authentication: 4,
  batchEnded: 5,
  contractBroken: 6,
  database: 7,
  stillPending: 8,
  interrupted: 130,
  terminated: 143
} as const

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

/** All output is written; only the exit code is left to return. */
export class ExitWith extends Data.TaggedError("ExitWith")<{ readonly code: ExitCode }> {}

const codes: Readonly<Record<string, ExitCode>> = {
  AuthenticationFailed: ExitCode.authentication,
  ConfigurationError: ExitCode.usage,
  ContactFileError: ExitCode.usage,
  ContractBroken: ExitCode.contractBroken,
  InvalidAccountUrl: ExitCode.usage,
  InvalidApiToken: ExitCode.usage,
  InvalidProxyUrl: ExitCode.usage,
  LedgerError: ExitCode.database,
  MissingBatchId: ExitCode.contractBroken,
  NoBatchNamed: ExitCode.usage,
  OtherKeyColumn: ExitCode.usage,
  OtherThanPayload: ExitCode.usage,
  OutputRefused: ExitCode.usage,
  QueryError: ExitCode.usage,
  StillRunning: ExitCode.stillPending
}

/** The exit code of an error, by its tag. A missing or misnamed ledger is a mistake in the call. */
export const exitCodeOf = (error: { readonly _tag: string; readonly kind?: string }): ExitCode =>
  error._tag === "LedgerError" && (error.kind === "absent" || error.kind === "misnamed")
    ? ExitCode.usage
    : (codes[error._tag] ?? ExitCode.unexpected)

/** The exit code of a finished process. The argument parser has already printed its usage errors. */
export const fromExit = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit)) return ExitCode.done
  if (Cause.isInterruptedOnly(exit.cause)) return ExitCode.interrupted
  const failure = Cause.failureOption(exit.cause)
  if (failure._tag === "None") return ExitCode.unexpected
  return failure.value instanceof ExitWith ? failure.value.code : ExitCode.usage
}
