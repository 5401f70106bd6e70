/**
 * What a run shows while it works: which batches have settled, what became of their contacts so far, what is being done
 * and what is waited for. All of it is plain: events go in, lines of text come out.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { CallMeter } from "../../../job/CallMeter.js"
import { steadyMillis } from "../../../job/steadyTime.js"
import { idsPerCall } from "../../../job/Resolve.js"
import type { RunEvent } from "../../../job/RunEvent.js"
import { Outcome, Settled } from "../../../ledger/schema/words.js"
import { shortened, widthOf } from "../../../text/width.js"
import { span, thousands } from "../../../text/numbers.js"
import { batchesOf, plural, printable } from "../text.js"

type Outcomes = Readonly<Partial<Record<Outcome, number>>>

/** What is known of a run. Times are in milliseconds on the steady clock. */
export interface RunState {
  readonly startedAt: number
  /** Open batches when it began, and those that have joined. */
  open: number
  /** It watches, and has nothing left to do. */
  isIdle: boolean
  /** Since when it has had something to do, and how many batches were done before. */
  busySince: { readonly at: number; readonly done: number }
  /** The last status of each batch that has answered. */
  readonly statuses: Map<string, string>
  settled: number
  /** Batches that were given up. */
  failed: number
  outcomes: Outcomes
  resolved: { readonly done: number; readonly left: number } | undefined
  lookedUp: { readonly done: number; readonly of: number } | undefined
  checked: { readonly done: number; readonly of: number } | undefined
  calls: number
  /** Calls that may still be spent on contacts, once some were; and how many contacts are left to ask about. */
  budgetLeft: number | undefined
  readonly budget: number
  toAsk: { readonly ids: number; readonly addresses: number }
  /** A walk through the account in place of a call for each address: how many calls it takes, and how many were made before. */
  walk: { readonly calls: number; readonly begunAt: number } | undefined
  /** When the last calls were made, the newest last. */
  readonly recent: Array<number>
  /** Why nothing is asked, and until when. */
  waiting: { readonly why: string; readonly until: number } | undefined
  /** It was told to stop, and finishes what it is writing. */
  stopping: boolean
}

/** `budget`: the most calls that may be spent on contacts. */
export const makeState = (startedAt: number, budget = 0): RunState => ({
  startedAt,
  open: 0,
  isIdle: false,
  busySince: { at: startedAt, done: 0 },
  statuses: new Map(),
  settled: 0,
  failed: 0,
  outcomes: {},
  resolved: undefined,
  lookedUp: undefined,
  checked: undefined,
  calls: 0,
  budgetLeft: undefined,
  budget,
  toAsk: { ids: 0, addresses: 0 },
  walk: undefined,
  recent: [],
  waiting: undefined,
  stopping: false
})

/** The rate is that of the last seconds. */
const rateWindow = 5000

export const onCall = (state: RunState, now: number) => {
  state.calls += 1
  state.recent.push(now)
  while ((state.recent[0] ?? now) < now - rateWindow) state.recent.shift()
  state.waiting = undefined
  state.isIdle = false
}

export const onHold = (state: RunState, now: number, millis: number) => {
  state.waiting = { why: "429, too many requests", until: now + millis }
}

/** Follows the calls of a run. */
export const meter = (state: RunState): CallMeter["Type"] => ({
  taken: Effect.map(steadyMillis, (now) => onCall(state, now)),
  left: (calls) => {
    state.budgetLeft = calls
  },
  held: (duration) => Effect.map(steadyMillis, (now) => onHold(state, now, Duration.toMillis(duration)))
})

