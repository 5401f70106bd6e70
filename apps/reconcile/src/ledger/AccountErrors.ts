import * as Effect from "effect/Effect"
import { Ledger } from "./Ledger.js"

/** A call about contacts that gave no answer. */
export interface FailedStep {
  readonly step: "resolve" | "lookup"
  readonly error: string
  /** Carries no token: the errors of the library hold no headers. */
  readonly message: string
}

export const record = ({ error, message, step }: FailedStep, occurredAt: string) =>
  Effect.flatMap(Ledger, ({ sql, use }) =>
    use(sql`
      INSERT INTO account_errors (occurred_at, step, error, message)
      VALUES (${occurredAt}, ${step}, ${error}, ${message})`)
  )
