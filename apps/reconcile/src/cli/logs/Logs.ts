import * as Context from "effect/Context"

/** The log that a call asks for, besides what it prints for people. */
export interface Service {
  /** Whether there is one. */
  readonly isAsked: boolean
  /** Whether it goes to standard error, which then shows nothing that is redrawn. */
  readonly isOnStderr: boolean
  /** From now on, each line has the ID of this run, which is that of its row in the ledger; undefined: it has none yet. */
  readonly ofRun: (runId: number | undefined) => void
}

/** By default nothing is logged. */
export class Logs extends Context.Reference<Logs>()("ac-reconcile/Logs", {
  defaultValue: (): Service => ({ isAsked: false, isOnStderr: false, ofRun: () => {} })
}) {}
