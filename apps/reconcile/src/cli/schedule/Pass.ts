import * as Data from "effect/Data"
import * as Either from "effect/Either"

/** One pass of the job, as a scheduler has to call it: it has no shell profile, no PATH and no folder of its own. */
export interface Pass {
  readonly folder: string
  readonly node: string
  readonly script: string
  readonly args: ReadonlyArray<string>
  /** Variables of this shell that the command reads and a scheduler does not have. */
  readonly environment: ReadonlyArray<readonly [name: string, value: string]>
  readonly times: Times
}

/** At which minutes of which hours; all 24 hours, if `hours` is undefined. */
export interface Times {
  readonly everyMinutes: number
  readonly minutes: ReadonlyArray<number>
  readonly hours: ReadonlyArray<number> | undefined
}

/** A text that the scheduler's own files cannot hold. */
export class NotWritable extends Data.TaggedError("NotWritable")<{ readonly text: string }> {}

const dividing60 = [5, 10, 15, 20, 30, 60]
const dividing24 = [2, 3, 4, 6, 8, 12, 24].map((hours) => hours * 60)

/** Intervals that are the same in each hour or day: cron knows no others. In minutes. */
export const intervals: ReadonlyArray<number> = [...dividing60, ...dividing24]

/** The same minute for the same ledger, and another for most others, so that not all passes of a machine start together. */
const offsetOf = (ledger: string, minutes: number) => {
  let sum = 0
  for (const sign of ledger) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 65_521
  // Never on the full hour, when everything else starts.
  return 1 + (sum % (minutes - 1))
}

const every = (step: number, from: number, below: number) =>
  Array.from({ length: Math.ceil((below - from) / step) }, (_, index) => from + index * step)

export const timesOf = (everyMinutes: number, ledger: string): Either.Either<Times, string> => {
  if (!intervals.includes(everyMinutes)) {
    return Either.left("Choose 5m, 10m, 15m, 20m, 30m, 1h, 2h, 3h, 4h, 6h, 8h, 12h or 1d.")
  }
  const step = Math.min(everyMinutes, 60)
  return Either.right({
    everyMinutes,
    minutes: every(step, offsetOf(ledger, step), 60),
    hours: everyMinutes <= 60 ? undefined : every(everyMinutes / 60, 0, 24)
  })
}

const control = /\p{Cc}/u

/** A line break would end a line of the scheduler's file and begin another one. */
export const checked = (pass: Pass): Either.Either<Pass, NotWritable> => {
  const texts = [pass.folder, pass.node, pass.script, ...pass.args, ...pass.environment.flat()]
  const bad = texts.find((text) => control.test(text))
  return bad === undefined ? Either.right(pass) : Either.left(new NotWritable({ text: bad }))
}

export const spelt = ({ everyMinutes }: Times) =>
  everyMinutes === 60
    ? "every hour"
    : everyMinutes === 1440
      ? "once a day"
      : everyMinutes < 60
        ? `every ${everyMinutes} minutes`
        : `every ${everyMinutes / 60} hours`
