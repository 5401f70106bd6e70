/**
 * What a run shows while it works: which batches have settled, what became of their contacts so far, what is being done
 * and what is waited for. All of it is plain: events go in, lines of text come out.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { CallMeter } from "../../../job/CallMeter.js"
import { steadyMillis } from "../../../job/steadyTime.js"
import type { RunEvent } from "../../../job/RunEvent.js"
import { Outcome, Settled } from "../../../ledger/schema/words.js"
import { shortened, widthOf } from "../../../text/width.js"
import { span, thousands } from "../../../text/numbers.js"
import { batchesOf, plural, printable } from "../text.js"

type Outcomes = Readonly<Partial<Record<Outcome, number>>>

/** What is known of a run. Times are in milliseconds on the steady clock. */
export interface RunState {
  readonly startedAt: number
  /** Open batches when it began, and the last status of each that has answered. */
  open: number
  readonly statuses: Map<string, string>
  settled: number
  /** Batches that were given up. */
  failed: number
  outcomes: Outcomes
  resolved: { readonly done: number; readonly left: number } | undefined
  lookedUp: { readonly done: number; readonly of: number } | undefined
  calls: number
  /** When the last calls were made, the newest last. */
  readonly recent: Array<number>
  /** Why nothing is asked, and until when. */
  waiting: { readonly why: string; readonly until: number } | undefined
  /** It was told to stop, and finishes what it is writing. */
  stopping: boolean
}

export const makeState = (startedAt: number): RunState => ({
  startedAt,
  open: 0,
  statuses: new Map(),
  settled: 0,
  failed: 0,
  outcomes: {},
  resolved: undefined,
  lookedUp: undefined,
  calls: 0,
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
}

export const onHold = (state: RunState, now: number, millis: number) => {
  state.waiting = { why: "429, too many requests", until: now + millis }
}

/** Follows the calls of a run. */
export const meter = (state: RunState): CallMeter["Type"] => ({
  taken: Effect.map(steadyMillis, (now) => onCall(state, now)),
  held: (duration) => Effect.map(steadyMillis, (now) => onHold(state, now, Duration.toMillis(duration)))
})

export const onEvent = (state: RunState, now: number, event: RunEvent) => {
  switch (event._tag) {
    case "Started":
      state.open = event.open
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
    case "Planned":
      state.lookedUp = { done: 0, of: event.plan.affordable }
      break
    case "LookedUp":
      state.lookedUp = { done: event.done, of: Math.max(event.done, state.lookedUp?.of ?? 0) }
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

export const ratePerSecond = ({ recent, startedAt }: RunState, now: number) => {
  const inWindow = recent.filter((at) => at > now - rateWindow).length
  return inWindow / (Math.min(rateWindow, Math.max(1000, now - startedAt)) / 1000)
}

/** From the batches that have settled: an estimate, and called one. */
const left = ({ failed, open, settled, startedAt }: RunState, now: number) => {
  const done = settled + failed
  if (done < 3 || done >= open) return ""
  return `, about ${span(((now - startedAt) / done) * (open - done))} left`
}

const bar = (done: number, of: number, width: number) => {
  const filled = of === 0 ? width : Math.floor((done / of) * width)
  return "█".repeat(filled) + "░".repeat(width - filled)
}

const outcomesLine = (outcomes: Outcomes) =>
  Outcome.literals
    .flatMap((word) => ((outcomes[word] ?? 0) > 0 ? [`${word} ${thousands(outcomes[word] ?? 0)}`] : []))
    .join("  ")

const activities = ({ failed, lookedUp, open, resolved, settled }: RunState) => [
  ...(open > 0 && settled + failed < open ? [`following ${batchesOf(open - settled - failed)}`] : []),
  ...(resolved !== undefined && resolved.left > 0
    ? [`resolving: ${thousands(resolved.done)} done, ${thousands(resolved.left)} to go`]
    : []),
  ...(lookedUp !== undefined && lookedUp.done < lookedUp.of
    ? [`looking up: ${thousands(lookedUp.done)} of ${thousands(lookedUp.of)}`]
    : [])
]

/** In words, for a log: where a run stands. */
export const standing = (state: RunState, now: number): string => {
  const { calls, failed, open, outcomes, settled, startedAt } = state
  return [
    `${thousands(settled)} of ${batchesOf(open)} settled${failed > 0 ? `, ${thousands(failed)} given up` : ""}`,
    ...(outcomesLine(outcomes) === "" ? [] : [`contacts: ${outcomesLine(outcomes).replaceAll("  ", ", ")}`]),
    ...activities(state).filter((activity) => !activity.startsWith("following")),
    plural(calls, "call"),
    span(now - startedAt)
  ].join("; ")
}

const waitingLine = ({ waiting }: RunState, now: number) =>
  waiting === undefined || waiting.until <= now
    ? []
    : [`Waiting: ${waiting.why} – ${span(waiting.until - now)} left`]

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
  const { calls, failed, open, outcomes, settled, startedAt } = state
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
    shortened(`${doing.length === 0 ? "Finishing" : "Running"}: ${elapsed}${left(state, now)}`, columns),
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
      `${thousands(calls)} made, ${ratePerSecond(state, now).toFixed(1)} a second`,
      columns
    ),
    ...waitingLine(state, now).map((line) => paint("yellow", shortened(`  ${line}`, columns)))
  ]
}
