/** When a notice is sent about the end of a run, and what it says. Plain functions. */
import type { Attention } from "../../ledger/reports/Attention.js"
import type * as Reports from "../../ledger/reports/Reports.js"
import type { LastNotice } from "../../ledger/facts/Runs.js"
import { exitCodes } from "../help/manTexts.js"
import { nextCommands } from "../output/run/lastScreen.js"
import { shellCall } from "../../text/shellCall.js"
import { ExitCode } from "../shell/ExitCode.js"
import type { End } from "./End.js"

/** Why a notice is sent. A reminder: runs have ended in the same way for a day. */
export type Event = "failed" | "reminder" | "recovered"

const day = 86_400_000

/** What to tell, after what was told last. A run that goes on well, or badly in the same way, is no news. */
export const eventOf = (
  last: LastNotice | undefined,
  end: Pick<End, "exitCode" | "reason">,
  now: number
): Event | undefined => {
  const wasBad = last !== undefined && last.exitCode !== ExitCode.done
  if (end.exitCode === ExitCode.done) return wasBad ? "recovered" : undefined
  if (!wasBad || last.exitCode !== end.exitCode || last.reason !== end.reason) return "failed"
  // A clock that was set back must not keep a reminder away for long.
  return Math.abs(now - last.sentAt.epochMillis) >= day ? "reminder" : undefined
}

/** An error may quote an address, or the call that was about one. The meaning of the exit code then has to do. */
export const withoutAddress = ({ exitCode, message }: Pick<End, "exitCode" | "message">): string =>
  /@|%40|＠/.test(message)
    ? (exitCodes.find(([code]) => code === String(exitCode))?.[1] ?? "It failed.")
    : message

const stalledNamed = 20

/** What the file holds after the run. */
export interface State {
  readonly file: string
  readonly summary: Reports.Summary
  readonly attention: Attention
  readonly runId: number
}

export interface Told {
  readonly event: Event
  readonly at: string
  readonly end: End
  /** The last notice, which this one follows. */
  readonly before: LastNotice | undefined
  /** Null if it is not known. */
  readonly account: string | null
  /** Undefined if the file could not be read. */
  readonly state: State | undefined
  readonly withAddresses: boolean
}

const sentence = (event: Event, { exitCode }: End, message: string, account: string | null) => {
  const whose = account === null ? "" : ` of ${account}`
  return event === "recovered"
    ? `The ac-reconcile run${whose} is well again: ${message}`
    : `The ac-reconcile run${whose} ${event === "reminder" ? "still ends" : "ended"} with exit code ${exitCode}: ${message}`
}

const outcomesOf = ({ outcomes }: Reports.Summary) => {
  const counts = new Map<string, number>()
  for (const { contacts, outcome } of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + contacts)
  return [...counts].map(([outcome, contacts]) => ({ outcome, contacts }))
}

const stateOf = ({ attention, file, runId, summary }: State, withAddresses: boolean) => {
  const shown: Attention = withAddresses
    ? attention
    : { ...attention, outcomes: attention.outcomes.map((kind) => ({ ...kind, examples: [] })) }
  const calls = nextCommands({ attention: shown, file, summary }).map(([call]) => call)
  return {
    runId,
    batches: attention.statuses,
    sent: summary.sent,
    outcomes: outcomesOf(summary),
    findings: summary.findings,
    stalled: attention.stalled.slice(0, stalledNamed),
    stalledBatches: attention.stalled.length,
    next: calls.length === 0 ? [shellCall("report", file)] : calls,
    ...(withAddresses
      ? { examples: attention.outcomes.map(({ examples, outcome }) => ({ outcome, addresses: examples })) }
      : {})
  }
}

/** What is sent, before its keys are written in snake case. It has no address unless that was asked for. */
export const bodyOf = ({ account, at, before, end, event, state, withAddresses }: Told) => {
  const message = withAddresses ? end.message : withoutAddress(end)
  return {
    schema: "ac-reconcile/notice/1",
    event,
    at,
    text: sentence(event, end, message, account),
    account,
    exitCode: end.exitCode,
    reason: end.reason,
    message,
    before:
      before === undefined
        ? null
        : { at: before.sentAt.toJSON(), exitCode: before.exitCode, reason: before.reason },
    ...(state === undefined ? {} : stateOf(state, withAddresses))
  }
}