export const onEvent = (state: RunState, now: number, event: RunEvent) => {
  switch (event._tag) {
    case "Started":
      state.open = event.open
      break
    case "Joined":
      if (state.isIdle) state.busySince = { at: now, done: state.settled + state.failed }
      state.open += event.batches
      state.isIdle = false
      break
    case "Idle":
      state.isIdle = true
      break
    case "Answered":
      state.statuses.set(event.batchId, event.status)
      break
    case "Settled":
      state.statuses.set(event.batchId, event.status)
      state.settled += 1
      break
    case "Resolved":
      state.resolved = event
      break
    case "Planned": {
      const { affordable, calls, method } = event.plan
      const done = state.lookedUp?.done ?? 0
      state.lookedUp = { done, of: done + affordable }
      state.walk = method === "walk" ? { calls, begunAt: state.calls } : undefined
      break
    }
    case "LookedUp":
      state.lookedUp = { done: event.done, of: Math.max(event.done, state.lookedUp?.of ?? 0) }
      break
    case "CheckPlanned":
      state.checked = { done: event.done, of: event.done + event.plan.affordable }
      break
    case "Looked":
      state.checked = { done: event.done, of: Math.max(event.done, state.checked?.of ?? 0) }
      break
    case "TroubleBegan":
      // A hold that is already shown says it in fewer words.
      if (state.waiting === undefined || state.waiting.until <= now) {
        state.waiting = { why: printable(event.message), until: now + event.wait }
      }
      break
    case "TroubleEnded":
      state.waiting = undefined
      break
    case "Failed":
      if ("batchId" in event.problem) state.failed += 1
      break
  }
}

const ended: ReadonlyArray<string> = Settled.literals

/** Settled statuses first, then the others, the most frequent first. */
const byStatus = ({ open, settled, statuses }: RunState) => {
  const counts = new Map<string, number>()
  for (const status of statuses.values()) counts.set(status, (counts.get(status) ?? 0) + 1)
  const isEnd = (status: string) => ended.includes(status)
  const known = [...counts].sort(
    ([a, x], [b, y]) => Number(isEnd(b)) - Number(isEnd(a)) || y - x || (a < b ? -1 : 1)
  )
  const silent = open - Math.max(settled, statuses.size)
  return [...known, ...(silent > 0 ? [["unasked", silent] as const] : [])]
}

const ratePerSecond = ({ recent, startedAt }: RunState, now: number) => {
  const inWindow = recent.filter((at) => at > now - rateWindow).length
  return inWindow / (Math.min(rateWindow, Math.max(1000, now - startedAt)) / 1000)
}

/** From the batches that have settled since it last had nothing to do: an estimate, and called one. */
const left = ({ busySince, failed, open, settled }: RunState, now: number) => {
  const done = settled + failed
  const lately = done - busySince.done
  if (lately < 3 || done >= open) return ""
  return `, about ${span(((now - busySince.at) / lately) * (open - done))} left`
}

const bar = (done: number, of: number, width: number) => {
  const filled = of === 0 ? width : Math.floor((done / of) * width)
  return "█".repeat(filled) + "░".repeat(width - filled)
}

const outcomesLine = (outcomes: Outcomes) =>
  Outcome.literals
    .flatMap((word) => ((outcomes[word] ?? 0) > 0 ? [`${word} ${thousands(outcomes[word] ?? 0)}`] : []))
    .join("  ")

const activities = ({ checked, failed, lookedUp, open, resolved, settled }: RunState) => [
  ...(open > 0 && settled + failed < open ? [`following ${batchesOf(open - settled - failed)}`] : []),
  ...(resolved !== undefined && resolved.left > 0
    ? [`resolving: ${thousands(resolved.done)} done, ${thousands(resolved.left)} to go`]
    : []),
  ...(lookedUp !== undefined && lookedUp.done < lookedUp.of
    ? [`looking up: ${thousands(lookedUp.done)} of ${thousands(lookedUp.of)}`]
    : []),
  ...(checked !== undefined && checked.done < checked.of
    ? [`comparing: ${thousands(checked.done)} of ${thousands(checked.of)}`]
    : [])
]

/** How far a run has come, in words for a log. */
export const standing = (state: RunState, now: number): string => {
  const { calls, failed, open, outcomes, settled, startedAt } = state
  return [
    `${thousands(settled)} of ${batchesOf(open)} settled${failed > 0 ? `, ${thousands(failed)} given up` : ""}`,
    ...(outcomesLine(outcomes) === "" ? [] : [`contacts: ${outcomesLine(outcomes).replaceAll("  ", ", ")}`]),
    ...activities(state).filter((activity) => !activity.startsWith("following")),
    `${plural(calls, "call")}${toGo(state)}`,
    ...(budgetText(state) === "" ? [] : [budgetText(state)]),
    span(now - startedAt),
    ...(state.isIdle ? ["waiting for batches"] : [])
  ].join("; ")
}

const waitingLine = ({ waiting }: RunState, now: number) =>
  waiting === undefined || waiting.until <= now
    ? []
    : [`Waiting: ${waiting.why} – ${span(waiting.until - now)} left`]

/**
 * How many calls are still needed, as far as can be known now: one for each open batch, one for each hundred IDs and one for
 * each address, or those of a walk. Those for contacts are no more than may be spent.
 */
export const callsToGo = (state: RunState): number => {
  const { budgetLeft, calls, failed, isIdle, open, settled, toAsk, walk } = state
  if (isIdle) return 0
  const ofWalk = walk === undefined ? Number.POSITIVE_INFINITY : walk.calls - (calls - walk.begunAt)
  const lookups = Math.max(0, Math.min(toAsk.addresses, ofWalk))
  const forContacts = Math.ceil(toAsk.ids / idsPerCall) + lookups
  return Math.max(0, open - settled - failed) + Math.min(forContacts, budgetLeft ?? forContacts)
}

const toGo = (state: RunState) => {
  const calls = callsToGo(state)
  return calls > 0 ? `, about ${thousands(calls)} to go` : ""
}

const budgetText = ({ budgetLeft, budget }: RunState) =>
  budgetLeft === undefined || budgetLeft === budget
    ? ""
    : `${thousands(budgetLeft)} of ${thousands(budget)} calls for contacts left`

const labelled = (label: string, text: string, columns: number) =>
  text === "" ? [] : [`  ${label.padEnd(9)}  ${shortened(text, columns - 13)}`]

/** A part of a line that may be coloured; the text says the same without. */
export type Paint = (colour: "green" | "yellow" | "red" | "dim", text: string) => string

/** What is said once a signal was heard. */
export const stoppingLine = "Stopping: finishing the write … Ctrl-C again stops at once."

/** The lines that are redrawn in place, none wider than the terminal. */
export const screen = (
  state: RunState,
  now: number,
  options: { readonly columns: number; readonly paint: Paint }
): ReadonlyArray<string> => {
  const { failed, open, outcomes, settled, startedAt } = state
  const { columns, paint } = options
  const elapsed = span(now - startedAt)
  if (state.stopping) return [shortened(stoppingLine, columns)]
  const done = settled + failed
  const count = `  ${thousands(done)} of ${thousands(open)}`
  const barWidth = Math.max(10, Math.min(50, columns - widthOf(count) - 2))
  const whole = bar(done, open, barWidth)
  const filled = whole.lastIndexOf("█") + 1
  const doing = activities(state)
  return [
    shortened(
      state.isIdle
        ? `Watching: ${elapsed}. Waiting for batches; Ctrl-C ends it.`
        : `${doing.length === 0 ? "Finishing" : "Running"}: ${elapsed}${left(state, now)}`,
      columns
    ),
    ...(open > 0
      ? [
          `  ${paint(failed > 0 ? "yellow" : "green", whole.slice(0, filled))}${paint("dim", whole.slice(filled))}${count}`
        ]
      : []),
    ...labelled(
      "Batches",
      byStatus(state)
        .map(([status, batches]) => `${printable(status)} ${thousands(batches)}`)
        .join("  "),
      columns
    ),
    ...labelled("Contacts", outcomesLine(outcomes), columns),
    ...labelled("Now", doing.join("; "), columns),
    ...labelled(
      "Calls",
      `${thousands(state.calls)} made${toGo(state)}, ${ratePerSecond(state, now).toFixed(1)} a second`,
      columns
    ),
    ...labelled("Budget", budgetText(state), columns),
    ...waitingLine(state, now).map((line) => paint("yellow", shortened(`  ${line}`, columns)))
  ]
}
